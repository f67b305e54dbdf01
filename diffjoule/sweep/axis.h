// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "diffjoule/error/result.h"
#include "diffjoule/io/document.h"
#include "diffjoule/workload/workload.h"

// What a sweep varies: one member of the workload and its values, listed or as a range ("256..1024"). `resolution` is
// width and height together: "512px" is a square, "768x512px" is not. All other names are those of
// workload/document.h, with underscores or dashes.
namespace diffjoule::sweep {

// One value as people read it, and as a number where it has one (pixels of an image for resolution).
struct Level {
  std::string text;
  std::optional<double> number;
};

// From `least` to `most`; resolutions are rounded to the nearest 64 pixels, what is whole to whole numbers.
struct AxisRange {
  double least = 0.0, most = 0.0;  // side in pixels for resolution
};

struct Axis {
  std::string name;
  std::vector<Level> levels;  // without a range: at least one; with one: its two ends
  std::optional<AxisRange> range = std::nullopt;
};

// `values`: a list of values or the text of a range. An error names the axis and the value: one that cannot be read, is
// beyond the limits, or stands there twice.
[[nodiscard]] Result<Axis> axis_of(const std::string& name, const io::Document& values);

// "steps=10,20,30" or "steps=10..50".
[[nodiscard]] Result<Axis> axis_from(const std::string& text);

// What axis_of() takes.
[[nodiscard]] io::Document values_of(const Axis& axis);

[[nodiscard]] Status set_level(Workload& workload, const Axis& axis, const Level& level);

// The value at `share` (0 to 1) of the range.
[[nodiscard]] Result<Level> level_within(const Axis& axis, double share);

}  // namespace diffjoule::sweep
