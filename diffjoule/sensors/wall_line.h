// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "diffjoule/units/units.h"

// One line of a wall meter's line protocol. A line is the watts of the moment ("123.4") or words of the form key=value
// with spaces or commas between them:
//
//   power_w=123.4 energy_j=5000
//
// Keys: power_w (watts), energy_j (joules since some moment), energy_wh and energy_kwh (the same in other units), w or
// watts for power_w. Other keys are passed over; a line with none of these, or with a value that is no number, says
// nothing. A line begins with # where it is a comment.
namespace diffjoule::sensors {

struct WallWords {
  std::optional<Power> power;
  std::optional<Energy> energy;
  [[nodiscard]] bool empty() const { return !power && !energy; }
};

[[nodiscard]] WallWords parse_wall_line(std::string_view line);

}  // namespace diffjoule::sensors
