// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>

#include "diffjoule/law/law.h"
#include "diffjoule/law/roofline.h"

// How a law file of form roofline is read: which coefficient is which parameter of the roofline, with its prior.
namespace diffjoule::law {

struct ParameterFacts {
  const char* name;
  const char* unit;
  double Roofline::*member;
  double median, deviation;  // of the prior, the deviation of its logarithm
  double most;
};
// Priors of the design (docs/method/laws.md); of the exchange: a link of a fifth of the memory's bandwidth, 50 us, a
// fifth of P.
inline constexpr std::array<ParameterFacts, 12> shared{{
    {"compute efficiency", "1", &Roofline::eta, 0.70, 0.20, 1.0},
    {"memory efficiency", "1", &Roofline::eta_m, 0.75, 0.20, 1.0},
    {"energy a FLOP", "power limit / peak", &Roofline::e, 0.90, 0.30, 10.0},
    {"energy a byte", "power limit / bandwidth", &Roofline::e_m, 0.90, 0.30, 10.0},
    {"static power", "power limit", &Roofline::p_s, 0.17, 0.25, 0.5},
    {"work a score", "FLOP", &Roofline::sigma, 130.0, 0.35, 2000.0},
    {"layout bytes", "2 x own bytes", &Roofline::x, 1.2, 0.40, 10.0},
    {"start of an operator", "s", &Roofline::tau, 3e-6, 0.70, 1e-4},
    {"waiting power", "static power", &Roofline::w, 0.75, 0.30, 1.0},
    {"link slowness", "bandwidth", &Roofline::l, 5.0, 0.70, 100.0},
    {"exchange", "s", &Roofline::t_x, 50e-6, 0.70, 5e-3},
    {"exchange power", "power limit", &Roofline::p_x, 0.2, 0.50, 0.5},
}};
inline constexpr std::size_t on_one_gpu = 9;  // of `shared`; the others belong to several GPUs
// What a fit takes a group to be off by, in ln: its energy, its time, and both together by the misfit of its model.
inline constexpr double energy_deviation = 0.06, time_deviation = 0.08, misfit_deviation = 0.06;
inline constexpr double group_weight = 4.0;
inline constexpr double launch_median = 30e-6, launch_deviation = 0.3;
inline constexpr double least_of_median = 0.02;  // no parameter is further below its prior
inline constexpr const char* launch_prefix = "launch: ";
inline constexpr const char* any_host = "any";

struct CardFacts {
  double CardDeviation::*member;
  double Roofline::*factor;
  double deviation;
};
inline constexpr std::array<CardFacts, 3> deviations{{{&CardDeviation::time, &Roofline::g_eta, 0.20},
                                                      {&CardDeviation::memory, &Roofline::g_m, 0.20},
                                                      {&CardDeviation::energy, &Roofline::g_e, 0.35}}};

// The parameters that a law has for an observation: of its host and card. parameters_for() takes a law that is known to
// be a roofline's; roofline_of() is an error for any other.
[[nodiscard]] Roofline parameters_for(const Law& law, const Observation& observation);
[[nodiscard]] Result<Roofline> roofline_of(const Law& law, const Observation& observation);

}  // namespace diffjoule::law
