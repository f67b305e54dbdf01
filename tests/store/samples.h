// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "diffjoule/io/file.h"
#include "diffjoule/store/import.h"

// The neighbours' files of data/samples/, read.
namespace diffjoule::store {

inline Input sample(const std::string& name) {
  auto text = io::read_file(std::string(DIFFJOULE_SOURCE_DIR) + "/data/samples/" + name);
  EXPECT_TRUE(text) << name;
  return {name, text ? *text : "", std::nullopt};
}

inline Result<Imported> read_as(const std::string& format, const std::vector<Input>& inputs) {
  const auto import = import_named(format);
  EXPECT_TRUE(import) << format;
  return (*import)->read(inputs);
}

inline Imported read_samples(const std::string& format, const std::vector<std::string>& names) {
  std::vector<Input> inputs;
  for (const std::string& name : names) inputs.push_back(sample(name));
  auto imported = read_as(format, inputs);
  EXPECT_TRUE(imported) << imported.error().message();
  return imported ? *imported : Imported{};
}

// The part of that kind; fails where there is none.
inline const measure::PartEnergy& part_of(const measure::Phase& phase, sensors::Part part) {
  for (const measure::PartEnergy& p : phase.parts) {
    if (p.part == part) return p;
  }
  ADD_FAILURE() << "no " << sensors::name(part);
  static const measure::PartEnergy none;
  return none;
}

inline double joules_of(const measure::PartEnergy& part) { return part.energy ? part.energy->value.in(joule) : -1.0; }

inline bool doubts(const measure::PartEnergy& part, measure::DoubtKind kind) {
  for (const measure::Doubt& d : part.verdict) {
    if (d.kind == kind) return true;
  }
  return false;
}

}  // namespace diffjoule::store
