// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/store/export.h"

#include <gtest/gtest.h>

#include "diffjoule/io/csv.h"
#include "diffjoule/io/openmetrics.h"
#include "diffjoule/store/taken.h"
#include "tests/store/samples.h"

namespace diffjoule::store {
namespace {

using sensors::Part;

// A card of 6 kJ in 20 s, memory of 180 J, a CPU nobody may read, and a phase.
measure::Measurement made() {
  measure::Measurement m;
  m.id = "run-1";
  m.started = 1.79586e9 * second;
  const auto gpu = device_of("nvml", "GPU-1", "a \"card\""), cpu = device_of("rapl", "rapl:0", "CPU");
  m.devices = {gpu, cpu};
  m.whole.name = "run";
  m.whole.elapsed = 20.0 * second;
  m.whole.parts = {read_part(gpu, Part::gpu, 6000.0 * joule), missing_part(cpu, Part::cpu_package, "no permission"),
                   read_part(cpu, Part::dram, 180.0 * joule)};
  set_mean_power(m.whole.parts[0], m.whole.elapsed);
  measure::Phase denoise;
  denoise.name = "denoise";
  denoise.elapsed = 15.0 * second;
  denoise.parts = {read_part(gpu, Part::gpu, 5400.0 * joule)};
  m.phases = {denoise};
  return m;
}

std::string written(const std::string& format, const measure::Measurement& m, const ExportOptions& options = {}) {
  const auto e = export_named(format);
  EXPECT_TRUE(e);
  const auto text = (*e)->write(m, options);
  EXPECT_TRUE(text) << text.error().message();
  return text.value_or("");
}

TEST(Export, CodeCarbonHasItsColumnsInOrderAndNoZeroForWhatIsMissing) {
  const auto table =
      io::parse_csv(written("codecarbon_csv", made(), {.intensity = 50.0 * gram_per_kilowatt_hour, .model = "flux"}));
  ASSERT_TRUE(table);
  ASSERT_EQ(table->columns(), 38u);
  EXPECT_EQ(table->header().front(), "timestamp");
  EXPECT_EQ(table->header()[13], "energy_consumed");
  EXPECT_EQ(table->header().back(), "wue");
  const auto field = [&table](const char* name) { return table->at(0, *table->column(name)); };
  EXPECT_NEAR(*io::csv_number(field("gpu_energy")), 6000.0 / 3.6e6, 1e-12);
  EXPECT_NEAR(*io::csv_number(field("gpu_power")), 300.0, 1e-9);
  // A sum that lacks the CPU would be a wrong number.
  EXPECT_EQ(field("energy_consumed"), "");
  EXPECT_EQ(field("emissions"), "");
  EXPECT_EQ(field("cpu_energy"), "");
  EXPECT_EQ(field("gpu_count"), "1");
  EXPECT_EQ(field("project_name"), "flux");
}

TEST(Export, EmissionsAreKilogramsAndNeedAnIntensity) {
  measure::Measurement m = made();
  m.whole.parts[1] = read_part(m.devices[1], Part::cpu_package, 400.0 * joule);
  const auto emissions = [&m](const ExportOptions& options) {
    const auto table = io::parse_csv(written("codecarbon_csv", m, options));
    return std::string(table->at(0, *table->column("emissions")));
  };
  EXPECT_EQ(emissions({}), "");
  ExportOptions options;
  options.intensity = 50.0 * gram_per_kilowatt_hour;
  EXPECT_NEAR(io::csv_number(emissions(options)).value_or(0.0), 6580.0 / 3.6e6 * 0.05, 1e-12);
}

TEST(Export, OurCodeCarbonIsReadBackByOurImporter) {
  Input input{"emissions.csv", written("codecarbon_csv", made())};
  EXPECT_EQ((*import_for(input))->name, "codecarbon");
  // The empty CPU field is refused with its column: CodeCarbon itself never leaves one empty.
  measure::Measurement m = made();
  m.whole.parts[1] = read_part(m.devices[1], Part::cpu_package, 400.0 * joule);
  input.text = written("codecarbon_csv", m);
  const auto back = read_as("codecarbon", {input});
  ASSERT_TRUE(back);
  ASSERT_EQ(back->records.size(), 1u);
  const measure::Measurement& r = back->records[0].measurement;
  EXPECT_NEAR(joules_of(part_of(r.whole, Part::gpu)), 6000.0, 1e-6);
  EXPECT_NEAR(r.started.in(second), m.started.in(second), 1.0);
}

TEST(Export, ZeusHasALineForTheRunAndEachPhase) {
  const std::string text = written("zeus_log", made());
  const auto table = io::parse_csv(text);
  ASSERT_TRUE(table);
  ASSERT_EQ(table->rows(), 2u);
  EXPECT_EQ(table->header()[3], "gpu0_energy");
  EXPECT_EQ(table->at(0, 1), "run");
  EXPECT_EQ(table->at(1, 1), "denoise");
  EXPECT_EQ(*io::csv_number(table->at(1, 3)), 5400.0);
  EXPECT_EQ((*import_for({"z.csv", text}))->name, "zeus");
}

TEST(Export, ZeusCannotSayARunWithoutGpus) {
  measure::Measurement m = made();
  m.whole.parts.erase(m.whole.parts.begin());
  const auto text = (*export_named("zeus_log"))->write(m, {});
  ASSERT_FALSE(text);
  EXPECT_NE(text.error().message().find("codecarbon_csv"), std::string::npos);
}

TEST(Export, PrometheusReadsItsTextAndMissingIsNotThere) {
  const std::string text = written("prometheus_text", made(), {.intensity = {}, .model = "flux"});
  const auto read = io::parse_openmetrics(text);
  EXPECT_EQ(read.skipped_lines, 0u) << text;
  const auto gpu = io::chosen(read, *io::parse_metric_selector("diffjoule_gpu_joules_total{phase=\"run\"}"));
  ASSERT_EQ(gpu.size(), 1u);
  EXPECT_EQ(gpu[0]->value, 6000.0);
  EXPECT_EQ(*gpu[0]->label("gpu_name"), "a \"card\"");
  EXPECT_EQ(*gpu[0]->label("model"), "flux");
  EXPECT_EQ(io::chosen(read, *io::parse_metric_selector("diffjoule_gpu_watts")).size(), 1u);
  EXPECT_EQ(text.find("cpu package"), std::string::npos);
  EXPECT_NE(text.find("part=\"dram\""), std::string::npos);
}

TEST(Export, AnUnknownFormatOffersTheKnownOnes) {
  const auto e = export_named("zeus");
  ASSERT_FALSE(e);
  EXPECT_NE(e.error().message().find("zeus_log"), std::string::npos);
}

}  // namespace
}  // namespace diffjoule::store
