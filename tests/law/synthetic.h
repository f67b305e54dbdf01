// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "diffjoule/law/terms.h"

// Runs that were never made: random work on cards with known deviations, "measured" by a law whose coefficients are
// known.
namespace diffjoule::law::synthetic {

struct Truth {
  std::vector<double> time{1.5, 1.4, 2.0, 1.2, 1.3, 1.0, 15.0, 5.0, 100.0};  // by Term
  std::vector<double> energy{0.9, 0.8, 1.0, 1.1, 0.7, 0.6};                  // of the power limit
  double static_power = 0.2;
  double noise = 0.0;  // standard deviation in ln
};

inline DataSheet sheet(const std::string& gpu) {
  DataSheet s;
  const bool large = gpu == "large";
  s.peak16 = (large ? 1e15 : 3e14) * flop_per_second;
  s.bandwidth = (large ? 3e12 : 1.5e12) * byte_per_second;
  s.power_limit = (large ? 700.0 : 400.0) * watt;
  s.idle = (large ? 70.0 : 45.0) * watt;
  return s;
}

inline void measure(Observation& o, const Truth& truth, double noise) {
  const Terms elapsed = elapsed_terms(o), busy = busy_terms(o);
  Duration t;
  for (std::size_t k = 0; k < time_terms; ++k) t += truth.time[k] * elapsed[k];
  Energy e = truth.static_power * (o.devices * (o.device.power_limit * t));
  for (std::size_t k = 0; k < energy_terms; ++k) e += truth.energy[k] * (busy[k] * o.device.power_limit);
  if (o.boundary == Boundary::gpu_above_idle) e -= o.devices * (o.device.idle * t);
  o.measured.latency_per_batch = std::exp(noise) * t;
  o.measured.energy_per_item = std::exp(noise) * e / o.batch;
}

inline Observation run(const std::string& model, const std::string& gpu, double batch, std::mt19937_64& random) {
  // Model and batch decide the work; the generator only mixes it, so that columns are not parallel.
  const auto uniform = [&random](double low, double high) {
    return low + (high - low) * static_cast<double>(random() >> 11U) / 9007199254740992.0;
  };
  Observation o;
  o.model = model;
  o.family = model;
  o.gpu = o.card = gpu;
  o.source = "laboratory";
  o.device = sheet(gpu);
  o.batch = batch;
  o.pixels = 1024.0 * 1024.0;
  o.steps = 20.0;
  o.guided = true;
  for (StageWork& stage : o.work) {
    for (ClassWork& c : stage.by_class) {
      c.peak = o.device.peak16;
      c.bytes = batch * uniform(1e10, 4e12) * byte;
      c.calls = std::round(uniform(1e2, 2e4));
      if (&c != &stage.by_class.back()) c.flops = batch * uniform(1e12, 1e15) * flop;
    }
    stage.by_class[2].scores = batch * uniform(1e10, 1e12);
    for (const ClassWork& c : stage.by_class) {  // a fifth of the bytes are weights
      stage.operators.push_back({c.flops / c.calls, c.scores / c.calls, 0.2 * (c.bytes / c.calls),
                                 0.8 * (c.bytes / c.calls), c.calls, c.peak, &c == &stage.by_class[1],
                                 &c == &stage.by_class[2]});
    }
  }
  o.single_pass_flops = o.flops_per_item() / 2.0;
  return o;
}

// `models` models on two cards at three batches each.
inline std::vector<Observation> runs(int models, const Truth& truth, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> normal;
  std::vector<Observation> all;
  for (int m = 0; m < models; ++m) {
    for (const char* gpu : {"large", "small"}) {
      for (const double batch : {1.0, 4.0, 16.0}) {
        all.push_back(run("model-" + std::to_string(m), gpu, batch, random));
        measure(all.back(), truth, truth.noise == 0.0 ? 0.0 : truth.noise * normal(random));
      }
    }
  }
  return all;
}

}  // namespace diffjoule::law::synthetic
