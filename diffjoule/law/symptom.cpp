// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/law/symptom.h"

#include <cmath>
#include <cstdint>
#include <iterator>
#include <string_view>

#include "diffjoule/stats/distributions.h"
#include "diffjoule/units/text.h"

namespace diffjoule::law {

const char* name(Look look) {
  switch (look) {
    case Look::operation:
      return "class of operation";
    case Look::batch:
      return "batch";
    case Look::family:
      return "architecture";
    case Look::card:
      return "card";
    case Look::source:
      return "source";
    case Look::resolution:
      return "resolution";
    case Look::devices:
      return "number of GPUs";
    case Look::quality:
      return "R2 on one GPU";
    case Look::noise:
      return "repeated rows";
    case Look::clock:
      return "clock and throttling";
    case Look::power:
      return "mean power";
  }
  return "";
}

Estimate estimated(double value, double error, double degrees_of_freedom, std::size_t comparisons) {
  constexpr double tail = 0.025;
  const double t = stats::student_t_quantile(1.0 - tail, degrees_of_freedom),
               joint = stats::student_t_quantile(1.0 - tail / static_cast<double>(comparisons), degrees_of_freedom);
  return {value, error, value - t * error, value + t * error, value - joint * error, value + joint * error};
}

void judge(Symptom& s, double reach) {
  if (!s.estimate) return;
  const Estimate& e = *s.estimate;
  s.flagged = std::abs(e.value) * reach >= least_concern && (e.low > 0.0 || e.high < 0.0);
  s.jointly = s.flagged && (e.joint_low > 0.0 || e.joint_high < 0.0);
}

void Looked::add(Looked other) {
  symptoms.insert(symptoms.end(), std::make_move_iterator(other.symptoms.begin()),
                  std::make_move_iterator(other.symptoms.end()));
  notes.insert(notes.end(), other.notes.begin(), other.notes.end());
}

std::string signed_text(double number) { return (number < 0.0 ? "" : "+") + to_text(number, 2); }

std::string text_of(const Estimate& e) { return signed_text(e.value) + " +- " + to_text(e.error, 2); }

std::string count_text(double number) {
  constexpr double exact = 1e9;
  const bool whole = number == std::floor(number) && std::abs(number) < exact;
  return whole ? std::to_string(static_cast<std::int64_t>(number)) : to_text(number, 4);
}

std::string card_text(const std::string& card) {
  constexpr std::string_view any_variant = "-unspecified";
  return card.ends_with(any_variant) ? card.substr(0, card.size() - any_variant.size()) : card;
}

}  // namespace diffjoule::law
