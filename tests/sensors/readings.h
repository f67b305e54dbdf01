// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "diffjoule/sensors/sensor.h"
#include "tests/fakes/made_tree.h"
#include "tests/fakes/manual_clock.h"

// What driver tests ask of what a driver found.
namespace diffjoule::sensors {

inline Found find_with(const std::string& driver, const Surroundings& surroundings) {
  for (const Driver& d : all_drivers()) {
    if (d.name == driver) return d.find(surroundings);
  }
  ADD_FAILURE() << "no driver " << driver;
  return {};
}

inline Found find_in(const std::string& driver, const fakes::MadeTree& tree) {
  return find_with(driver, {.root = tree.root()});
}

inline std::optional<std::size_t> index_of(const Device& device, const std::string& channel) {
  const auto& channels = device.info().channels;
  for (std::size_t i = 0; i < channels.size(); ++i) {
    if (channels[i].name == channel) return i;
  }
  return std::nullopt;
}

// The channel, which must be there.
inline const Channel& channel(const Device& device, const std::string& name) {
  static const Channel none{};
  const auto index = index_of(device, name);
  if (!index) ADD_FAILURE() << device.info().id << " has no channel " << name;
  return index ? device.info().channels[*index] : none;
}

inline Reading reading(Device& device, const std::string& name) {
  const auto index = index_of(device, name);
  if (!index) ADD_FAILURE() << device.info().id << " has no channel " << name;
  if (!index) return {0.0, Absence::failed};
  Reading out;
  device.read(std::span(&*index, 1), std::span(&out, 1));
  return out;
}

// All of it on one line, for searching.
inline std::string joined(const std::vector<std::string>& lines) {
  std::string all;
  for (const std::string& line : lines) all += line + " | ";
  return all;
}

}  // namespace diffjoule::sensors
