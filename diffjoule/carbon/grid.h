// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "diffjoule/error/result.h"
#include "diffjoule/io/data_files.h"
#include "diffjoule/units/units.h"

// Carbon intensity of electricity by country and year: data/grids/country_yearly.csv, every row with its source.
namespace diffjoule::carbon {

struct GridIntensity {
  std::string zone;  // ISO 3166-1 alpha-3, or "WORLD"
  std::string iso2;  // may be empty
  std::string name;
  std::int64_t year = 0;
  CarbonIntensity intensity;
  std::string kind;  // "lifecycle" or "direct"
  std::string source;
  bool assumed = false;  // the world's value: nobody said where
};

class GridCatalogue {
 public:
  static constexpr const char* world_zone = "WORLD";

  // An error names file, line and column, what was found and what was expected.
  [[nodiscard]] static Result<GridCatalogue> load(const io::DataFiles& files);

  // Sorted by zone, then year.
  [[nodiscard]] const std::vector<GridIntensity>& all() const { return grids_; }

  // The latest year of a zone, by alpha-3 or alpha-2 code or name; letter case, spaces, dashes, dots and underscores do
  // not matter. An error offers the nearest names.
  [[nodiscard]] Result<GridIntensity> find(const std::string& name) const;

  // Where nobody said where; marked as assumed.
  [[nodiscard]] Result<GridIntensity> world() const { return find(world_zone); }

 private:
  std::vector<GridIntensity> grids_;
};

}  // namespace diffjoule::carbon
