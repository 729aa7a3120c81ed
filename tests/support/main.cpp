#include <charconv>
#include <string_view>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <systemc>

#include "tests/support/options.h"

namespace {

/// Reads `--differential_cases=N`; false where `argument` is something else.
bool read_option(std::string_view argument) {
  constexpr std::string_view kName = "--differential_cases=";
  if (!argument.starts_with(kName)) return false;
  const std::string_view number = argument.substr(kName.size());
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(),
                                            nzsim::test::options().differential_cases);
  return error == std::errc{} && end == number.data() + number.size();
}

}  // namespace

/// The SystemC library refers to this symbol; the tests elaborate from `main` instead.
int sc_main(int, char**) { return 0; }

int main(int argc, char** argv) {
  sc_core::sc_report_handler::set_actions(sc_core::SC_WARNING, sc_core::SC_THROW);
  sc_core::sc_report_handler::set_actions(sc_core::SC_ERROR, sc_core::SC_THROW);
  sc_core::sc_report_handler::set_actions(sc_core::SC_FATAL, sc_core::SC_THROW);
  ::testing::InitGoogleTest(&argc, argv);
  for (int index = 1; index < argc; ++index) {
    if (read_option(argv[index])) continue;
    fmt::print(stderr, "{}: unknown option; expected --differential_cases=N\n", argv[index]);
    return 2;
  }
  return RUN_ALL_TESTS();
}
