// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/predict/rows.h"

#include <gtest/gtest.h>

#include "diffjoule/io/csv.h"

namespace diffjoule::predict {
namespace {

class Rows : public testing::Test {
 protected:
  dataset::Observer observer{models::Catalogue(io::DataFiles()), GpuCatalogue(io::DataFiles())};
  Predictor predictor = Predictor::with(builtin_law(io::DataFiles()).value()).value();
  io::Csv table(const std::string& input, bool skip_bad = false) {
    auto done = predict_rows(input, predictor, observer, skip_bad);
    EXPECT_TRUE(done.has_value()) << done.error().message();
    return io::parse_csv(done ? done->csv : "").value();
  }
  static double number(const io::Csv& t, const char* column) {
    return io::csv_number(t.at(0, t.column(column).value())).value_or(-1.0);
  }
};

TEST_F(Rows, KeepWhatTheInputHasAndAddWhatIsPredicted) {
  const io::Csv t = table("mine,model_id,gpu,steps\n\"a, b\",flux1-dev,H100-SXM-80GB,20\n");
  EXPECT_EQ(t.at(0, 0), "a, b");
  for (const char* column :
       {"predicted_energy_j", "energy_low_j", "energy_high_j", "predicted_duration_s", "predicted_power_w"})
    EXPECT_GT(number(t, column), 0.0) << column;
  EXPECT_EQ(t.at(0, t.column("boundary").value()), "gpu");
  EXPECT_EQ(t.at(0, t.column("law").value()), "roofline");
}

TEST_F(Rows, AgreeWithASinglePrediction) {
  const io::Csv t = table("model_id,gpu,num_gpus,batch_size,steps,dtype\nsdxl-base,A100-SXM4-40GB,1,4,30,float16\n");
  const Predicted p = predictor
                          .predict(observer, {.model = "sdxl-base", .steps = 30, .batch = 4, .dtype = DType::float16},
                                   {.gpu = "A100-SXM4-40GB"})
                          .value();
  EXPECT_NEAR(number(t, "predicted_energy_j"), p.prediction.energy.in(joule), 1e-6 * p.prediction.energy.in(joule));
  EXPECT_NEAR(number(t, "predicted_power_w"), p.power.in(watt), 1e-6 * p.power.in(watt));
  EXPECT_NEAR(number(t, "predicted_power_w"), number(t, "predicted_energy_j") * 4.0 / number(t, "predicted_duration_s"),
              1e-4);
}

TEST_F(Rows, NeverReadWhatWasMeasured) {
  const std::string header = "model_id,gpu,energy_j_per_item,avg_power_w,latency_s_per_batch\n";
  const io::Csv measured = table(header + "flux1-dev,H100-SXM-80GB,100,700,3\n"),
                nothing = table(header + "flux1-dev,H100-SXM-80GB,NaN,NaN,NaN\n");
  EXPECT_EQ(number(measured, "predicted_energy_j"), number(nothing, "predicted_energy_j"));
  EXPECT_EQ(number(measured, "energy_high_j"), number(nothing, "energy_high_j"));
}

TEST_F(Rows, ThatCannotBePredictedKeepTheirPlaceAndSayWhy) {
  auto done =
      predict_rows("model_id,gpu\nnobody/knows,H100\nflux1-dev,H100-SXM-80GB\n", predictor, observer, false).value();
  EXPECT_EQ(done.rows, 2U);
  EXPECT_EQ(done.predicted, 1U);
  const io::Csv t = io::parse_csv(done.csv).value();
  ASSERT_EQ(t.rows(), 2U);
  EXPECT_EQ(t.at(0, t.column("predicted_energy_j").value()), "");
  EXPECT_NE(t.at(0, t.column("warning").value()).find("no model named"), std::string_view::npos);
}

TEST_F(Rows, FillTheBoundaryColumnInPlace) {
  const io::Csv t = table("model_id,boundary,gpu\nflux1-dev,gpu_above_idle,H100-SXM-80GB\n");
  EXPECT_EQ(t.at(0, 1), "gpu_above_idle");
  const io::Csv whole = table("model_id,boundary,gpu\nflux1-dev,,H100-SXM-80GB\n");
  EXPECT_EQ(whole.at(0, 1), "gpu");
  EXPECT_LT(number(t, "predicted_energy_j"), number(whole, "predicted_energy_j"));
}

TEST_F(Rows, RefuseAMalformedRowUnlessAskedToSkip) {
  const std::string input = "model_id,gpu,steps\nflux1-dev,H100-SXM-80GB,lots\n";
  EXPECT_FALSE(predict_rows(input, predictor, observer, false).has_value());
  EXPECT_EQ(predict_rows(input, predictor, observer, true)->predicted, 0U);
}

}  // namespace
}  // namespace diffjoule::predict
