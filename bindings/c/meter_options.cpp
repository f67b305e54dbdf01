// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "bindings/c/meter_options.h"

#include <unistd.h>

#include <cmath>

#include "diffjoule/error/suggest.h"
#include "diffjoule/io/json.h"

namespace diffjoule::c {
namespace {

using io::Document;

tl::unexpected<Error> unexpected(const std::string& key, const Document& found, const std::string& expected) {
  return fail(ErrorCode::invalid_argument, key + ": found " + io::to_json_line(found) + ", expected " + expected);
}

Result<Duration> seconds(const std::string& key, const Document& value, double least, double most) {
  const double given = value.number();
  if (!value.is_number() || !std::isfinite(given) || given < least || given > most)
    return unexpected(key, value, "seconds, from " + io::to_json_line(least) + " to " + io::to_json_line(most));
  return given * second;
}

Result<std::vector<std::string>> texts(const std::string& key, const Document& value) {
  std::vector<std::string> all;
  if (value.array() == nullptr) return unexpected(key, value, "a list of texts");
  for (const Document& element : *value.array()) {
    if (element.text() == nullptr) return unexpected(key, element, "text");
    all.push_back(*element.text());
  }
  return all;
}

Result<std::vector<int>> processes(const Document& value) {
  std::vector<int> all;
  if (value.array() == nullptr) return unexpected("own_processes", value, "a list of process ids");
  for (const Document& element : *value.array()) {
    if (element.integer() == nullptr || *element.integer() < 1 || *element.integer() > INT32_MAX)
      return unexpected("own_processes", element, "a process id");
    all.push_back(static_cast<int>(*element.integer()));
  }
  return all;
}

template <class T, class U>
Status take(Result<T> value, U& into) {
  if (!value) return forward(value);
  into = std::move(*value);
  return {};
}

Status set(OpenOptions& options, const std::string& key, const Document& value) {
  if (key == "period_s") return take(seconds(key, value, 0.01, 3600.0), options.meter.period);
  if (key == "idle_s") return take(seconds(key, value, 0.0, 3600.0), options.idle);
  if (key == "devices") return take(texts(key, value), options.meter.devices);
  if (key == "requests") return take(texts(key, value), options.requests);
  if (key == "own_processes") return take(processes(value), options.meter.own_processes);
  if (key == "root") {
    if (value.text() == nullptr || value.text()->empty()) return unexpected(key, value, "the path of a folder");
    options.root = *value.text();
    return {};
  }
  if (key == "align") {
    if (value.boolean() == nullptr) return unexpected(key, value, "true or false");
    options.meter.align = *value.boolean();
    return {};
  }
  static const std::vector<std::string> known{"period_s", "align", "devices", "own_processes",
                                              "requests", "root",  "idle_s"};
  return fail(ErrorCode::invalid_argument, unknown_name("option of a meter", key, known, "diffjoule.h"));
}

}  // namespace

Result<OpenOptions> meter_options(const Document& members) {
  OpenOptions options;
  options.meter.own_processes = {static_cast<int>(getpid())};
  for (const auto& [key, value] : *members.object()) {
    if (value.is_null()) continue;
    if (auto status = set(options, key, value); !status) return forward(status);
  }
  return options;
}

}  // namespace diffjoule::c
