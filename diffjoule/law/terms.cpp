// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/law/terms.h"

namespace diffjoule::law {
namespace {

constexpr double flops_per_score = 130.0;
constexpr std::size_t denoise = 1;  // of Observation::work

Duration& at(Terms& terms, Term term) { return terms[static_cast<std::size_t>(term)]; }

// `share` is how much of a stage's work one clock second is charged with: 1 / n for what n GPUs split.
Terms weighted(const Observation& o, double denoise_share, double other_share) {
  Terms terms{};
  for (std::size_t s = 0; s < stages; ++s) {
    const double share = s == denoise ? denoise_share : other_share;
    for (std::size_t c = 0; c < work_classes; ++c) {
      const ClassWork& work = o.work[s].by_class[c];
      if (c < 3 && work.flops > Flops{}) terms[c] += share * (work.flops / work.peak);
      // Matrix products outside the three classes run as linear layers do.
      if (c == 3 && work.flops > Flops{}) at(terms, Term::linear) += share * (work.flops / work.peak);
      at(terms, Term::scores) += share * (work.scores * flops_per_score * flop / o.device.peak16);
      at(terms, Term::bytes) += share * (work.bytes / o.device.bandwidth);
      at(terms, Term::launches) += work.calls * 1e-6 * second;
    }
    const ClassWork& convolution = o.work[s].by_class[static_cast<std::size_t>(WorkClass::convolution)];
    at(terms, Term::convolution_bytes) += share * 2.0 * (convolution.bytes / o.device.bandwidth);
  }
  // All-to-all among n: each holds 1/n of the tokens and sends (n - 1)/n of that.
  const double n = o.devices;
  const ClassWork& attention = o.work[denoise].by_class[static_cast<std::size_t>(WorkClass::attention)];
  at(terms, Term::communication) = (n - 1.0) / (n * n) * (attention.bytes / o.device.bandwidth);
  if (n > 1.0) at(terms, Term::exchanges) = attention.calls * 1e-6 * second;
  return terms;
}

}  // namespace

Terms elapsed_terms(const Observation& o) { return weighted(o, 1.0 / o.devices, 1.0); }
Terms busy_terms(const Observation& o) { return weighted(o, 1.0, o.devices); }

}  // namespace diffjoule::law
