// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
// Importers of tables and results: CodeCarbon, Zeus, ML.ENERGY, AI Energy Score, stable-diffusion.cpp.
#include "tests/store/samples.h"

namespace diffjoule::store {
namespace {

using measure::DoubtKind;
using sensors::Part;

TEST(ImportCodeCarbon, KilowattHoursAreJoulesAndGuessesAreMarked) {
  const Imported i = read_samples("codecarbon", {"emissions.csv"});
  ASSERT_EQ(i.records.size(), 2u);
  const measure::Measurement& m = i.records[0].measurement;
  EXPECT_NEAR(joules_of(part_of(m.whole, Part::gpu)), 0.00583333 * 3.6e6, 1e-6);
  EXPECT_NEAR(part_of(m.whole, Part::gpu).mean_power->in(watt), 350.0, 0.01);
  EXPECT_TRUE(part_of(m.whole, Part::gpu).verdict.empty());
  EXPECT_TRUE(doubts(part_of(m.whole, Part::dram), DoubtKind::assumed));
  EXPECT_TRUE(doubts(part_of(m.whole, Part::cpu_package), DoubtKind::assumed));
  EXPECT_EQ(part_of(m.whole, Part::dram).instrument, measure::Instrument::model);
  EXPECT_EQ(m.whole.elapsed, 60.0 * second);
  // The stamp is of the end: 10:01:00 less a minute.
  EXPECT_EQ(os::utc_text(m.started), "2026-11-28T10:00:00.000Z");
}

TEST(ImportCodeCarbon, ZeroOfAGpuWithoutACounterIsMissing) {
  const Imported i = read_samples("codecarbon", {"emissions.csv"});
  const measure::PartEnergy& gpu = part_of(i.records.at(1).measurement.whole, Part::gpu);
  EXPECT_FALSE(gpu.energy);
  EXPECT_NE(gpu.missing.find("0 kWh"), std::string::npos);
}

TEST(ImportCodeCarbon, VersionTwoAndTaskFilesAreReadByName) {
  const Imported two = read_samples("codecarbon", {"emissions_v2.csv"});
  ASSERT_EQ(two.records.size(), 1u);
  EXPECT_NEAR(joules_of(part_of(two.records[0].measurement.whole, Part::gpu)), 72000.0, 1e-6);
  const Imported tasks = read_samples("codecarbon", {"emissions_5b0e_3f0c.csv"});
  ASSERT_EQ(tasks.records.size(), 2u);
  ASSERT_EQ(tasks.records[0].measurement.phases.size(), 1u);
  EXPECT_EQ(tasks.records[0].measurement.phases[0].name, "denoise");
}

TEST(ImportCodeCarbon, ABadFieldIsRefusedWithLineAndColumnAndTheOthersAreTaken) {
  Input input = sample("emissions.csv");
  const std::size_t at = input.text.find("0.00583333");
  input.text.replace(at, 10, "-1");
  const auto i = read_as("codecarbon", {input});
  ASSERT_TRUE(i);
  EXPECT_EQ(i->records.size(), 1u);
  ASSERT_EQ(i->refused.size(), 1u);
  EXPECT_NE(i->refused[0].where.find("line 2"), std::string::npos);
  EXPECT_NE(i->refused[0].reason.find("gpu_energy"), std::string::npos) << i->refused[0].reason;
}

TEST(ImportZeus, WindowsOfOneNameAreOnePhaseAndTheRunIsTheirSum) {
  const Imported i = read_samples("zeus", {"zeus.csv"});
  ASSERT_EQ(i.records.size(), 1u);
  const measure::Measurement& m = i.records[0].measurement;
  ASSERT_EQ(m.phases.size(), 3u);
  EXPECT_EQ(m.phases[1].name, "denoise");
  EXPECT_EQ(m.phases[1].count, 2u);
  EXPECT_NEAR(m.phases[1].elapsed.in(second), 8.02, 1e-9);
  EXPECT_NEAR(joules_of(m.phases[1].parts[0]), 2771.5, 1e-9);
  double phases = 0.0, whole = 0.0;
  for (const auto& p : m.phases) phases += joules_of(p.parts[0]) + joules_of(p.parts[1]);
  for (const auto& p : m.whole.parts) whole += joules_of(p);
  EXPECT_NEAR(phases, whole, 1e-9);
  EXPECT_EQ(m.devices[1].id, "zeus:gpu2");
}

TEST(ImportZeus, OverlappingWindowsHaveNoSum) {
  Input input{"z.csv", "start_time,window_name,elapsed_time,gpu0_energy\n10,all,5,100\n11,part,2,40\n"};
  const auto i = read_as("zeus", {input});
  ASSERT_TRUE(i);
  const measure::Measurement& m = i->records.at(0).measurement;
  EXPECT_FALSE(m.whole.parts[0].energy);
  EXPECT_NE(m.whole.parts[0].missing.find("overlap"), std::string::npos);
  EXPECT_EQ(m.whole.elapsed, 5.0 * second);
  EXPECT_EQ(joules_of(m.phases[0].parts[0]), 100.0);
}

TEST(ImportZeus, ZeroJoulesOfAShortWindowIsMissing) {
  Input input{"z.csv", "start_time,window_name,elapsed_time,gpu0_energy\n10,short,0.05,0.0\n"};
  const auto i = read_as("zeus", {input});
  EXPECT_FALSE(i->records.at(0).measurement.phases.at(0).parts[0].energy);
}

TEST(ImportZeusPower, IntegratesEachGpu) {
  const Imported i = read_samples("zeus_power", {"zeus_power.csv"});
  const measure::Measurement& m = i.records.at(0).measurement;
  ASSERT_EQ(m.whole.parts.size(), 2u);
  EXPECT_NEAR(joules_of(m.whole.parts[0]), 100.0, 1e-4);
  EXPECT_NEAR(m.whole.elapsed.in(second), 0.4, 1e-6);
}

TEST(ImportMlEnergy, PointsBecomeRowsAndABadOneIsRefused) {
  const Imported i = read_samples("ml_energy", {"mlenergy_v3.json", "mlenergy_v2.json"});
  ASSERT_EQ(i.rows.size(), 3u);
  EXPECT_EQ(i.rows[0].model, "black-forest-labs/FLUX.1-dev");
  EXPECT_EQ(i.rows[1].batch, 4);
  EXPECT_EQ(i.rows[1].dtype, "bfloat16");
  EXPECT_EQ(i.rows[1].energy_per_item, 5192.5 * joule);
  EXPECT_EQ(i.rows[2].steps, 30);
  EXPECT_EQ(i.rows[2].source, "mlenergy-v2");
  // A record is a batch.
  EXPECT_NEAR(joules_of(i.records[1].measurement.whole.parts[0]), 4 * 5192.5, 1e-9);
  ASSERT_EQ(i.refused.size(), 1u);
  EXPECT_NE(i.refused[0].where.find("configuration 3"), std::string::npos);
  EXPECT_NE(i.refused[0].reason.find("energy_per_image_joules"), std::string::npos);
}

TEST(ImportAiEnergyScore, WattHoursAndTablesOfAThousandQueries) {
  const Imported i =
      read_samples("ai_energy_score", {"GPU_ENERGY_SUMMARY.json", "GPU_ENERGY_WH.txt", "ai_energy_score.csv"});
  ASSERT_EQ(i.records.size(), 3u);
  EXPECT_NEAR(joules_of(i.records[0].measurement.whole.parts[0]), 1.44 * 3600, 1e-9);
  EXPECT_FALSE(i.records[0].measurement.phases.at(0).parts[0].energy);  // 0.00 Wh
  EXPECT_NEAR(joules_of(i.records[1].measurement.whole.parts[0]), 1.44 * 3600, 1e-9);
  ASSERT_EQ(i.rows.size(), 1u);
  EXPECT_NEAR(i.rows[0].energy_per_item->in(joule), 1640.0 * 3.6, 1e-9);
  EXPECT_EQ(i.refused.size(), 1u);
}

TEST(ImportStableDiffusionCpp, StagesArePhasesWithTimesAndWithoutEnergy) {
  const Imported i = read_samples("stable_diffusion_cpp", {"sd_cpp.log"});
  const measure::Measurement& m = i.records.at(0).measurement;
  ASSERT_EQ(m.phases.size(), 4u);
  EXPECT_EQ(m.phases[2].name, "denoise");
  EXPECT_EQ(m.phases[2].count, 2u);
  EXPECT_NEAR(m.phases[2].elapsed.in(second), 5.64, 1e-9);
  for (const auto& phase : m.phases) {
    EXPECT_FALSE(phase.parts.at(0).energy);
    EXPECT_FALSE(phase.parts.at(0).missing.empty());
  }
}

}  // namespace
}  // namespace diffjoule::store
