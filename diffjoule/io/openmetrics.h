// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "diffjoule/error/result.h"

// The text that Prometheus scrapes, in both of its dialects: the text format 0.0.4 and OpenMetrics 1.0. Read as a
// scraper reads it: families without a type, unknown comments, samples far from their family, CRLF, timestamps,
// exemplars and quoted names are fine; a line that cannot be understood is left out and listed, the others stay.
namespace diffjoule::io {

enum class MetricType { unknown, counter, gauge, histogram, gauge_histogram, summary, state_set, info };

using MetricLabels = std::vector<std::pair<std::string, std::string>>;  // in the order of the text

struct MetricSample {
  std::string name;  // with its suffix: "x_total", "x_bucket"
  MetricLabels labels = {};
  double value = 0.0;                              // may be nan or infinite
  std::optional<double> timestamp = std::nullopt;  // seconds since 1970 UTC, in either dialect

  // The label's value, or nullptr.
  [[nodiscard]] const std::string* label(std::string_view key) const;
};

struct MetricFamily {
  std::string name;  // as declared: OpenMetrics leaves the suffix away, the text format 0.0.4 does not
  MetricType type = MetricType::unknown;
  std::string help = {};
  std::string unit = {};
  std::vector<MetricSample> samples = {};
};

struct Exposition {
  struct Skipped {
    std::size_t line;
    std::string reason;
  };
  std::vector<MetricFamily> families;  // in the order of the text
  bool ended = false;                  // "# EOF" was there: OpenMetrics, and whole
  std::vector<Skipped> skipped;        // the first 100 of them
  std::size_t skipped_lines = 0;

  // The family of that name; nullptr where there is none.
  [[nodiscard]] const MetricFamily* family(std::string_view name) const;
};

[[nodiscard]] Exposition parse_openmetrics(std::string_view text);

// What chooses samples: NAME, NAME{label="value"} or NAME{label=value}; several labels with commas between them.
struct MetricSelector {
  std::string name;
  MetricLabels labels;

  [[nodiscard]] bool chooses(const MetricSample& sample) const;
};
[[nodiscard]] Result<MetricSelector> parse_metric_selector(std::string_view text);

// Every sample that it chooses, in the order of the text. Points into `exposition`.
[[nodiscard]] std::vector<const MetricSample*> chosen(const Exposition& exposition, const MetricSelector& selector);

[[nodiscard]] const char* name(MetricType type);

}  // namespace diffjoule::io
