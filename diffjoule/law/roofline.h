// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "diffjoule/law/observation.h"

// The energy roofline over the operators of a request, after Choi, Bedard, Fowler and Vuduc, "A roofline model of
// energy", IPDPS 2013. Of operator i with FLOPs F, softmax scores A, weight bytes B_w and activation bytes B_a, called
// c times, on a card with peaks Pi_d (of the operator's arithmetic) and Pi (16-bit), bandwidth W and power limit P:
//
//   layout bytes, convolutions only  X = 2 x (B_w + B_a)
//   compute time                     a = (F / Pi_d + sigma A / Pi) / (eta g_eta)
//   memory time                      m = (B_w + B_a) / (eta_m g_m W)
//   operator                         t = max(a, m) + X / (eta_m g_m W) + tau: it fills and empties the card
//   stage                            T0 = ((sum c t)^6 + (t_launch sum c)^6)^(1/6): the host issues one at a time
//   dynamic energy                   D = P sum c [e g_e (F / Pi_d + sigma A / Pi) + e_m (B_w + B_a + X) / W]
//   power cap                        s = (1 + (D / ((cap - p_s) P T0))^(k / (1 + gamma)))^(1/k), k = 12:
//   clocks fall by s
//   stage                            T = s T0,  E = D s^-gamma + p_s P (B + w (T - B)),  B = s sum c t
//
// n GPUs split tokens, not weights, of the denoiser, and exchange q, k, v and the result wherever tokens meet; each
// encodes the text and decodes for itself:
//
// Cards do not scale as their data sheets do: the more a card promises, the less of it eager programs reach, and
// energies shrink less than P / Pi. So before any deviation of its own a card has
//
//   g_eta = ((Pi / W) / (200 FLOP/B))^-kappa,  g_m = (W / (2 TB/s))^-mu,  g_e = ((P / Pi) / (1 pJ/FLOP))^-rho
//
//   exchange                         T_c = l (n - 1) / n^2 B_attention / W + (n - 1) calls t_x,  at power p_x P beside
//   p_s P
namespace diffjoule::law {

// Dimensionless unless a unit is named.
struct Roofline {
  double eta = 0.70;                         // compute efficiency
  double eta_m = 0.75;                       // memory efficiency
  double e = 0.90;                           // energy of a FLOP, of P / Pi
  double e_m = 0.90;                         // energy of a byte, of P / W
  double p_s = 0.17;                         // static power, of P
  double sigma = 130;                        // FLOP a softmax score
  double x = 1.2;                            // layout bytes a convolution moves, of twice its own
  double tau = 3e-6;                         // seconds an operator takes to fill and empty the card
  double w = 0.75;                           // static power while the card waits for its host, of p_s
  double t_launch = 30e-6;                   // seconds an operator, of host and framework
  double l = 5.0;                            // slowness of the link between GPUs, against memory
  double t_x = 50e-6;                        // seconds an exchange
  double p_x = 0.2;                          // power while exchanging, of P
  double g_eta = 1.0, g_m = 1.0, g_e = 1.0;  // deviations of the card
};
inline constexpr double power_cap = 0.975;  // of P
// gamma is 1/2 and k is 12: roots that processors are quick at.

// Exponents of the population of cards. Two cards cannot tell them from deviations of their own: they are stated
// priors, chosen with both in sight, and the error of predicting one card from the other says what they are worth.
struct Population {
  double kappa = 0.40, mu = 0.15, rho = 0.50;
};
inline constexpr Population population{};

// An observation made ready for many evaluations: seconds at the data sheet's best, of all calls of a stage.
struct RooflineCase {
  // Operators without scores, most FLOPs a byte first: which of them are bound by compute is a matter of where the list
  // is cut. `compute_before` and `memory_after` are sums up to and from each place.
  struct Stage {
    std::vector<double> intensity;       // compute / memory
    std::vector<double> compute_before;  // of one place more than there are operators
    std::vector<double> memory_after;
    struct Scored {
      double compute, score, memory;  // of all its calls
    };
    std::vector<Scored> scored;
    double compute = 0.0, score = 0.0, memory = 0.0, layout = 0.0;  // totals; layout before x
    double launches = 0.0;
  };
  std::array<Stage, stages> stage;
  double exchanged = 0.0;                            // (n - 1) / n^2 B_attention / W
  double exchanges = 0.0;                            // (n - 1) calls
  double power_limit = 0.0;                          // W
  double compute = 1.0, memory = 1.0, energy = 1.0;  // what the population says of the card
};
[[nodiscard]] RooflineCase roofline_case(const Observation& observation);

// Energies are of one GPU.
struct StageResult {
  Duration elapsed;
  Energy used;
  // Why it takes that long: before the cap, the operators and their launches; how much clocks fall; the exchanges.
  Duration working, launching, exchanging;
  Energy standing;  // the part of `used` that static power is
  double slowdown = 1.0;
};
struct RooflineResult {
  std::array<StageResult, stages> stage;
  [[nodiscard]] Duration elapsed() const;
  [[nodiscard]] Energy used() const;
};
[[nodiscard]] RooflineResult evaluate(const Roofline& law, const RooflineCase& c);

}  // namespace diffjoule::law
