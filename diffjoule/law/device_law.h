// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <span>
#include <vector>

#include "diffjoule/law/observation.h"

// Time and energy of one device whose peaks were measured on it (calibrate). Of operator i with FLOPs F, softmax scores
// A, weight bytes B_w and activation bytes B_a, called c times, where the device was measured to do Pi_d (the
// operator's arithmetic), Pi (16-bit) and W bytes a second:
//
//   compute        a = F / (eta_k Pi_d) + sigma A / Pi        k: linear, convolution, attention
//   memory         m = (B_w + B_a) / (eta_m W)
//   operator       t = (a^4 + m^4)^(1/4) + tau
//   request        T = t_0 + sum c t
//   energy         E = P (e sum c (F / Pi_d + sigma A / Pi) + e_m sum c (B_w + B_a) / W + p_s T)
//
// P is the power the device was seen to draw at most. Unlike the roofline of a population (law/roofline.h), nothing
// caps its clocks: what power and heat do to the rates is in them already, because they were measured under load.
namespace diffjoule::law {

struct DeviceParameters {
  double linear = 0.8, convolution = 0.8, attention = 0.8;  // efficiencies eta_k, of the measured peak
  double memory = 0.8;                                      // eta_m; above one where caches serve what is counted
  double score = 60.0;                                      // sigma, FLOP a softmax score
  double start = 5e-6;                                      // tau, s an operator
  double request = 1e-3;                                    // t_0, s a request
  double flop_cost = 0.6, byte_cost = 0.6;                  // e, e_m, of P / Pi and P / W
  double standing = 0.3;                                    // p_s, of P
};

// Priors on logarithms, in the order of a law's coefficients: wide, for they stand for any device and any engine.
struct DeviceFacts {
  const char* name;
  const char* unit;
  double DeviceParameters::*member;
  double median, deviation;
};
inline constexpr std::array<DeviceFacts, 10> device_parameters{{
    {"linear efficiency", "of the measured peak", &DeviceParameters::linear, 0.8, 0.4},
    {"convolution efficiency", "of the measured peak", &DeviceParameters::convolution, 0.8, 0.4},
    {"attention efficiency", "of the measured peak", &DeviceParameters::attention, 0.8, 0.4},
    {"memory efficiency", "of the measured bandwidth", &DeviceParameters::memory, 0.8, 0.5},
    {"work a score", "FLOP", &DeviceParameters::score, 60.0, 1.0},
    {"start of an operator", "s", &DeviceParameters::start, 5e-6, 1.0},
    {"start of a request", "s", &DeviceParameters::request, 1e-3, 1.5},
    {"energy a FLOP", "power limit / peak", &DeviceParameters::flop_cost, 0.6, 0.5},
    {"energy a byte", "power limit / bandwidth", &DeviceParameters::byte_cost, 0.6, 0.5},
    {"static power", "power limit", &DeviceParameters::standing, 0.3, 0.5},
}};

// From logarithms, in that order.
[[nodiscard]] DeviceParameters device_parameters_from(std::span<const double> logarithms);

// An observation made ready for many evaluations: seconds at the measured peaks.
struct DeviceCase {
  struct Operator {
    double compute, score, memory, calls;  // of one call; how often
    int kind;                              // 0 linear, 1 convolution, 2 attention
  };
  std::vector<Operator> operators;
  double power_limit = 0.0;  // W
};
[[nodiscard]] DeviceCase device_case(const Observation& observation);

struct DeviceResult {
  Duration elapsed;
  Energy energy;  // of the whole batch
};
[[nodiscard]] DeviceResult evaluate(const DeviceParameters& parameters, const DeviceCase& c);

}  // namespace diffjoule::law
