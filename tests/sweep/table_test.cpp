// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sweep/table.h"

#include <gtest/gtest.h>

#include "diffjoule/dataset/measurements.h"
#include "diffjoule/io/csv.h"

namespace diffjoule::sweep {
namespace {

Record record(std::int64_t steps, double joules) {
  Record r;
  r.device = "NVIDIA H100";
  Workload& w = r.trial.configuration.workload;
  w.model = "sd15";
  w.width = w.height = 512;
  w.steps = steps;
  w.batch = 2;
  w.dtype = DType::float16;
  w.classifier_free = true;
  r.trial.elapsed = 2.0 * second;
  r.trial.energy = Estimate<Energy>{joules * joule, 1.0 * joule};
  measure::PartEnergy gpu;
  gpu.energy = Estimate<Energy>{0.8 * joules * joule, 1.0 * joule};
  gpu.clock = 1.5e9 * hertz;
  gpu.throttled = {{"thermal", 0.25}, {"power cap", 0.5}};
  measure::PartEnergy cpu;
  cpu.part = sensors::Part::cpu_package;
  cpu.energy = Estimate<Energy>{0.2 * joules * joule, 1.0 * joule};
  r.measurement.whole = {"run", 1, 2.0 * second, {gpu, cpu}};
  return r;
}

io::Csv parsed(const std::string& text) {
  auto csv = io::parse_csv(text);
  EXPECT_TRUE(csv) << csv.error().message();
  return std::move(*csv);
}

std::string at(const io::Csv& csv, std::size_t row, const char* column) {
  return std::string(csv.at(row, *csv.column(column)));
}

TEST(Table, FitReadsWhatIsWritten) {
  const std::vector<Record> records{record(10, 500.0), record(20, 1000.0)};
  dataset::Observer observer{models::Catalogue(io::DataFiles()), GpuCatalogue(io::DataFiles())};
  const auto read = dataset::read({{"sweep.csv", to_csv(records, "test")}}, observer, false);
  ASSERT_TRUE(read) << read.error().message();
  ASSERT_EQ(read->observations.size(), 2u);
  EXPECT_NEAR(read->observations[0].measured.energy_per_item->in(joule), 0.8 * 500.0 / 2.0, 1e-9);
  EXPECT_NEAR(read->observations[0].measured.latency_per_batch->in(second), 2.0, 1e-9);
  EXPECT_EQ(read->observations[0].source, "sweep:test");
}

TEST(Table, TheGpusShareIsTheEnergyAndTheConditionsStandBeside) {
  const io::Csv csv = parsed(to_csv({record(10, 500.0)}, "test"));
  EXPECT_EQ(at(csv, 0, "energy_j_per_item"), "200");
  EXPECT_EQ(at(csv, 0, "avg_power_w"), "200");
  EXPECT_EQ(at(csv, 0, "sm_clock_mhz"), "1500");
  EXPECT_EQ(at(csv, 0, "throttled_share"), "0.5");
  EXPECT_EQ(at(csv, 0, "gpu"), "NVIDIA H100");
  EXPECT_EQ(at(csv, 0, "cfg"), "1");
  EXPECT_EQ(at(csv, 0, "dtype"), "float16");
}

TEST(Table, WhatWasAssumedOrNotMeasuredHasNoEnergy) {
  Record assumed = record(10, 500.0), none = record(20, 500.0);
  assumed.trial.energy_assumed = true;
  none.trial.energy.reset();
  const io::Csv csv = parsed(to_csv({assumed, none}, "test"));
  ASSERT_EQ(csv.rows(), 2u);
  EXPECT_EQ(at(csv, 0, "energy_j_per_item"), "");
  EXPECT_NE(at(csv, 0, "notes").find("assumed"), std::string::npos);
  EXPECT_EQ(at(csv, 1, "energy_j_per_item"), "");
  EXPECT_EQ(at(csv, 1, "latency_s_per_batch"), "2");
}

TEST(Table, FailuresAreNoRows) {
  Record failed = record(10, 500.0);
  failed.trial.failure = "no room";
  EXPECT_EQ(parsed(to_csv({failed}, "test")).rows(), 0u);
}

}  // namespace
}  // namespace diffjoule::sweep
