// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
// Importers of readings over time: DCGM exporter, Kepler, Prometheus, nvidia-smi, MLPerf.
#include "tests/store/samples.h"

namespace diffjoule::store {
namespace {

using measure::DoubtKind;
using sensors::Part;

std::vector<Input> two_scrapes(Duration apart) {
  std::vector<Input> inputs{sample("dcgm_after.prom"), sample("dcgm_before.prom")};
  inputs[1].modified = 1.79586e9 * second;
  inputs[0].modified = 1.79586e9 * second + apart;
  return inputs;
}

TEST(ImportDcgm, TwoScrapesAreADifferenceInWhateverOrderTheyAreGiven) {
  const auto i = read_as("dcgm", two_scrapes(12.0 * second));
  ASSERT_TRUE(i) << i.error().message();
  const measure::Measurement& m = i->records.at(0).measurement;
  ASSERT_EQ(m.whole.parts.size(), 1u);
  EXPECT_NEAR(joules_of(m.whole.parts[0]), 6000.0, 1e-6);  // mJ
  EXPECT_NEAR(m.whole.parts[0].mean_power->in(watt), 500.0, 1e-3);
  EXPECT_EQ(m.devices[0].id, "GPU-aaaa");
  bool said = false;
  for (const std::string& c : i->records[0].caveats) said = said || c.find("assumed") != std::string::npos;
  EXPECT_TRUE(said) << "times of files";
}

TEST(ImportDcgm, BlankValuesAreNoValuesAndTheirCardIsNamed) {
  const auto i = read_as("dcgm", two_scrapes(12.0 * second));
  ASSERT_EQ(i->refused.size(), 1u);
  EXPECT_EQ(i->refused[0].where, "GPU-bbbb");
  EXPECT_NE(i->refused[0].reason.find("blank"), std::string::npos);
}

TEST(ImportDcgm, ACounterThatFellIsMissing) {
  std::vector<Input> inputs = two_scrapes(12.0 * second);
  inputs[0].text.replace(inputs[0].text.find("81006000000"), 11, "1000");
  inputs[0].text.replace(inputs[0].text.find(" 520"), 4, " nan");
  const auto i = read_as("dcgm", inputs);
  ASSERT_TRUE(i);
  const measure::PartEnergy& part = i->records.at(0).measurement.whole.parts[0];
  EXPECT_FALSE(part.energy);
  EXPECT_TRUE(doubts(part, DoubtKind::counter_reset));
}

// A minute of one GPU with a counter that does not move.
measure::PartEnergy of_a_stuck_counter(const std::string& energy, const std::string& power) {
  std::string text;
  for (const char* time : {" 1795860000000\n", " 1795860060000\n"}) {
    text += "DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION{UUID=\"GPU-a\"} " + energy + time;
    if (!power.empty()) text += "DCGM_FI_DEV_POWER_USAGE{UUID=\"GPU-a\"} " + power + time;
  }
  const auto i = read_as("dcgm", {{"dcgm.prom", text}});
  EXPECT_TRUE(i);
  return i->records.at(0).measurement.whole.parts.at(0);
}

TEST(ImportDcgm, ACounterThatStoodStillGivesWayToPower) {
  for (const char* energy : {"0", "81000000000"}) {
    const measure::PartEnergy part = of_a_stuck_counter(energy, "300");
    EXPECT_FALSE(part.counter);
    EXPECT_NEAR(joules_of(part), 18000.0, 1e-6);
    EXPECT_EQ(part.instrument, measure::Instrument::integrated_power);
    EXPECT_GT(part.energy->uncertainty.in(joule), 0.0);
    EXPECT_EQ(part.missing, "");
    ASSERT_TRUE(doubts(part, DoubtKind::counter_stuck));
    EXPECT_NE(part.verdict[0].words.find("the energy counter stood still"), std::string::npos) << part.verdict[0].words;
  }
}

TEST(ImportDcgm, ACounterThatStoodStillIsMissingWherePowerSaysNothing) {
  for (const char* power : {"", "0"}) {
    const measure::PartEnergy part = of_a_stuck_counter("0", power);
    EXPECT_FALSE(part.energy);
    EXPECT_FALSE(part.counter);
    EXPECT_NE(part.missing.find("the energy counter stood still"), std::string::npos) << part.missing;
    EXPECT_TRUE(doubts(part, DoubtKind::counter_stuck));
  }
}

TEST(ImportKepler, AZoneThatMayDrawNothingMayStandStill) {
  const auto energy_of = [](const std::string& zone) {
    const std::string series = "kepler_node_cpu_joules_total{zone=\"" + zone + "\"} ";
    const auto i = read_as("kepler", {{"k", series + "7 1795860000000\n" + series + "7 1795860060000\n"}});
    return joules_of(i->records.at(0).measurement.whole.parts.at(0));
  };
  EXPECT_EQ(energy_of("uncore"), 0.0);
  EXPECT_EQ(energy_of("package"), -1.0);
  EXPECT_EQ(energy_of("psys"), -1.0);
}

TEST(ImportDcgm, OneScrapeHasNoDifference) {
  const auto i = read_as("dcgm", {sample("dcgm_before.prom")});
  ASSERT_TRUE(i);
  EXPECT_TRUE(i->records.empty());
  ASSERT_FALSE(i->refused.empty());
  EXPECT_NE(i->refused[0].reason.find("two"), std::string::npos);
}

TEST(ImportDcgm, SlicesOfACardCountItOnceAndAreMarked) {
  const Imported i = read_samples("dcgm", {"dcgm_mig.prom"});
  const measure::Measurement& m = i.records.at(0).measurement;
  ASSERT_EQ(m.whole.parts.size(), 1u);
  EXPECT_NEAR(joules_of(m.whole.parts[0]), 800.0, 1e-3);  // 400 W, 2 s, not twice that
  EXPECT_TRUE(doubts(m.whole.parts[0], DoubtKind::partition));
  EXPECT_TRUE(m.devices[0].partition);
}

TEST(ImportKepler, ActiveJoulesAreThoseAboveIdle) {
  const Imported i = read_samples("kepler", {"kepler_before.prom", "kepler_after.prom"});
  const measure::PartEnergy& part = i.records.at(0).measurement.whole.parts.at(0);
  EXPECT_NEAR(joules_of(part), 600.0, 1e-9);
  EXPECT_NEAR(part.above_idle->value.in(joule), 400.0, 1e-9);
  EXPECT_NEAR(part.integrated->value.in(joule), 600.0, 1e-6);
  EXPECT_EQ(i.records[0].measurement.whole.elapsed, 10.0 * second);
}

TEST(ImportPrometheus, ARangeOfPowerIsIntegrated) {
  const Imported i = read_samples("prometheus", {"prometheus_range.json"});
  const measure::PartEnergy& part = i.records.at(0).measurement.whole.parts.at(0);
  EXPECT_NEAR(joules_of(part), 2000 + 2500 + 2000, 1e-9);
  EXPECT_EQ(part.instrument, measure::Instrument::integrated_power);
}

TEST(ImportPrometheus, WhatIsNoRangeOfAKnownMetricIsAnErrorThatSaysWhatToAsk) {
  const auto told = [](const std::string& text) {
    const auto i = read_as("prometheus", {{"r.json", text}});
    return i ? std::string() : i.error().message();
  };
  EXPECT_NE(told(R"({"status":"error","error":"bad_data","resultType":""})").find("bad_data"), std::string::npos);
  EXPECT_NE(told(R"({"data":{"resultType":"vector","result":[{"metric":{"__name__":"x"},"value":[1,"2"]}]}})")
                .find("query_range"),
            std::string::npos);
  EXPECT_NE(told(R"({"data":{"resultType":"matrix","result":[{"metric":{},"values":[[1,"2"]]}]}})").find("rate()"),
            std::string::npos);
  EXPECT_NE(told(R"({"data":{"resultType":"matrix","result":[{"metric":{"__name__":"DCGM_FI_DEV_POWER_USAGE"},
                    "values":[[5,"2"],[1,"2"]]}]}})")
                .find("series 1, value 2: the clock goes back"),
            std::string::npos);
}

TEST(ImportNvidiaSmi, InstantPowerIsIntegratedAndNotAvailableIsMissing) {
  const Imported i = read_samples("nvidia_smi", {"nvidia_smi.csv"});
  ASSERT_EQ(i.records.size(), 1u);
  const measure::Measurement& m = i.records[0].measurement;
  ASSERT_EQ(m.whole.parts.size(), 2u);
  EXPECT_NEAR(joules_of(m.whole.parts[0]), 35.0 + 60.0, 1e-3);
  EXPECT_EQ(m.whole.parts[0].temperature, 42.0);
  EXPECT_EQ(m.devices[0].bus_id, "00000000:3B:00.0");
  EXPECT_FALSE(m.whole.parts[1].energy);
  EXPECT_NE(m.whole.parts[1].missing.find("[N/A]"), std::string::npos);
}

TEST(ImportSeries, ADeviceThatCannotDrawNothingHasNoZeroEnergy) {
  const std::vector<std::pair<const char*, Input>> zeros{
      {"nvidia_smi",
       {"smi.csv",
        "timestamp, uuid, power.draw.instant [W]\n2026/11/28 10:00:00.000, GPU-a, 0.00 W\n"
        "2026/11/28 10:01:00.000, GPU-a, 0.00 W\n"}},
      {"zeus_power", {"power.csv", "1795860000.0,0.0\n1795860060.0,0.0\n"}},
      {"dcgm",
       {"dcgm.prom",
        "DCGM_FI_DEV_POWER_USAGE{UUID=\"GPU-a\"} 0 1795860000000\n"
        "DCGM_FI_DEV_POWER_USAGE{UUID=\"GPU-a\"} 0 1795860060000\n"}}};
  for (const auto& [format, input] : zeros) {
    const auto i = read_as(format, {input});
    ASSERT_TRUE(i) << format << ": " << i.error().message();
    const measure::PartEnergy& part = i->records.at(0).measurement.whole.parts.at(0);
    EXPECT_FALSE(part.energy) << format;
    EXPECT_NE(part.missing.find("0 W"), std::string::npos) << format << ": " << part.missing;
    EXPECT_TRUE(doubts(part, DoubtKind::zero_power)) << format;
  }
}

TEST(ImportNvidiaSmi, WithoutHeaderAndUnitsTheSame) {
  const Imported with = read_samples("nvidia_smi", {"nvidia_smi.csv"});
  const Imported without = read_samples("nvidia_smi", {"nvidia_smi_bare.csv"});
  EXPECT_EQ(joules_of(with.records.at(0).measurement.whole.parts[0]),
            joules_of(without.records.at(0).measurement.whole.parts[0]));
}

TEST(ImportNvidiaSmi, AClockThatGoesBackIsAnErrorWithItsLine) {
  Input input = sample("nvidia_smi_bare.csv");
  input.text.replace(input.text.rfind("10:00:00.200"), 12, "09:59:59.200");
  const auto i = read_as("nvidia_smi", {input});
  ASSERT_FALSE(i);
  EXPECT_NE(i.error().message().find("clock goes back"), std::string::npos) << i.error().message();
}

TEST(ImportNvidiaSmi, OtherColumnsWithoutAHeaderAreRefusedWithAdvice) {
  const auto i = read_as("nvidia_smi", {{"x.csv", "2026/11/28 10:00:00.000, 120.0\n"}});
  ASSERT_FALSE(i);
  EXPECT_NE(i.error().message().find("noheader"), std::string::npos);
}

TEST(ImportMlperf, TheWindowIsCutOutAndTheZoneOfTheMeterIsSaid) {
  const Imported i = read_samples("mlperf", {"mlperf_log_detail.txt", "spl.txt"});
  const Record& r = i.records.at(0);
  EXPECT_NEAR(joules_of(r.measurement.whole.parts[0]), 10000.0, 1e-6);
  EXPECT_EQ(r.measurement.whole.elapsed, 10.0 * second);
  EXPECT_EQ(r.boundary, "wall");
  EXPECT_NE(r.caveats.at(0).find("1 h ahead"), std::string::npos) << r.caveats[0];
}

TEST(ImportMlperf, AWindowOutsideOfTheMeterIsAnErrorWithBothTimes) {
  Input log = sample("mlperf_log_detail.txt");
  log.text.replace(log.text.find("11-28-2026 11:00:15"), 19, "11-28-2026 11:07:15");
  const auto i = read_as("mlperf", {sample("spl.txt"), log});
  ASSERT_FALSE(i);
  EXPECT_NE(i.error().message().find("11:07:15"), std::string::npos) << i.error().message();
  EXPECT_FALSE(read_as("mlperf", {log}));
}

TEST(ImportMlperf, WithoutALogAllOfTheMeterIsTakenAndSaid) {
  const Imported i = read_samples("mlperf", {"spl.txt"});
  EXPECT_EQ(i.records.at(0).measurement.whole.elapsed, 19.0 * second);
  EXPECT_NE(i.records[0].caveats.at(0).find("whole of spl.txt"), std::string::npos);
}

}  // namespace
}  // namespace diffjoule::store
