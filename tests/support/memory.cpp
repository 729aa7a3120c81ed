#include "tests/support/memory.h"

#include <stdexcept>

#include "sim/memory/address_mapping.h"

namespace nzsim::test {
namespace {

/// DDR4-2400R, 8 Gb x8, two ranks: 16-16-16. Assumptions: tRTW, tCS.
DramConfig ddr4() {
  DramConfig config;
  config.standard = "DDR4";
  config.clock_femtoseconds = 833'000;
  config.organization = {.ranks = 2,
                         .bank_groups = 4,
                         .banks_per_group = 4,
                         .rows = 1024,
                         .row_bytes = 8192,
                         .data_bus_bits = 64,
                         .burst_length = 8,
                         .devices_per_rank = 8};
  config.timings = {.tCL = 16,
                    .tCWL = 12,
                    .tRCDRD = 16,
                    .tRCDWR = 16,
                    .tRP = 16,
                    .tRPab = 16,
                    .tRAS = 39,
                    .tRC = 55,
                    .tRRD_S = 4,
                    .tRRD_L = 6,
                    .tCCD_S = 4,
                    .tCCD_L = 6,
                    .tFAW = 26,
                    .tWR = 18,
                    .tWTR_S = 3,
                    .tWTR_L = 9,
                    .tRTP = 9,
                    .tRTW = 10,
                    .tCS = 2,
                    .tREFI = 9360,
                    .tRFC = 420};
  return config;
}

/// GDDR5-6000, one x32 device. Assumption: tRTW.
DramConfig gddr5() {
  DramConfig config;
  config.standard = "GDDR5";
  config.clock_femtoseconds = 667'000;
  config.organization = {.bank_groups = 4,
                         .banks_per_group = 4,
                         .rows = 1024,
                         .row_bytes = 2048,
                         .data_bus_bits = 32,
                         .burst_length = 8,
                         .transfers_per_clock = 4};
  config.timings = {.tCL = 18,
                    .tCWL = 5,
                    .tRCDRD = 18,
                    .tRCDWR = 15,
                    .tRP = 18,
                    .tRPab = 18,
                    .tRAS = 42,
                    .tRC = 60,
                    .tRRD_S = 9,
                    .tRRD_L = 9,
                    .tCCD_S = 2,
                    .tCCD_L = 3,
                    .tFAW = 35,
                    .t32AW = 276,
                    .tWR = 18,
                    .tWTR_S = 8,
                    .tWTR_L = 8,
                    .tRTP = 2,
                    .tRTW = 17,
                    .tPPD = 2,
                    .tREFI = 5850,
                    .tRFC = 98};
  return config;
}

/// HBM2 at 2 Gb/s, one channel as two pseudo-channels. Assumptions: tRTW, tPBR2PBR.
DramConfig hbm2() {
  DramConfig config;
  config.standard = "HBM2";
  config.clock_femtoseconds = 1'000'000;
  config.organization = {.pseudo_channels = 2,
                         .bank_groups = 4,
                         .banks_per_group = 4,
                         .rows = 1024,
                         .row_bytes = 1024,
                         .data_bus_bits = 64,
                         .burst_length = 4,
                         .command_buses = 2};
  config.timings = {.tCL = 14,
                    .tCWL = 5,
                    .tRCDRD = 14,
                    .tRCDWR = 12,
                    .tRP = 14,
                    .tRPab = 14,
                    .tRAS = 34,
                    .tRC = 48,
                    .tRRD_S = 4,
                    .tRRD_L = 4,
                    .tCCD_S = 2,
                    .tCCD_L = 4,
                    .tFAW = 15,
                    .tWR = 16,
                    .tWTR_S = 6,
                    .tWTR_L = 8,
                    .tRTP = 5,
                    .tRTW = 12,
                    .tREFI = 3900,
                    .tRFC = 350,
                    .tREFIpb = 243,
                    .tRFCpb = 160,
                    .tRREFD = 8,
                    .tPBR2PBR = 8};
  config.command_clocks.activate = 2;
  return config;
}

/// LPDDR4-3200, one x16 channel. Assumptions: tRTW, tPBR2PBR.
DramConfig lpddr4() {
  DramConfig config;
  config.standard = "LPDDR4";
  config.clock_femtoseconds = 625'000;
  config.organization = {.banks_per_group = 8,
                         .rows = 1024,
                         .row_bytes = 2048,
                         .data_bus_bits = 16,
                         .burst_length = 16};
  config.timings = {.tCL = 28,
                    .tCWL = 14,
                    .tDQSCK = 6,
                    .tRCDRD = 29,
                    .tRCDWR = 29,
                    .tRP = 29,
                    .tRPab = 34,
                    .tRAS = 68,
                    .tRC = 97,
                    .tRRD_S = 16,
                    .tRRD_L = 16,
                    .tCCD_S = 8,
                    .tCCD_L = 8,
                    .tFAW = 64,
                    .tWR = 29,
                    .tWTR_S = 16,
                    .tWTR_L = 16,
                    .tRTP = 12,
                    .tRTW = 30,
                    .tPPD = 4,
                    .tREFI = 6246,
                    .tRFC = 448,
                    .tREFIpb = 780,
                    .tRFCpb = 224,
                    .tRREFD = 16,
                    .tPBR2PBR = 90};
  config.command_clocks = {.activate = 4, .column = 4, .precharge = 2, .refresh = 2};
  return config;
}

DramConfig config_of(std::string_view name) {
  if (name == "DDR4") return ddr4();
  if (name == "GDDR5") return gddr5();
  if (name == "HBM2") return hbm2();
  if (name == "LPDDR4") return lpddr4();
  throw std::out_of_range("no such memory");
}

}  // namespace

DramConfig dram_config(std::string_view name) {
  DramConfig config = config_of(name);
  config.controller.refresh = RefreshPolicy::none;
  config.mapping.order = mapping_preset("row_major", field_bits(config));
  return config;
}

}  // namespace nzsim::test
