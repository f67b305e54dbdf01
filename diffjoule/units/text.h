// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "diffjoule/units/count.h"
#include "diffjoule/units/units.h"

// Quantities as people read them: three significant digits and an SI prefix ("3.21 kJ"). The only printer of units.
namespace diffjoule {

[[nodiscard]] std::string to_text(Energy e);
[[nodiscard]] std::string to_text(Power p);
[[nodiscard]] std::string to_text(Duration d);
[[nodiscard]] std::string to_text(Bandwidth b);
[[nodiscard]] std::string to_text(FlopRate r);
[[nodiscard]] std::string to_text(Emissions e);
[[nodiscard]] std::string to_text(CarbonIntensity i);
[[nodiscard]] std::string to_text(FlopCount c);
[[nodiscard]] std::string to_text(ByteCount c);
[[nodiscard]] std::string to_text(ParameterCount c);
[[nodiscard]] std::string to_text(CallCount c);

// Energy in watt-hours ("0.89 Wh"), as electricity is billed.
[[nodiscard]] std::string to_watt_hours_text(Energy e);

// `digits` significant digits, no exponent between 1e-4 and 1e15.
[[nodiscard]] std::string to_text(double number, int digits);

// 0.912 as "91.2 %". Percent exists only where people read.
[[nodiscard]] std::string percent_text(double fraction);

}  // namespace diffjoule
