// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/store/scrapes.h"

#include "tests/store/samples.h"

namespace diffjoule::store {
namespace {

using sensors::Part;

struct Zone {
  const char* name;
  double energy;  // J over the minute
};

// Two scrapes of Kepler, 60 s apart.
Result<Imported> kepler(const std::vector<Zone>& zones, const std::string& node = "n1") {
  std::string text;
  for (const Zone& z : zones) {
    const std::string labels = std::string("{zone=\"") + z.name + "\",node_name=\"" + node + "\"} ";
    const std::string joules = "kepler_node_cpu_joules_total" + labels, watts = "kepler_node_cpu_watts" + labels;
    text += joules + "1000 1795860000000\n" + joules + std::to_string(1000.0 + z.energy) + " 1795860060000\n";
    for (const char* time : {" 1795860000000\n", " 1795860060000\n"})
      text += watts + std::to_string(z.energy / 60.0) + time;
  }
  return read_as("kepler", {{"kepler.prom", text}});
}

double total(const Imported& imported) {
  const measure::Totals totals = measure::totals(imported.records.at(0).measurement.whole);
  return totals.all ? totals.all->value.in(joule) : -1.0;
}

TEST(Scrapes, ZonesOfAProcessorAreItsPartsAndNoneIsCountedTwice) {
  const auto with = kepler({{"package", 100}, {"core", 60}, {"uncore", 5}, {"dram", 20}, {"psys", 300}});
  ASSERT_TRUE(with) << with.error().message();
  const measure::Measurement& m = with->records.at(0).measurement;
  ASSERT_EQ(m.devices.size(), 1u);
  ASSERT_EQ(m.whole.parts.size(), 5u);
  for (const measure::PartEnergy& p : m.whole.parts) {
    EXPECT_EQ(p.device, m.devices[0].id);
    EXPECT_EQ(p.counted, p.part == Part::platform) << sensors::name(p.part);
    EXPECT_NEAR(p.integrated->value.in(joule), joules_of(p), 1e-3);
  }
  EXPECT_NEAR(joules_of(part_of(m.whole, Part::cpu_core)), 60.0, 1e-9);
  EXPECT_NEAR(joules_of(part_of(m.whole, Part::cpu_uncore)), 5.0, 1e-9);
  EXPECT_NEAR(total(*with), 300.0, 1e-9);
  EXPECT_NEAR(total(*kepler({{"package", 100}, {"core", 60}, {"dram", 20}})), 120.0, 1e-9);
}

TEST(Scrapes, ThePlatformOfOneNodeHoldsNeitherGpusNorOtherNodes) {
  const std::string at[] = {" 1795860000000\n", " 1795860060000\n"};
  std::string text;
  for (const char* series : {"kepler_node_cpu_joules_total{zone=\"psys\",node_name=\"a\"} ",
                             "kepler_node_cpu_joules_total{zone=\"package\",node_name=\"a\",path=\"intel-rapl:0\"} ",
                             "kepler_node_cpu_joules_total{zone=\"package\",node_name=\"b\",path=\"intel-rapl:0\"} ",
                             "kepler_node_cpu_joules_total{zone=\"package\",node_name=\"b\",path=\"intel-rapl:1\"} ",
                             "kepler_node_gpu_joules_total{gpu_uuid=\"GPU-a\",node_name=\"a\"} "})
    text += series + ("10" + at[0]) + series + ("110" + at[1]);
  const auto i = read_as("kepler", {{"kepler.prom", text}});
  ASSERT_TRUE(i) << i.error().message();
  EXPECT_EQ(i->records.at(0).measurement.devices.size(), 3u);
  EXPECT_NEAR(total(*i), 400.0, 1e-9);  // a's platform, b's two packages, the GPU
}

TEST(Scrapes, AnUnknownZoneIsRefusedOnce) {
  const auto i = kepler({{"package", 100}, {"fan", 7}});
  ASSERT_TRUE(i);
  EXPECT_NEAR(total(*i), 100.0, 1e-9);
  ASSERT_EQ(i->refused.size(), 1u);
  EXPECT_EQ(i->refused[0].where, "n1/cpu");
  EXPECT_NE(i->refused[0].reason.find("\"fan\""), std::string::npos) << i->refused[0].reason;
}

TEST(Scrapes, BlanksAreTheReservedNumbersAndTheirNeighbours) {
  for (const double blank : {2147483632.0, 2147483635.0, 140737488355328.0, 140737488355330.0, 9223372036854775792.0,
                             9223372036854775794.0, 9223372036854775807.0})
    EXPECT_TRUE(is_blank(blank)) << blank;
  for (const double value : {0.0, 700.0, 81006000000.0, 2147483631.0, 140737488355000.0}) EXPECT_FALSE(is_blank(value));
}

TEST(Scrapes, MilliJoulesAreToldFromJoules) {
  EXPECT_EQ(meaning_of("DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION")->scale, 1e-3);
  EXPECT_EQ(meaning_of("kepler_node_gpu_joules_total")->scale, 1.0);
  EXPECT_FALSE(meaning_of("DCGM_FI_DEV_GPU_TEMP"));
}

TEST(Scrapes, NothingOfUseIsAnError) { EXPECT_FALSE(Scrapes("dcgm").imported("")); }

}  // namespace
}  // namespace diffjoule::store
