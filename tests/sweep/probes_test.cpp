// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sweep/probes.h"

#include <gtest/gtest.h>

#include <cmath>

#include "diffjoule/flops/op_cost.h"
#include "diffjoule/law/device_law.h"
#include "diffjoule/law/fit.h"
#include "tests/fakes/manual_clock.h"

namespace diffjoule::sweep {
namespace {

// A machine with rates that are written down: an operator takes the longer of its compute and its memory time, and a
// start.
class Machine final : public engines::Engine {
 public:
  Machine(os::Clock& clock, std::vector<DType> arithmetic)
      : clock_(clock), device_{"a machine, 2 threads", "cpu", std::move(arithmetic)} {}
  double flops = 1e11, half_flops = 2e11, bytes = 2e10, start = 1e-5;
  std::vector<std::string> too_large = {};

  Result<engines::Device> device() override { return device_; }
  Status prepare(const engines::Task&) override { return {}; }
  Result<engines::Ran> run(const engines::Task&) override { return fail(ErrorCode::unavailable, "probes only"); }
  Result<engines::Probed> probe(const engines::Probe& probe) override {
    const flops::Cost cost = flops::cost_of(probe.op, probe.dtype);
    if (std::holds_alternative<Attention>(probe.op) && !too_large.empty())
      return fail(ErrorCode::exhausted, too_large.front());
    const double rate = probe.dtype == DType::float32 ? flops : half_flops;
    const double call = std::max(cost.flops.rounded() / rate, cost.bytes_eager.rounded() / bytes) + start;
    engines::Probed probed;
    probed.begin = clock_.now();
    probed.calls = static_cast<std::uint64_t>(std::ceil(probe.at_least.in(second) / call));
    probed.end = probed.begin + static_cast<double>(probed.calls) * call * second;
    os::Alarm never;
    clock_.wait_until(probed.end, never);
    return probed;
  }
  [[nodiscard]] std::string provenance() const override { return "a machine"; }

 private:
  os::Clock& clock_;
  engines::Device device_;
};

class Probing : public testing::Test {
 protected:
  fakes::ManualClock clock;
  std::unique_ptr<measure::Meter> meter = measure::Meter::open({}, clock, {}).value();
  Machine machine{clock, {DType::float32, DType::bfloat16}};

  Probes probe() { return run_probes(machine, probes_for(machine.device().value(), 10.0 * second), *meter).value(); }
};

TEST_F(Probing, FindsTheRatesOfAMachine) {
  const auto sheet = data_sheet(machine.device().value(), probe().results, {}, 50.0 * watt).value();
  EXPECT_NEAR(sheet.peak(Arithmetic::fp32)->in(flop_per_second) / machine.flops, 1.0, 0.01);
  EXPECT_NEAR(sheet.peak(Arithmetic::bf16)->in(flop_per_second) / machine.half_flops, 1.0, 0.01);
  EXPECT_NEAR(sheet.bandwidth->in(byte_per_second) / machine.bytes, 1.0, 0.01);
  EXPECT_EQ(sheet.power_limit, 50.0 * watt);
  EXPECT_NE(sheet.sources.at("power_limit_w").source.find("assumed"), std::string::npos);
}

TEST_F(Probing, TakesAboutItsBudget) {
  const os::Instant before = clock.now();
  (void)probe();
  EXPECT_NEAR((clock.now() - before).in(second), 10.0, 1.0);
}

TEST_F(Probing, AreWhatALawOfTheDeviceCanBeginFrom) {
  machine.start = 8e-5;
  const auto probes = probe();
  const auto sheet = data_sheet(machine.device().value(), probes.results, {}, 50.0 * watt).value();
  std::vector<law::Observation> rows;
  for (const ProbeResult& r : probes.results) rows.push_back(observation_of(r, sheet));
  const law::Law law = law::fit(*law::form_named("device").value(), rows).value();
  EXPECT_NEAR(law.value(0), 1.0, 0.05);     // of the peak that was measured
  EXPECT_NEAR(law.value(5), 8e-5, 0.1e-5);  // an operator's start
}

TEST_F(Probing, WithoutHalfPrecisionTheSheetSaysWhatStandsForIt) {
  Machine plain(clock, {DType::float32});
  const auto results = run_probes(plain, probes_for(plain.device().value(), 5.0 * second), *meter).value().results;
  const auto sheet = data_sheet(plain.device().value(), results, 10.0 * watt, 50.0 * watt).value();
  EXPECT_EQ(sheet.peak16(), sheet.peak(Arithmetic::fp32));
  EXPECT_EQ(sheet.sources.at("peak_flops_per_s.bf16").confidence, "low");
  EXPECT_EQ(sheet.idle, 10.0 * watt);
}

TEST_F(Probing, OfWhatDoesNotFitAreLeftOutAndSaid) {
  machine.too_large = {"no room for the scores"};
  const Probes probes = probe();
  ASSERT_EQ(probes.notes.size(), 2U);  // in two arithmetics
  EXPECT_NE(probes.notes.front().find("no room for the scores"), std::string::npos);
  EXPECT_TRUE(data_sheet(machine.device().value(), probes.results, {}, 50.0 * watt).has_value());
}

TEST_F(Probing, OfAnEngineThatCannotAreAnError) {
  class Silent final : public engines::Engine {
   public:
    Result<engines::Device> device() override { return engines::Device{"silent", "gpu", {DType::float16}}; }
    Status prepare(const engines::Task&) override { return {}; }
    Result<engines::Ran> run(const engines::Task&) override { return engines::Ran{}; }
    [[nodiscard]] std::string provenance() const override { return "silent 1.0"; }
  } silent;
  const auto probes = run_probes(silent, probes_for(silent.device().value(), 1.0 * second), *meter);
  ASSERT_FALSE(probes.has_value());
  EXPECT_NE(probes.error().message().find("silent 1.0"), std::string::npos);
}

}  // namespace
}  // namespace diffjoule::sweep
