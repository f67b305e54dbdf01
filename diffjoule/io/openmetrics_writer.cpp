// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/io/openmetrics_writer.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string_view>
#include <utility>

namespace diffjoule::io {
namespace {

// One that needs no quotes: [a-zA-Z_:][a-zA-Z0-9_:]*.
bool is_plain_name(std::string_view name) {
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == ':';
  };
  return !name.empty() && std::all_of(name.begin(), name.end(), is_plain) && !(name[0] >= '0' && name[0] <= '9');
}

void append_escaped(std::string& out, std::string_view text, bool quotes) {
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\\' || (quotes && c == '"')) {
      out += '\\';
      out += c;
    } else {
      out += c;
    }
  }
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  append_escaped(out, text, true);
  return out + '"';
}

std::string name_text(std::string_view name) { return is_plain_name(name) ? std::string(name) : quoted(name); }

std::string number_text(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  std::array<char, 40> text{};
  return {text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr};
}

void append_sample(std::string& out, const MetricSample& s, MetricDialect dialect) {
  const bool plain = is_plain_name(s.name);
  if (plain) out += s.name;
  if (!plain || !s.labels.empty()) {
    out += '{';
    if (!plain) out += quoted(s.name);
    bool first = plain;
    for (const auto& [key, value] : s.labels) {
      if (!std::exchange(first, false)) out += ',';
      out += name_text(key) + '=' + quoted(value);
    }
    out += '}';
  }
  out += ' ' + number_text(s.value);
  if (s.timestamp) {
    // Milliseconds are whole numbers.
    std::array<char, 40> text{};
    const bool seconds = dialect == MetricDialect::openmetrics;
    const double time = seconds ? *s.timestamp : std::round(*s.timestamp * 1000.0);
    const auto end =
        std::to_chars(text.data(), text.data() + text.size(), time, std::chars_format::fixed, seconds ? 3 : 0);
    if (end.ec == std::errc{}) out += ' ' + std::string(text.data(), end.ptr);
  }
  out += '\n';
}

}  // namespace

void append_metrics(std::string& out, const MetricFamily& family, MetricDialect dialect) {
  const bool open = dialect == MetricDialect::openmetrics;
  std::string declared = family.name;
  if (!open && family.type == MetricType::counter && !declared.ends_with("_total")) declared += "_total";
  if (!open && family.type == MetricType::info && !declared.ends_with("_info")) declared += "_info";
  std::string type = name(family.type);
  if (!open && family.type == MetricType::unknown) type = "untyped";
  if (!open && (family.type == MetricType::info || family.type == MetricType::state_set)) type = "gauge";
  if (!open && family.type == MetricType::gauge_histogram) type = "histogram";
  out += "# TYPE " + name_text(declared) + ' ' + type + '\n';
  if (open && !family.unit.empty()) out += "# UNIT " + name_text(declared) + ' ' + family.unit + '\n';
  if (!family.help.empty()) {
    out += "# HELP " + name_text(declared) + ' ';
    append_escaped(out, family.help, open);
    out += '\n';
  }
  for (const MetricSample& sample : family.samples) append_sample(out, sample, dialect);
}

void end_metrics(std::string& out, MetricDialect dialect) {
  if (dialect == MetricDialect::openmetrics) out += "# EOF\n";
}

}  // namespace diffjoule::io
