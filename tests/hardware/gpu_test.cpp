// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/hardware/gpu.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <map>

#include "diffjoule/error/suggest.h"
#include "diffjoule/io/file.h"

namespace diffjoule {
namespace {

TEST(GpuCatalogue, EveryEntryReadsAndNoNameMeansTwo) {
  const GpuCatalogue catalogue{io::DataFiles()};
  std::map<std::string, std::string> owners;
  for (const std::string& name : catalogue.names()) {
    const auto spec = catalogue.find(name);
    ASSERT_TRUE(spec.has_value()) << spec.error().message();
    for (const std::string& alias : spec->aliases) {
      const auto [place, fresh] = owners.try_emplace(folded_name(alias), spec->name);
      EXPECT_TRUE(fresh || place->second == spec->name) << alias << " means " << place->second << " and " << spec->name;
    }
  }
}

TEST(GpuCatalogue, EveryNumberHasASource) {
  const GpuCatalogue catalogue{io::DataFiles()};
  for (const std::string& name : catalogue.names()) {
    const GpuSpec spec = catalogue.find(name).value();
    if (!spec.variants.empty()) continue;
    EXPECT_EQ(spec.sources.size(), spec.peaks.size() + (spec.memory ? 1U : 0U) + (spec.bandwidth ? 1U : 0U) +
                                       (spec.power_limit ? 1U : 0U) + (spec.idle ? 1U : 0U))
        << name;
    for (const auto& [key, source] : spec.sources) EXPECT_FALSE(source.source.empty()) << name << " " << key;
  }
}

TEST(GpuCatalogue, AnUnstatedVariantLiesAmongItsVariantsAndSaysHowFarTheySpread) {
  const GpuCatalogue catalogue{io::DataFiles()};
  const GpuSpec any = catalogue.find("A100").value();
  EXPECT_GT(any.spread, 0.1);
  EXPECT_GT(*any.bandwidth, *catalogue.find("A100-SXM4-40GB")->bandwidth);
  EXPECT_LT(*any.bandwidth, *catalogue.find("A100-SXM4-80GB")->bandwidth);
  EXPECT_EQ(catalogue.find("A100-SXM4-40GB")->spread, 0.0);
}

TEST(GpuCatalogue, ANumberWithoutASourceIsRefused) {
  const std::string folder = testing::TempDir() + "diffjoule_gpus";
  std::filesystem::create_directories(folder + "/gpus");
  ASSERT_TRUE(
      io::write_file(folder + "/gpus/Mine.toml", "name = \"Mine\"\npower_limit_w = { value = 100 }\n").has_value());
  const auto spec = GpuCatalogue(io::DataFiles::with_overlay(folder).value()).find("Mine");
  ASSERT_FALSE(spec.has_value());
  EXPECT_NE(spec.error().message().find("power_limit_w"), std::string::npos) << spec.error().message();
  EXPECT_NE(spec.error().message().find("source"), std::string::npos) << spec.error().message();
}

TEST(GpuCatalogue, EveryEntryComesBackFromItsDocument) {
  const GpuCatalogue catalogue{io::DataFiles()};
  for (const std::string& name : catalogue.names()) {
    const GpuSpec spec = catalogue.find(name).value();
    if (!spec.variants.empty()) continue;
    const GpuSpec again = gpu_spec_from(to_document(spec)).value();
    EXPECT_EQ(again.name, spec.name);
    EXPECT_EQ(again.peaks, spec.peaks) << name;
    EXPECT_EQ(again.bandwidth, spec.bandwidth) << name;
    EXPECT_EQ(again.power_limit, spec.power_limit) << name;
    EXPECT_EQ(again.idle, spec.idle) << name;
    EXPECT_EQ(again.aliases, spec.aliases) << name;
  }
}

TEST(GpuCatalogue, AnAddedDeviceGoesBeforeAFileOfItsName) {
  GpuCatalogue catalogue{io::DataFiles()};
  GpuSpec mine;
  mine.name = "H100-SXM-80GB";
  mine.notes = "measured here";
  catalogue.add(mine);
  EXPECT_EQ(catalogue.find("h100 sxm 80gb")->notes, "measured here");
}

}  // namespace
}  // namespace diffjoule
