// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/law/device_law.h"

#include <gtest/gtest.h>

#include <cmath>

#include "diffjoule/law/fit.h"
#include "diffjoule/law/interval.h"
#include "tests/law/synthetic.h"

namespace diffjoule::law {
namespace {

const Form& device() { return *form_named("device").value(); }

// Runs of one card whose times and energies are those of `truth`, off by `noise` in ln.
std::vector<Observation> runs_of(const DeviceParameters& truth, int models, double noise, std::uint64_t seed) {
  std::vector<Observation> rows;
  std::mt19937_64 random(seed);
  std::normal_distribution<double> normal;
  for (Observation o : synthetic::runs(models, {}, seed)) {
    if (o.card != "large") continue;
    const DeviceResult r = evaluate(truth, device_case(o));
    o.measured.latency_per_batch = std::exp(noise * normal(random)) * r.elapsed;
    o.measured.energy_per_item = std::exp(noise * normal(random)) * r.energy / o.batch;
    rows.push_back(std::move(o));
  }
  return rows;
}

constexpr DeviceParameters unusual{.linear = 0.5,
                                   .convolution = 0.4,
                                   .attention = 0.3,
                                   .memory = 1.3,
                                   .score = 150.0,
                                   .start = 2e-5,
                                   .request = 2e-3,
                                   .flop_cost = 0.4,
                                   .byte_cost = 1.0,
                                   .standing = 0.2};

TEST(DeviceLaw, RunsNotSeenArePredictedToWithinTheNoise) {
  const auto rows = runs_of(unusual, 12, 0.02, 5), unseen = runs_of(unusual, 6, 0.0, 6);
  const Law law = fit(device(), rows).value();
  for (const Observation& o : unseen) {
    const Central central = device().predict(law, o).value();
    EXPECT_NEAR(std::log(*central.latency_per_batch / *o.measured.latency_per_batch), 0.0, 0.05);
    EXPECT_NEAR(std::log(central.energy_per_item / o.measured.energy_per_item.value()), 0.0, 0.06);
  }
}

TEST(DeviceLaw, TimesAloneAreEnoughForTimes) {
  auto rows = runs_of(unusual, 12, 0.0, 7);
  for (Observation& o : rows) o.measured.energy_per_item.reset();
  const Law law = fit(device(), rows).value();
  for (const Observation& o : runs_of(unusual, 4, 0.0, 8))
    EXPECT_NEAR(std::log(*device().predict(law, o).value().latency_per_batch / *o.measured.latency_per_batch), 0.0,
                0.05);
}

TEST(DeviceLaw, WithoutRunsItIsItsPriors) {
  const Law law = device().fit({}).value();
  for (std::size_t k = 0; k < device_parameters.size(); ++k)
    EXPECT_NEAR(law.value(k) / device_parameters[k].median, 1.0, 1e-6) << device_parameters[k].name;
}

TEST(DeviceLaw, MoreWorkIsNeverQuickerOrCheaper) {
  for (Observation o : synthetic::runs(20, {}, 9)) {
    const DeviceResult before = evaluate({}, device_case(o));
    for (StageWork& stage : o.work) {
      for (OpWork& op : stage.operators) op.calls *= 1.5;
    }
    const DeviceResult after = evaluate({}, device_case(o));
    EXPECT_GT(after.elapsed, before.elapsed);
    EXPECT_GT(after.energy, before.energy);
  }
}

TEST(DeviceLaw, IntervalOfAModelItWasNotFittedOnIsWider) {
  const auto rows = runs_of(unusual, 12, 0.02, 10);
  const Law law = fit(device(), rows).value();
  Observation known = rows.front(), stranger = rows.front();
  stranger.model = "another";
  const auto width = [&](const Observation& o) {
    const Prediction p = predict(device(), law, o).value();
    return *p.duration_high / *p.duration_low;
  };
  EXPECT_GT(width(stranger), 1.2 * width(known));
  EXPECT_LT(width(known), 1.25);
}

TEST(DeviceLaw, SeveralDevicesAreRefused) {
  auto rows = runs_of(unusual, 2, 0.0, 11);
  const Law law = device().fit(rows).value();
  rows.front().devices = 2.0;
  EXPECT_EQ(device().fit(rows).error().code(), ErrorCode::unidentifiable);
  EXPECT_EQ(device().predict(law, rows.front()).error().code(), ErrorCode::unavailable);
}

}  // namespace
}  // namespace diffjoule::law
