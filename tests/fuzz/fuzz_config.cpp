#include "sim/config/node.h"
#include "tests/fuzz/fuzz.h"

/// Reads keys of every kind from a document.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return nzsim::fuzz::run([&] {
    auto document = nzsim::ConfigDocument::parse(nzsim::fuzz::as_text(data, size), "fuzz.json");
    nzsim::ConfigNode root = document.root();
    static_cast<void>(root.integer("pe_count", {.minimum = 1, .maximum = 1024}));
    static_cast<void>(root.number("clock_mhz", {.minimum = 1.0, .default_value = 800.0}));
    static_cast<void>(root.text("energy", {.default_value = "none"}));
    static_cast<void>(root.boolean("enabled", true, "A switch."));
    static_cast<void>(root.integer_or("bits", "auto", {.maximum = 31}));
    static_cast<void>(root.numbers("points", {.required = false}, {.maximum = 10.0}));
    root.objects("layers", {.required = false}, [](nzsim::ConfigNode& layer) {
      static_cast<void>(layer.choice("type", {.options = {"a", "b"}}));
    });
    document.finish();
    static_cast<void>(document.resolved());
  });
}
