// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
// The answer of Prometheus' /api/v1/query_range: a matrix of [time, "value"].
#include <charconv>

#include "diffjoule/io/json.h"
#include "diffjoule/store/import.h"
#include "diffjoule/store/scrapes.h"
#include "diffjoule/store/taken.h"

namespace diffjoule::store {
namespace {

constexpr const char* format = "prometheus";

bool recognises(const Input& input) {
  return trimmed(input.text).starts_with('{') && input.text.find("\"resultType\"") != std::string::npos;
}

std::optional<double> number_of(const io::Document& value) {
  if (value.is_number()) return value.number();
  if (value.text() == nullptr) return std::nullopt;
  const std::string& text = *value.text();
  double number = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  return whole ? std::optional(number) : std::nullopt;
}

Result<io::MetricSample> sample_of(const io::Document& series, const std::string& where) {
  const io::Document* metric = series.find("metric");
  if (metric == nullptr || metric->object() == nullptr)
    return fail(ErrorCode::invalid_data, where + ": no member \"metric\", expected the labels of the series");
  io::MetricSample sample;
  for (const auto& [key, value] : *metric->object()) {
    if (value.text() == nullptr) return fail(ErrorCode::invalid_data, where + ": label \"" + key + "\" is no text");
    if (key == "__name__") {
      sample.name = *value.text();
    } else {
      sample.labels.emplace_back(key, *value.text());
    }
  }
  if (sample.name.empty())
    return fail(ErrorCode::invalid_data,
                where + ": the series has no name; ask for the metric itself, not for rate() or sum() of it");
  return sample;
}

Status add_series(const io::Document& series, const std::string& where, Scrapes& scrapes) {
  auto sample = sample_of(series, where);
  if (!sample) return forward(sample);
  const io::Document* values = series.find("values");
  if (values == nullptr || values->array() == nullptr)
    return fail(ErrorCode::invalid_data, where + ": no member \"values\"; ask query_range, not query");
  double last = 0.0;
  for (std::size_t i = 0; i < values->array()->size(); ++i) {
    const io::Document::Array* pair = (*values->array())[i].array();
    const std::string here = where + ", value " + std::to_string(i + 1);
    const auto time = pair != nullptr && pair->size() == 2 ? number_of((*pair)[0]) : std::nullopt;
    const auto value = pair != nullptr && pair->size() == 2 ? number_of((*pair)[1]) : std::nullopt;
    if (!time || !value) return fail(ErrorCode::invalid_data, here + ": found no [time, \"value\"]");
    if (*time < last) return fail(ErrorCode::invalid_data, here + ": the clock goes back");
    last = *time;
    sample->value = *value;
    scrapes.add(*sample, *time * second, here);
  }
  return {};
}

Result<Imported> read(std::span<const Input> inputs) {
  Scrapes scrapes(format);
  std::string bytes, unknown;
  for (const Input& input : inputs) {
    auto document = io::parse_json(input.text);
    if (!document) return forward(document, input.name);
    if (const io::Document* error = document->find("error"); error != nullptr && error->text() != nullptr)
      return fail(ErrorCode::invalid_data, input.name + ": Prometheus answered with an error: " + *error->text());
    const io::Document* result = document->at_path("data.result");
    if (result == nullptr || result->array() == nullptr)
      return fail(ErrorCode::invalid_data,
                  input.name + ": no list \"data.result\", expected the answer of query_range");
    bytes += input.text;
    for (std::size_t i = 0; i < result->array()->size(); ++i) {
      const std::string where = input.name + ", series " + std::to_string(i + 1);
      if (auto done = add_series((*result->array())[i], where, scrapes); !done) return forward(done);
    }
  }
  auto imported = scrapes.imported(bytes);
  if (!imported)
    return forward(imported, (inputs.empty() ? std::string(format) : inputs.front().name) +
                                 ": metrics of the DCGM exporter, Kepler, Zeus and diffjoule are known");
  return imported;
}

}  // namespace

Import prometheus() { return {format, "Prometheus: the JSON answer of a range query", true, recognises, read}; }

}  // namespace diffjoule::store
