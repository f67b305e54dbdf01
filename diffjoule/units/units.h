// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "diffjoule/units/quantity.h"

// The quantities of this field and their units. Types are quantities, constants are units.
namespace diffjoule {

using Energy = Quantity<Dimension{.energy = 1}>;
using Duration = Quantity<Dimension{.time = 1}>;
using Power = Quantity<Dimension{.energy = 1, .time = -1}>;
using Flops = Quantity<Dimension{.flop = 1}>;
using FlopRate = Quantity<Dimension{.time = -1, .flop = 1}>;
using Bytes = Quantity<Dimension{.byte = 1}>;
using Bandwidth = Quantity<Dimension{.time = -1, .byte = 1}>;
using EnergyPerFlop = Quantity<Dimension{.energy = 1, .flop = -1}>;
using EnergyPerByte = Quantity<Dimension{.energy = 1, .byte = -1}>;
using Emissions = Quantity<Dimension{.co2e = 1}>;
using CarbonIntensity = Quantity<Dimension{.energy = -1, .co2e = 1}>;
using Frequency = Quantity<Dimension{.time = -1}>;

inline constexpr Energy joule = Energy::base_unit();
inline constexpr Duration second = Duration::base_unit();
inline constexpr Power watt = joule / second;
inline constexpr Energy watt_hour = 3600.0 * joule;
inline constexpr Energy kilowatt_hour = 1000.0 * watt_hour;
inline constexpr Flops flop = Flops::base_unit();
inline constexpr FlopRate flop_per_second = flop / second;
inline constexpr Bytes byte = Bytes::base_unit();
inline constexpr Bandwidth byte_per_second = byte / second;
inline constexpr EnergyPerFlop picojoule_per_flop = 1e-12 * (joule / flop);
inline constexpr EnergyPerByte picojoule_per_byte = 1e-12 * (joule / byte);
inline constexpr Emissions gram_co2e = Emissions::base_unit();
inline constexpr CarbonIntensity gram_per_kilowatt_hour = gram_co2e / kilowatt_hour;
inline constexpr Frequency hertz = Frequency::base_unit();

}  // namespace diffjoule
