#include <memory>
#include <variant>

#include "sim/memory/dram_memory.h"
#include "sim/memory/ideal_memory.h"
#include "sim/memory/memory.h"

namespace nzsim {
namespace {

std::unique_ptr<Memory> make(const IdealMemoryConfig& config) {
  return std::make_unique<IdealMemory>(config);
}

std::unique_ptr<Memory> make(const DramConfig& config) {
  return std::make_unique<DramMemory>(config);
}

}  // namespace

std::unique_ptr<Memory> make_memory(const MemoryConfig& config) {
  return std::visit([](const auto& memory) { return make(memory); }, config.memory);
}

}  // namespace nzsim
