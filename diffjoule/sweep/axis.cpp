// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sweep/axis.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "diffjoule/error/suggest.h"
#include "diffjoule/workload/document.h"

namespace diffjoule::sweep {
namespace {

using io::Document;

constexpr const char* resolution = "resolution";
constexpr double side_step = 64.0;  // pixels: what every published pipeline accepts

std::optional<double> number_in(std::string_view text) {
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::optional<std::int64_t> whole_in(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// A value of a list as text: 30, 7.5, true, "bf16".
std::string plain_text(const Document& value) {
  if (value.text() != nullptr) return *value.text();
  if (value.boolean() != nullptr) return *value.boolean() ? "yes" : "no";
  if (value.integer() != nullptr) return std::to_string(*value.integer());
  char digits[64];
  const auto [end, error] = std::to_chars(digits, digits + sizeof digits, value.number());
  return error == std::errc() ? std::string(digits, end) : std::string();
}

struct Size {
  std::int64_t width = 0, height = 0;
};

Result<Size> size_from(const std::string& text) {
  std::string_view digits = text;
  if (digits.ends_with("px")) digits.remove_suffix(2);
  const std::size_t cross = digits.find('x');
  const auto width = whole_in(digits.substr(0, cross));
  const auto height = cross == std::string_view::npos ? width : whole_in(digits.substr(cross + 1));
  if (!width || !height) return fail(ErrorCode::invalid_argument, "512px or 768x512px is meant");
  return Size{*width, *height};
}

std::string text_of(const Size& size) {
  const std::string width = std::to_string(size.width);
  return size.width == size.height ? width + "px" : width + "x" + std::to_string(size.height) + "px";
}

Status set_text(Workload& workload, const std::string& name, const std::string& text) {
  if (name != resolution) return set_member(workload, name, text);
  auto size = size_from(text);
  if (!size) return forward(size);
  workload.width = size->width;
  workload.height = size->height;
  return {};
}

// "on" and "off" are how people speak of guidance.
std::string spoken(const std::string& text) {
  if (text == "on" || text == "true") return "yes";
  return text == "off" || text == "false" ? "no" : text;
}

Result<Level> level_of(const std::string& name, const std::string& given) {
  std::string text = given;
  Workload workload;
  Status set = set_text(workload, name, text);
  if (!set) {
    text = spoken(given);
    workload = {};
    if (text != given && set_text(workload, name, text)) set = {};
  }
  if (set) set = check(workload);
  if (!set)
    return fail(ErrorCode::invalid_argument, "axis " + name + ", value \"" + given + "\": " + set.error().message());
  if (name == resolution) {
    const auto pixels = static_cast<double>(*workload.width) * static_cast<double>(*workload.height);
    return Level{text_of({*workload.width, *workload.height}), pixels};
  }
  // As the document has it: "fp16" and "half" are one value.
  const Document document = to_document(workload);
  const Document* value = document.find(name);
  if (value != nullptr) text = plain_text(*value);
  return Level{text, number_in(text)};
}

std::string member_name(std::string name) {
  std::replace(name.begin(), name.end(), '-', '_');
  return name == "size" ? resolution : name;
}

// A number without unit: the side of a resolution.
std::optional<double> end_of_range(std::string_view text) {
  if (text.ends_with("px")) text.remove_suffix(2);
  return number_in(text);
}

std::string text_within(const Axis& axis, double value) {
  if (axis.name == resolution) {
    const auto side = static_cast<std::int64_t>(std::max(1.0, std::round(value / side_step)) * side_step);
    return text_of({side, side});
  }
  // Whole where the member is: then a fraction cannot be set.
  Workload workload;
  const bool takes_fractions = set_member(workload, axis.name, Document("0.5")).has_value();
  constexpr double hundredths = 100.0;
  const double rounded = takes_fractions ? std::round(value * hundredths) / hundredths : std::round(value);
  return takes_fractions ? plain_text(Document(rounded)) : std::to_string(std::llround(rounded));
}

Result<Axis> range_of(const std::string& name, const std::string& text) {
  const std::size_t dots = text.find("..");
  const auto least = end_of_range(std::string_view(text).substr(0, dots));
  const auto most = end_of_range(std::string_view(text).substr(dots + 2));
  if (!least || !most || !(*least < *most))
    return fail(ErrorCode::invalid_argument,
                "axis " + name + ", value \"" + text + "\": a range is LEAST..MOST, such as 10..50");
  Axis axis{name, {}, AxisRange{*least, *most}};
  for (const double share : {0.0, 1.0}) {
    auto level = level_within(axis, share);
    if (!level) return forward(level);
    axis.levels.push_back(std::move(*level));
  }
  return axis;
}

}  // namespace

Result<Axis> axis_of(const std::string& given_name, const Document& values) {
  const std::string name = member_name(given_name);
  Workload probe;
  if (name != resolution) {  // does the member exist at all?
    const auto set = set_member(probe, name, Document());
    if (!set && set.error().message().find("no member of a workload") != std::string::npos)
      return fail(ErrorCode::invalid_argument, "axis: " + set.error().message() + " (resolution is width and height)");
  }
  if (values.text() != nullptr && values.text()->find("..") != std::string::npos) return range_of(name, *values.text());
  const Document::Array single{values};
  const Document::Array& all = values.array() != nullptr ? *values.array() : single;
  if (all.empty()) return fail(ErrorCode::invalid_argument, "axis " + name + " has no values");
  Axis axis{name, {}};
  for (const Document& value : all) {
    if (value.object() != nullptr || value.array() != nullptr || value.is_null())
      return fail(ErrorCode::invalid_argument, "axis " + name + ": found " + value.kind() + ", a value is meant");
    auto level = level_of(name, plain_text(value));
    if (!level) return forward(level);
    const bool twice = std::any_of(axis.levels.begin(), axis.levels.end(),
                                   [&level](const Level& other) { return other.text == level->text; });
    if (twice)
      return fail(ErrorCode::invalid_argument,
                  "axis " + name + ", value \"" + level->text + "\": it stands there twice");
    axis.levels.push_back(std::move(*level));
  }
  return axis;
}

Result<Axis> axis_from(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0 || equals + 1 == text.size())
    return fail(ErrorCode::invalid_argument,
                "found \"" + text + "\", NAME=VALUE,VALUE,... is meant, such as steps=10,20,30");
  const std::string list = text.substr(equals + 1);
  if (list.find("..") != std::string::npos) return axis_of(text.substr(0, equals), list);
  Document values = Document::Array{};
  for (std::size_t begin = 0; begin <= list.size();) {
    const std::size_t end = std::min(list.find(',', begin), list.size());
    values.push(list.substr(begin, end - begin));
    begin = end + 1;
  }
  return axis_of(text.substr(0, equals), values);
}

Document values_of(const Axis& axis) {
  if (axis.range) return plain_text(Document(axis.range->least)) + ".." + plain_text(Document(axis.range->most));
  Document values = Document::Array{};
  for (const Level& level : axis.levels) values.push(level.text);
  return values;
}

Status set_level(Workload& workload, const Axis& axis, const Level& level) {
  auto set = set_text(workload, axis.name, level.text);
  if (!set) return forward(set, "axis " + axis.name + ", value \"" + level.text + "\"");
  return {};
}

Result<Level> level_within(const Axis& axis, double share) {
  const AxisRange range = axis.range.value_or(AxisRange{});
  return level_of(axis.name, text_within(axis, std::lerp(range.least, range.most, share)));
}

}  // namespace diffjoule::sweep
