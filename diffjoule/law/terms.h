// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

#include "diffjoule/law/observation.h"

// The columns of the additive laws: how long the data sheet says each kind of work takes. One column is work divided by
// the peak or bandwidth it needs, so that a coefficient is a plain number: how many times longer it takes (or, times
// the power limit, how much more it costs) than the data sheet's best.
//
//   linear, convolution, attention   FLOPs of the class / peak of its arithmetic
//   scores                           softmax scores x 130 FLOP / 16-bit peak
//   bytes                            eager bytes of all operators / bandwidth
//   convolution bytes                2 x eager bytes of convolutions / bandwidth: layout changes around each call
//   launches                         operators launched x 1 microsecond: the host issues them one by one
//   communication                    bytes of q, k, v and the result that several GPUs exchange / bandwidth
//   exchanges                        attentions between which several GPUs wait for each other x 1 microsecond
//
// Several GPUs split the tokens of the denoiser; every one of them encodes the text and decodes the result for itself,
// and launches every operator.
namespace diffjoule::law {

enum class Term {
  linear,
  convolution,
  attention,
  scores,
  bytes,
  convolution_bytes,
  launches,
  communication,
  exchanges
};
inline constexpr std::size_t time_terms = 9;    // all of them
inline constexpr std::size_t energy_terms = 6;  // up to convolution_bytes; the rest costs its time

struct TermFacts {
  std::string_view name;
  double prior;         // what a coefficient is before any data, for time
  double energy_prior;  // the same for energy, as a fraction of the power limit
};

// Priors: efficiencies of 0.7 (compute) and 0.75 (bandwidth), 20 microseconds a launch, links of a fifth of the
// memory's bandwidth; 0.9 of the power limit at full throughput. Wide: see additive_fit.h.
inline constexpr std::array<TermFacts, time_terms> term_facts{{{"linear", 1.43, 0.9},
                                                               {"convolution", 1.43, 0.9},
                                                               {"attention", 1.43, 0.9},
                                                               {"scores", 1.43, 0.9},
                                                               {"bytes", 1.33, 0.9},
                                                               {"convolution bytes", 1.06, 0.72},
                                                               {"launches", 20.0, 0.0},
                                                               {"communication", 5.0, 0.0},
                                                               {"exchanges", 100.0, 0.0}}};
inline constexpr double static_power_prior = 0.17;

using Terms = std::array<Duration, time_terms>;

// Of the whole batch on all its GPUs together, as elapsed time.
[[nodiscard]] Terms elapsed_terms(const Observation& observation);

// The same as busy time summed over the GPUs: what energy is proportional to.
[[nodiscard]] Terms busy_terms(const Observation& observation);

}  // namespace diffjoule::law
