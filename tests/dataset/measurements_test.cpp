// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/dataset/measurements.h"

#include <gtest/gtest.h>

#include <set>

namespace diffjoule::dataset {
namespace {

const std::string header =
    "source,model_id,gpu,num_gpus,batch_size,width,height,steps,cfg,dtype,energy_j_per_item,latency_s_per_batch,"
    "boundary\n";

class Measurements : public testing::Test {
 protected:
  Observer observer{models::Catalogue(io::DataFiles()), GpuCatalogue(io::DataFiles())};
  Result<Dataset> rows(const std::string& text, bool skip_bad = false) {
    return read({{"runs.csv", header + text}}, observer, skip_bad);
  }
};

TEST_F(Measurements, OfTheBundleAreAllUsedOrNamed) {
  const auto tables = bundled(io::DataFiles());
  ASSERT_TRUE(tables.has_value()) << tables.error().message();
  const Dataset all = read(*tables, observer, false).value();
  std::size_t left_out = 0;
  for (const LeftOut& reason : all.left_out) left_out += reason.rows;
  EXPECT_EQ(all.observations.size() + left_out, all.rows);
  std::set<std::string> sources;
  for (const law::Observation& o : all.observations) sources.insert(o.source);
  EXPECT_EQ(sources, (std::set<std::string>{"co2_inference", "iyengar-2511.17031", "mlenergy-v2", "mlenergy-v3"}));
}

TEST_F(Measurements, AnIllustrationIsNeverPartOfAFit) {
  const auto fitted = bundled(io::DataFiles()), shown = bundled(io::DataFiles(), "illustration");
  ASSERT_TRUE(fitted.has_value() && shown.has_value());
  ASSERT_FALSE(shown->empty());
  for (const Table& table : *fitted) {
    for (const Table& other : *shown) EXPECT_NE(table.name, other.name);
    EXPECT_FALSE(table.name.starts_with("ttu-dvfs")) << table.name;
  }
}

TEST_F(Measurements, CarryClocksAndThrottlingWhereTheTableHasThem) {
  const std::string clocks = "model_id,gpu,energy_j_per_item,sm_clock_mhz,throttled_share\n";
  const auto read_rows = [&](const std::string& line) { return read({{"runs.csv", clocks + line}}, observer, false); };
  const Dataset d = read_rows("sd15,H100-SXM-80GB,100,1410,0.25\nsd15,H100-SXM-80GB,100,,\n").value();
  EXPECT_EQ(d.observations[0].measured.clock->in(hertz), 1.41e9);
  EXPECT_EQ(d.observations[0].measured.throttled_share, 0.25);
  EXPECT_FALSE(d.observations[1].measured.clock || d.observations[1].measured.throttled_share);
  const auto refused = read_rows("sd15,H100-SXM-80GB,100,1410,25\n");
  ASSERT_FALSE(refused.has_value());
  EXPECT_NE(refused.error().message().find("a share from 0 to 1"), std::string::npos) << refused.error().message();
}

TEST_F(Measurements, BecomeObservations) {
  const Dataset d =
      rows("lab,black-forest-labs/FLUX.1-dev,H100-SXM-80GB,2,4,1024,1024,50,0,bfloat16,2000,9.5,gpu\n").value();
  ASSERT_EQ(d.observations.size(), 1U);
  const law::Observation& o = d.observations.front();
  EXPECT_EQ(o.model, "flux1-dev");
  EXPECT_EQ(o.devices, 2.0);
  EXPECT_EQ(o.batch, 4.0);
  EXPECT_FALSE(o.guided);
  EXPECT_EQ(o.measured.energy_per_item->in(joule), 2000.0);
  EXPECT_EQ(d.used_text(), "1 of 1 rows");
}

TEST_F(Measurements, ThatCannotBeCountedYetAreNamedAndCounted) {
  const Dataset d = rows(
                        "lab,nobody/"
                        "knows-this,H100-SXM-80GB,1,1,,,,,,5,1,\nlab,sd15,H100-SXM-80GB,1,1,,,,,,5,1,\nlab,sd15,H100-"
                        "SXM-80GB,1,1,,,,,,,1,\n")
                        .value();
  EXPECT_EQ(d.observations.size(), 1U);
  EXPECT_EQ(d.rows, 3U);
  ASSERT_EQ(d.left_out.size(), 2U);
  EXPECT_EQ(d.left_out[0].reason, "model nobody/knows-this cannot be counted yet");
}

TEST_F(Measurements, ThatAreMalformedNameFileLineColumnFoundAndExpected) {
  const auto bad = rows("lab,sd15,H100-SXM-80GB,1,1,512,512,many,1,float16,5,1,gpu\n");
  ASSERT_FALSE(bad.has_value());
  for (const char* part : {"runs.csv", "line 2", "steps", "many", "whole number"})
    EXPECT_NE(bad.error().message().find(part), std::string::npos) << bad.error().message();
  for (const char* row : {"lab,sd15,H100-SXM-80GB,1,1,512,512,20,maybe,float16,5,1,gpu\n",
                          "lab,sd15,H100-SXM-80GB,1,1,512,512,20,1,float17,5,1,gpu\n",
                          "lab,sd15,H100-SXM-80GB,1,1,512,512,20,1,float16,-5,1,gpu\n",
                          "lab,sd15,H100-SXM-80GB,1,1,512,512,20,1,float16,nan,1,gpu\n",
                          "lab,sd15,H100-SXM-80GB,1,1,512,512,20,1,float16,5,1,somewhere\n",
                          "lab,,H100-SXM-80GB,1,1,512,512,20,1,float16,5,1,gpu\n"}) {
    EXPECT_FALSE(rows(row).has_value()) << row;
  }
}

TEST_F(Measurements, ThatAreMalformedCanBeSkippedAndAreCounted) {
  const Dataset d = rows(
                        "lab,sd15,H100-SXM-80GB,1,1,512,512,many,1,float16,5,1,gpu\nlab,sd15,H100-SXM-80GB,1,1,512,512,"
                        "20,1,float16,5,1,gpu\nshort,row\n",
                        true)
                        .value();
  EXPECT_EQ(d.observations.size(), 1U);
  EXPECT_EQ(d.rows, 3U);
  EXPECT_EQ(d.left_out.size(), 2U);
}

TEST_F(Measurements, NeedAModelAndAGpuColumn) {
  const auto d = read({{"x.csv", "model,gpu\nsd15,H100\n"}}, observer, false);
  ASSERT_FALSE(d.has_value());
  EXPECT_NE(d.error().message().find("model_id"), std::string::npos) << d.error().message();
}

}  // namespace
}  // namespace diffjoule::dataset
