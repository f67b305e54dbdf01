// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <random>
#include <string>
#include <vector>

#include "tests/measure/scripted_run.h"

// Does the expanded uncertainty hold the truth? Random scripts, random windows, the sensors of the published table.
namespace diffjoule::measure {
namespace {

using fakes::PowerScript;
using fakes::scripted_counter;
using fakes::scripted_power;
using fakes::ScriptedChannel;
using Random = std::mt19937_64;

double between(Random& random, double low, double high) {
  return std::uniform_real_distribution<double>(low, high)(random);
}

// Seconds 1 to 70: levels, ramps, bursts, idle gaps of a card of 40 to 700 W.
PowerScript random_script(Random& random) {
  const double idle = between(random, 40.0, 90.0), full = between(random, 200.0, 700.0);
  PowerScript script(idle);
  double t = between(random, 1.0, 3.0);
  while (t < 70.0) {
    const double length = std::exp(between(random, std::log(0.05), std::log(10.0)));
    switch (std::uniform_int_distribution<int>(0, 5)(random)) {
      case 0:
        script.jump(t, idle);
        break;
      case 1:
        script.corner(t, script.power(t)).corner(t + length, between(random, idle, full));
        break;
      case 2:  // a train of bursts
        for (double b = t; b + 0.02 < t + length; b += between(random, 0.1, 0.5))
          script.burst(b, between(random, 0.005, 0.08), between(random, idle, full));
        break;
      default:
        script.jump(t, between(random, idle, full));
    }
    t += length + between(random, 0.01, 0.1);
  }
  return script;
}

struct Kind {
  const char* name;
  double counter_update;                          // s; zero: none
  std::vector<std::pair<double, double>> powers;  // update and window, s
  double gain;                                    // relative, standard
};

// design/measurement.md's table. The gain of the cards whose errors were published (-8 to +13 %) is a standard 5 %.
const std::vector<Kind> kinds{
    {"A100: counter, instant 25 of 100 ms", 0.1, {{0.1, 0.025}}, 0.0},
    {"H100: counter, instant, average", 0.1, {{0.1, 0.025}, {0.1, 1.0}}, 0.0},
    {"A6000: counter, average", 0.1, {{0.1, 1.0}}, 0.05},
    {"V100: counter, 10 of 20 ms", 0.1, {{0.02, 0.01}}, 0.0},
    {"P100: 10 of 20 ms", 0.0, {{0.02, 0.01}}, 0.02},
    {"Turing: counter, 100 of 100 ms", 0.1, {{0.1, 0.1}}, 0.05},
    {"M40: 14 of 31 ms", 0.0, {{0.031, 0.014}}, 0.02},
    {"vGPU: average alone", 0.0, {{0.1, 1.0}}, 0.0},
    {"vGPU: instant alone", 0.0, {{0.1, 0.025}}, 0.0},
    {"RAPL: counter of 1 ms", 0.001, {}, 0.0},
};

std::vector<ScriptedChannel> channels_of(const Kind& kind, Random& random) {
  const double gain = 1.0 + kind.gain * std::normal_distribution<double>()(random);
  std::vector<ScriptedChannel> channels;
  const auto settle = [&](ScriptedChannel c) {
    // Periods are off by some per mille, and begin anywhere.
    c.update = c.says.update_period * (1.0 + 0.003 * std::normal_distribution<double>()(random));
    c.phase = between(random, 0.0, 1.0) * c.update;
    c.gain = gain;
    c.says.relative_uncertainty = kind.gain;
    channels.push_back(c);
  };
  if (kind.counter_update > 0.0) settle(scripted_counter(kind.counter_update * second));
  for (const auto& [update, window] : kind.powers) {
    ScriptedChannel c = scripted_power(update * second, window * second);
    c.noise_fraction = 0.005;
    c.says.name += std::to_string(channels.size());
    settle(c);
  }
  return channels;
}

struct Tally {
  int held = 0, all = 0, doubted = 0;
  void take(const std::optional<Estimate<Energy>>& e, double truth) {
    if (!e) return;
    all += 1;
    held += std::abs(e->value.in(joule)-truth) <= 2.0 * e->uncertainty.in(joule) ? 1 : 0;
  }
  double share() const { return all == 0 ? 1.0 : static_cast<double>(held) / all; }
};

struct Case {
  PartEnergy part;
  double truth;
  std::size_t kind;
  bool aligned;
};

Case run_case(std::uint64_t seed) {
  Random random(seed);
  const std::size_t kind = std::uniform_int_distribution<std::size_t>(0, kinds.size() - 1)(random);
  PowerScript script = random_script(random);
  const bool aligned = between(random, 0.0, 1.0) < 0.75;
  const Duration call = between(random, 0.0, 0.0025) * second;
  ScriptedRun run(std::move(script), channels_of(kinds[kind], random), std::nullopt, call, seed);
  const auto late = [&random] { return std::exponential_distribution<double>(1.0 / 0.0005)(random) * second; };
  const double begin = between(random, 1.5, 8.0);
  const double length = std::exp(between(random, std::log(0.5), std::log(60.0)));
  run.until(begin, late);
  const os::Instant a = aligned ? run.edge() : run.clock.now();
  run.until(begin + length, late);
  const os::Instant b = aligned ? run.edge() : run.clock.now();
  run.until(begin + length + 0.3, late);
  const Cover cover({{a, b}});
  return {run.part(cover), run.truth(cover), kind, aligned};
}

void survey(std::uint64_t first, int count, bool print) {
  Tally all;
  int outside_by_doubt = 0;
  std::vector<Tally> by_kind(kinds.size()), counters(kinds.size()), integrals(kinds.size());
  for (int i = 0; i < count; ++i) {
    const Case c = run_case(first + static_cast<std::uint64_t>(i));
    ASSERT_TRUE(c.part.energy) << c.part.missing;
    if (has(c.part.verdict, DoubtKind::too_short) || has(c.part.verdict, DoubtKind::undersampled)) {
      outside_by_doubt += 1;
      by_kind[c.kind].doubted += 1;
      continue;
    }
    all.take(c.part.energy, c.truth);
    by_kind[c.kind].take(c.part.energy, c.truth);
    counters[c.kind].take(c.part.counter, c.truth);
    integrals[c.kind].take(c.part.integrated, c.truth);
  }
  if (print) {
    for (std::size_t k = 0; k < kinds.size(); ++k) {
      std::printf("%-40s %4d: %.3f  counter %.3f  power %.3f  doubted %d\n", kinds[k].name, by_kind[k].all,
                  by_kind[k].share(), counters[k].share(), integrals[k].share(), by_kind[k].doubted);
    }
    std::printf("all %d of %d: %.4f; doubted %d\n", all.held, all.all, all.share(), outside_by_doubt);
  }
  EXPECT_GE(all.share(), 0.92);
  EXPECT_LE(all.share(), 0.98);
}

TEST(Coverage, TwoStandardUncertaintiesHoldTheTruthInNinetyTwoToNinetyEightPerCent) { survey(20261128, 300, false); }

// The figures of docs/method/measurement.md: --gtest_also_run_disabled_tests --gtest_filter=Coverage.*
TEST(Coverage, DISABLED_SixThousandOtherScriptsByKindOfSensor) { survey(1, 6000, true); }

}  // namespace
}  // namespace diffjoule::measure
