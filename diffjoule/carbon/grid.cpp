// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/carbon/grid.h"

#include <algorithm>
#include <array>
#include <tuple>

#include "diffjoule/error/suggest.h"
#include "diffjoule/io/csv.h"

namespace diffjoule::carbon {
namespace {

constexpr const char* path = "grids/country_yearly.csv";

enum Column : std::size_t { zone, iso2, name, year, intensity, kind, source, columns };
constexpr std::array<const char*, columns> titles{"zone", "iso2",  "name", "year", "intensity_g_per_kwh",
                                                  "kind", "source"};
using Places = std::array<std::size_t, columns>;

Result<GridIntensity> grid_of(const io::Csv& table, const Places& places, std::size_t row) {
  const auto refuse = [&](Column column, const char* expected) {
    return tl::unexpected<Error>(table.unexpected(row, places[column], expected));
  };
  const auto text = [&](Column column) { return std::string(table.at(row, places[column])); };
  GridIntensity grid{text(zone), text(iso2), text(name), 0, {}, text(kind), text(source)};
  const auto when = io::csv_integer(table.at(row, places[year]));
  const auto grams = io::csv_number(table.at(row, places[intensity]));
  if (grid.zone.empty()) return refuse(zone, "a code");
  if (grid.name.empty()) return refuse(name, "a name");
  if (!when || *when < 1900 || *when > 2200) return refuse(year, "a year");
  if (!grams || *grams < 0.0) return refuse(intensity, "a number from 0 up");
  if (grid.source.empty()) return refuse(source, "where the number comes from");
  grid.year = *when;
  grid.intensity = *grams * gram_per_kilowatt_hour;
  grid.assumed = grid.zone == GridCatalogue::world_zone;
  return grid;
}

}  // namespace

Result<GridCatalogue> GridCatalogue::load(const io::DataFiles& files) {
  auto table = files.read(path).and_then([](std::string text) { return io::parse_csv(std::move(text)); });
  if (!table) return forward(table, path);
  Places places{};
  for (std::size_t c = 0; c < columns; ++c) {
    auto place = table->require(titles[c]);
    if (!place) return forward(place, path);
    places[c] = *place;
  }
  GridCatalogue catalogue;
  for (std::size_t row = 0; row < table->rows(); ++row) {
    auto grid = grid_of(*table, places, row);
    if (!grid) return forward(grid, path);
    catalogue.grids_.push_back(std::move(*grid));
  }
  std::stable_sort(catalogue.grids_.begin(), catalogue.grids_.end(),
                   [](const auto& a, const auto& b) { return std::tie(a.zone, a.year) < std::tie(b.zone, b.year); });
  return catalogue;
}

Result<GridIntensity> GridCatalogue::find(const std::string& name) const {
  const std::string wanted = folded_name(name);
  const GridIntensity* found = nullptr;
  for (const GridIntensity& grid : grids_) {
    const bool meant = !wanted.empty() && (folded_name(grid.zone) == wanted || folded_name(grid.iso2) == wanted ||
                                           folded_name(grid.name) == wanted);
    if (meant && (found == nullptr || grid.year >= found->year)) found = &grid;
  }
  if (found != nullptr) return *found;
  std::vector<std::string> known;
  for (const GridIntensity& grid : grids_) {
    known.push_back(grid.name);
    known.push_back(grid.zone);
  }
  return fail(ErrorCode::not_found, unknown_name("grid zone", name, known, "diffjoule list grids"));
}

}  // namespace diffjoule::carbon
