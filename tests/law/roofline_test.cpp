// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/law/roofline.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "diffjoule/law/fit.h"
#include "tests/law/synthetic.h"

namespace diffjoule::law {
namespace {

// Runs of one GPU, with laws as different as the bounds of a fit allow.
class AnyRun {
 public:
  AnyRun() : rows_(synthetic::runs(20, {}, 71)) {}
  struct Sample {
    Observation row;
    Roofline law;
  };
  Sample next() {
    Sample s{rows_[random_() % rows_.size()], {}};
    const auto around = [this](double median) { return median * std::exp(normal_(random_)); };
    s.law = {.eta = std::min(1.0, around(0.7)),
             .eta_m = std::min(1.0, around(0.75)),
             .e = around(0.9),
             .e_m = around(0.9),
             .p_s = std::min(0.5, around(0.17)),
             .sigma = around(130.0),
             .x = around(1.2),
             .tau = around(3e-6),
             .w = std::min(1.0, around(0.75)),
             .t_launch = around(30e-6)};
    return s;
  }

 private:
  std::vector<Observation> rows_;
  std::mt19937_64 random_{72};
  std::normal_distribution<double> normal_{0.0, 0.7};
};

TEST(Roofline, PowerNeverExceedsTheLimit) {
  AnyRun any;
  for (int i = 0; i < 2000; ++i) {
    const auto [row, law] = any.next();
    const RooflineResult r = evaluate(law, roofline_case(row));
    EXPECT_LE(r.used() / r.elapsed(), (power_cap * (1.0 + 1e-9)) * row.device.power_limit);
  }
}

TEST(Roofline, EnergyAndTimeNeverFallWhenWorkIsAdded) {
  AnyRun any;
  for (int i = 0; i < 500; ++i) {
    const auto [row, law] = any.next();
    const RooflineResult before = evaluate(law, roofline_case(row));
    for (std::size_t s = 0; s < stages; ++s) {
      for (std::size_t k = 0; k < row.work[s].operators.size(); ++k) {
        Observation more = row;
        more.work[s].operators[k].calls *= 1.5;
        const RooflineResult after = evaluate(law, roofline_case(more));
        EXPECT_GE(after.used(), (1.0 - 1e-12) * before.used());
        EXPECT_GE(after.elapsed(), (1.0 - 1e-12) * before.elapsed());
      }
    }
  }
}

TEST(Roofline, NoRunIsFasterThanTheDataSheet) {
  AnyRun any;
  for (int i = 0; i < 500; ++i) {
    const auto [row, law] = any.next();
    double compute = 0.0, memory = 0.0;
    for (const StageWork& stage : row.work) {
      for (const OpWork& op : stage.operators) {
        compute += op.calls * (op.flops / op.peak).in(second);
        memory += op.calls * ((op.weight_bytes + op.activation_bytes) / row.device.bandwidth).in(second);
      }
    }
    EXPECT_GE(evaluate(law, roofline_case(row)).elapsed().in(second), std::max(compute, memory) * (1.0 - 1e-12));
  }
}

TEST(Roofline, TheSortedSumsEqualTheSumOverOperators) {
  AnyRun any;
  for (int i = 0; i < 200; ++i) {
    auto [row, law] = any.next();
    const RooflineCase c = roofline_case(row);
    const double compute_rate = std::min(1.0, law.eta * c.compute), memory_rate = std::min(1.0, law.eta_m * c.memory);
    for (std::size_t s = 0; s < stages; ++s) {
      double working = 0.0;
      for (const OpWork& op : row.work[s].operators) {
        const double busy =
            (op.flops / op.peak).in(second) + law.sigma * (op.scores * flop / row.device.peak16).in(second);
        const double memory = ((op.weight_bytes + op.activation_bytes) / row.device.bandwidth).in(second);
        working += op.calls * (std::max(busy / compute_rate, memory / memory_rate) +
                               (op.convolution ? 2.0 * law.x * memory / memory_rate : 0.0) + law.tau);
      }
      EXPECT_NEAR(evaluate(law, c).stage[s].working.in(second) / working, 1.0, 1e-12);
    }
  }
}

TEST(Roofline, AHostThatIsSlowEnoughDecidesTheTime) {
  AnyRun any;
  auto [row, law] = any.next();
  law.t_launch = 1.0;
  const RooflineResult r = evaluate(law, roofline_case(row));
  double calls = 0.0;
  for (const StageWork& stage : row.work) {
    for (const OpWork& op : stage.operators) calls += op.calls;
  }
  EXPECT_NEAR(r.elapsed().in(second) / calls, 1.0, 1e-3);
}

TEST(Roofline, SeveralGpusTakeLessTimeAndMoreEnergyWhereTheLinkIsQuick) {
  AnyRun any;
  for (int i = 0; i < 200; ++i) {
    auto [row, law] = any.next();
    const RooflineResult one = evaluate(law, roofline_case(row));
    row.devices = 4.0;
    const RooflineResult four = evaluate(law, roofline_case(row));
    EXPECT_LE(four.stage[1].working, (1.0 + 1e-12) * one.stage[1].working);
    EXPECT_GE(4.0 * four.used(), (1.0 - 1e-9) * one.used());
  }
}

// The law's own world, with 1 % of noise: what was put in comes out where the data say something.
TEST(Roofline, AFitRecoversTheWorldItWasDrawnFrom) {
  auto rows = synthetic::runs(30, {}, 73);
  const Roofline truth{
      .eta = 0.6, .eta_m = 0.5, .e = 1.2, .e_m = 1.1, .p_s = 0.15, .sigma = 200, .x = 1.5, .t_launch = 25e-6};
  std::mt19937_64 random(74);
  std::normal_distribution<double> noise(0.0, 0.01);
  for (Observation& o : rows) {
    const RooflineResult r = evaluate(truth, roofline_case(o));
    o.boundary = Boundary::gpu;
    o.measured = {std::exp(noise(random)) * r.used() / o.batch, std::exp(noise(random)) * r.elapsed()};
  }
  const Form& form = *form_named("roofline").value();
  const Law law = form.fit(rows).value();
  for (const Observation& o : rows) {
    const Central central = form.predict(law, o).value();
    EXPECT_NEAR(central.energy_per_item / *o.measured.energy_per_item, 1.0, 0.06);
    EXPECT_NEAR(*central.latency_per_batch / *o.measured.latency_per_batch, 1.0, 0.06);
  }
}

// A card that nobody measured, off its data sheet by a factor: four of its rows bring the others near.
TEST(Roofline, AFewRowsOfACardSharpenTheRest) {
  auto rows = synthetic::runs(30, {}, 75);
  const Form& form = *form_named("roofline").value();
  Roofline truth;
  for (Observation& o : rows) {
    truth.g_eta = o.card == rows.front().card ? 1.0 : 0.7;
    truth.g_e = o.card == rows.front().card ? 1.0 : 1.3;
    const RooflineResult r = evaluate(truth, roofline_case(o));
    o.boundary = Boundary::gpu;
    o.measured = {r.used() / o.batch, r.elapsed()};
  }
  std::vector<Observation> known, fresh;
  for (const Observation& o : rows) (o.card == rows.front().card ? known : fresh).push_back(o);
  const Law before = form.fit(known).value();
  const std::vector<Observation> few{fresh[0], fresh[20], fresh[40], fresh[60]};
  const Law after = form.update(before, few).value();
  const auto error = [&](const Law& law) {
    double sum = 0.0;
    for (const Observation& o : fresh)
      sum += std::abs(std::log(form.predict(law, o)->energy_per_item / *o.measured.energy_per_item));
    return sum / static_cast<double>(fresh.size());
  };
  EXPECT_LT(error(after), 0.6 * error(before));
  EXPECT_EQ(after.cards.at(rows.front().card).time, before.cards.at(rows.front().card).time);
}

}  // namespace
}  // namespace diffjoule::law
