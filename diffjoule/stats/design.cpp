// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/stats/design.h"

#include <array>
#include <cmath>
#include <cstdio>

namespace diffjoule::stats {
namespace {

Status check_sizes(const Matrix& x, std::span<const double> y, std::span<const double> weights,
                   std::span<const std::string> names) {
  if (x.rows() == 0 || x.columns() == 0) {
    return fail(ErrorCode::invalid_argument, "a fit needs observations and terms; here are " +
                                                 std::to_string(x.rows()) + " rows and " + std::to_string(x.columns()) +
                                                 " columns");
  }
  const auto differs = [](const char* what, std::size_t here, const char* of, std::size_t wanted) {
    return fail(ErrorCode::invalid_argument,
                std::to_string(here) + " " + what + " for " + std::to_string(wanted) + " " + of);
  };
  if (y.size() != x.rows()) return differs("responses", y.size(), "rows", x.rows());
  if (!weights.empty() && weights.size() != x.rows()) return differs("weights", weights.size(), "rows", x.rows());
  if (!names.empty() && names.size() != x.columns()) return differs("names", names.size(), "columns", x.columns());
  return {};
}

}  // namespace

Status check_design(const Matrix& x, std::span<const double> y, std::span<const double> weights,
                    std::span<const std::string> names) {
  if (auto sizes = check_sizes(x, y, weights, names); !sizes) return sizes;
  const auto refuse = [](std::size_t row, const std::string& column, double value, const char* wanted) {
    return fail(ErrorCode::invalid_data, "row " + std::to_string(row + 1) + ", " + column + " is " +
                                             short_number(value) + "; " + wanted +
                                             " (leave the row out, or mend where it comes from)");
  };
  for (std::size_t i = 0; i < x.rows(); ++i) {
    for (std::size_t j = 0; j < x.columns(); ++j) {
      if (!std::isfinite(x(i, j))) return refuse(i, column_name(names, j), x(i, j), "a fit needs finite numbers");
    }
    if (!std::isfinite(y[i])) return refuse(i, "the response", y[i], "a fit needs finite numbers");
    if (!weights.empty() && !(std::isfinite(weights[i]) && weights[i] > 0.0)) {
      return refuse(i, "the weight", weights[i], "a weight is finite and above zero");
    }
  }
  return {};
}

std::string column_name(std::span<const std::string> names, std::size_t column) {
  if (names.empty()) return "column " + std::to_string(column + 1);
  return '"' + names[column] + '"';
}

std::optional<double> constant_value(const Matrix& x, std::size_t column) {
  for (std::size_t i = 1; i < x.rows(); ++i) {
    if (x(i, column) != x(0, column)) return std::nullopt;
  }
  return x(0, column);
}

std::string short_number(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.6g", value);
  return text.data();
}

}  // namespace diffjoule::stats
