// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "diffjoule/law/observation.h"

// One thing seen in the residuals of a law, ln(measured / predicted): what, with its error, and what it points to.
//
// Something is flagged where its 95 % interval leaves zero and it is at least 0.03: less is nobody's concern. One look
// at k things flags k / 20 of them by chance; `jointly` says whether it still stands with all k counted (Bonferroni).
namespace diffjoule::law {

enum class Look { operation, batch, family, card, source, resolution, devices, quality, noise, clock, power };
[[nodiscard]] const char* name(Look look);

struct Estimate {
  double value = 0.0, error = 0.0;
  double low = 0.0, high = 0.0;              // 95 %
  double joint_low = 0.0, joint_high = 0.0;  // 95 % for all of the look at once
};
// By Student's t.
[[nodiscard]] Estimate estimated(double value, double error, double degrees_of_freedom, std::size_t comparisons);

struct Symptom {
  Look look = Look::operation;
  std::string of;     // "energy", "time"
  std::string where;  // "attention", "sd15 on H100-SXM-80GB (mlenergy-v2)", "unet"
  std::optional<Estimate> estimate = std::nullopt;
  std::size_t units = 0;  // models, groups or rows behind it
  bool flagged = false, jointly = false;
  std::string seen = {};                    // with numbers
  std::string points_to = {}, advice = {};  // of what is flagged
};

inline constexpr double least_concern = 0.03;  // in ln

// Sets `flagged` and `jointly` from the estimate, whose value counts `reach` times.
void judge(Symptom& symptom, double reach = 1.0);

// What was looked at.
struct Looked {
  std::vector<Symptom> symptoms;
  std::vector<std::string> notes;  // what could not be looked at, and what showed nothing
  void add(Looked other);
};

// Residuals of energy or of time, one for each row; absent where there is none.
struct Subject {
  std::string of;
  std::span<const Observation> rows;
  std::span<const std::optional<double>> residuals;
};

// "+0.121 +- 0.034"
[[nodiscard]] std::string signed_text(double number);
[[nodiscard]] std::string text_of(const Estimate& estimate);
// Whole numbers without a fraction: "16", "1.5".
[[nodiscard]] std::string count_text(double number);
// A card whatever its variant: "A100".
[[nodiscard]] std::string card_text(const std::string& card);

}  // namespace diffjoule::law
