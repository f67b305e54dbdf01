// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/store/import.h"

#include <map>
#include <set>

#include "diffjoule/io/csv.h"
#include "tests/store/samples.h"

namespace diffjoule::store {
namespace {

const std::map<std::string, std::string> formats{{"emissions.csv", "codecarbon"},
                                                 {"emissions_v2.csv", "codecarbon"},
                                                 {"emissions_5b0e_3f0c.csv", "codecarbon"},
                                                 {"zeus.csv", "zeus"},
                                                 {"zeus_power.csv", "zeus_power"},
                                                 {"mlenergy_v3.json", "ml_energy"},
                                                 {"mlenergy_v2.json", "ml_energy"},
                                                 {"dcgm_before.prom", "dcgm"},
                                                 {"dcgm_mig.prom", "dcgm"},
                                                 {"kepler_before.prom", "kepler"},
                                                 {"prometheus_range.json", "prometheus"},
                                                 {"nvidia_smi.csv", "nvidia_smi"},
                                                 {"nvidia_smi_bare.csv", "nvidia_smi"},
                                                 {"spl.txt", "mlperf"},
                                                 {"mlperf_log_detail.txt", "mlperf"},
                                                 {"GPU_ENERGY_SUMMARY.json", "ai_energy_score"},
                                                 {"GPU_ENERGY_WH.txt", "ai_energy_score"},
                                                 {"ai_energy_score.csv", "ai_energy_score"},
                                                 {"sd_cpp.log", "stable_diffusion_cpp"}};

TEST(Import, EveryFormatIsKnownByItsContentAndByNoOtherImporter) {
  for (const auto& [file, format] : formats) {
    const Input input = sample(file);
    std::set<std::string> known_by;
    for (const Import& import : all_imports()) {
      if (import.recognises(input)) known_by.insert(import.name);
    }
    EXPECT_EQ(known_by, std::set<std::string>{format}) << file;
  }
}

TEST(Import, WhatNobodyKnowsIsAnErrorThatListsTheFormats) {
  for (const char* text : {"", "hello", "{}", "a,b\n1,2\n", "\xff\xfe"}) {
    const auto import = import_for({"x", text});
    ASSERT_FALSE(import) << text;
    EXPECT_NE(import.error().message().find("codecarbon"), std::string::npos);
  }
  EXPECT_FALSE(import_named("zuse"));
}

TEST(Import, OneFileHasOneIdHoweverOftenItIsReadAndRecordsOfOneFileDiffer) {
  std::set<std::string> ids;
  for (int i = 0; i < 2; ++i) {
    for (const Record& r : read_samples("codecarbon", {"emissions.csv", "emissions_5b0e_3f0c.csv"}).records)
      ids.insert(r.measurement.id);
  }
  EXPECT_EQ(ids.size(), 4u);
}

// Each line of each sample cut short, doubled or spoiled: an error or a refusal or less, never a crash and never an
// energy below zero.
TEST(Import, SpoiledFilesGiveNoWrongEnergy) {
  for (const auto& [file, format] : formats) {
    const Input whole = sample(file);
    for (std::size_t at = 0; at < whole.text.size(); at += 7) {
      for (const char* put : {"", "-", "\"", "nan", ",", "\n"}) {
        Input spoiled = whole;
        spoiled.text = whole.text.substr(0, at) + put + (*put == '\0' ? "" : whole.text.substr(at + 1));
        const auto imported = read_as(format, {spoiled});
        if (!imported) {
          EXPECT_FALSE(imported.error().message().empty());
          continue;
        }
        for (const Record& r : imported->records) {
          for (const measure::PartEnergy& p : r.measurement.whole.parts) {
            if (p.energy) {
              EXPECT_GE(p.energy->value, Energy()) << file << " at " << at << " with " << put;
            } else {
              EXPECT_FALSE(p.missing.empty()) << file << " at " << at << " with " << put;
            }
          }
        }
      }
    }
  }
}

TEST(Import, RowsAreATableThatFitReads) {
  RunRow r;
  r.source = "x";
  r.model = "sd15, \"quoted\"";
  r.gpu = "H100";
  r.batch = 4;
  r.energy_per_item = 12.5 * joule;
  r.boundary = "gpu";
  const auto table = io::parse_csv(rows_csv(std::vector<RunRow>{r}));
  ASSERT_TRUE(table);
  EXPECT_EQ(table->at(0, *table->column("model_id")), "sd15, \"quoted\"");
  EXPECT_EQ(table->at(0, *table->column("energy_j_per_item")), "12.5");
  EXPECT_EQ(table->at(0, *table->column("batch_size")), "4");
  EXPECT_EQ(table->at(0, *table->column("steps")), "");
}

}  // namespace
}  // namespace diffjoule::store
