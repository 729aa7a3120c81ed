#include "models/eie/activation_registers.h"

#include <gtest/gtest.h>

#include "sim/base/errors.h"

namespace nzsim::eie {
namespace {

TEST(ActivationRegisters, SwapSourceAndDestination) {
  ActivationRegisters registers(4);
  registers.write_source(1, 10);
  registers.write_destination(1, 20);
  registers.swap_roles();
  EXPECT_EQ(registers.source(1), 20);
  EXPECT_EQ(registers.destination(1), 10);
}

TEST(ActivationRegisters, ClearTheDestinationAlone) {
  ActivationRegisters registers(2);
  registers.write_source(0, 10);
  registers.write_destination(0, 20);
  registers.clear_destination();
  EXPECT_EQ(registers.source(0), 10);
  EXPECT_EQ(registers.destination(0), 0);
}

TEST(ActivationRegisters, ApplyTheReLUToWhatLeavesTheDestination) {
  ActivationRegisters registers(2);
  registers.write_destination(0, -5);
  registers.write_destination(1, 6);
  EXPECT_EQ(registers.result(0), -5);
  registers.set_relu(true);
  EXPECT_EQ(registers.result(0), 0);
  EXPECT_EQ(registers.result(1), 6);
  EXPECT_EQ(registers.destination(0), -5);
}

TEST(ActivationRegisters, LoadOneSramWordOfRegistersPerCycle) {
  ActivationRegisters registers(8);
  registers.sram() = {0, 0, 1, 2, 3, 4, 5};
  // Five registers from word 2, four per cycle: two cycles from cycle 10.
  const ActivationTransfer transfer{ActivationTransfer::Kind::load_source, 10, 5, 4, 2};
  registers.move(transfer, 10);
  EXPECT_EQ(registers.source(3), 4);
  EXPECT_EQ(registers.source(4), 0);
  registers.move(transfer, 11);
  EXPECT_EQ(registers.source(4), 5);
  EXPECT_EQ(registers.source(5), 0);
  EXPECT_EQ(registers.sram_reads(), 2U);
  EXPECT_EQ(registers.sram_writes(), 0U);
}

TEST(ActivationRegisters, WriteResultsBackThroughTheReLU) {
  ActivationRegisters registers(2);
  registers.set_relu(true);
  registers.write_destination(0, -7);
  registers.write_destination(1, 7);
  registers.sram() = {9, 9, 9, 9};
  registers.move({ActivationTransfer::Kind::write_back_destination, 3, 2, 4, 1}, 3);
  EXPECT_EQ(registers.sram(), (std::vector<std::int16_t>{9, 0, 7, 9}));
  EXPECT_EQ(registers.sram_writes(), 1U);
  registers.clear_counters();
  EXPECT_EQ(registers.sram_writes(), 0U);
}

TEST(ActivationRegisters, RefuseARowThatIsNotThere) {
  const ActivationRegisters registers(4);
  EXPECT_NO_THROW(static_cast<void>(registers.destination(3)));
  EXPECT_THROW(static_cast<void>(registers.destination(4)), SimulationError);
}

}  // namespace
}  // namespace nzsim::eie
