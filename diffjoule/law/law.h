// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "diffjoule/error/result.h"
#include "diffjoule/io/document.h"
#include "diffjoule/law/observation.h"

// A fitted law: the numbers of one form, how well they are known, where they hold, and where they come from.
namespace diffjoule::law {

struct Coefficient {
  std::string name;
  std::string unit;
  double value = 0.0;
  std::optional<double> standard_error;          // classical
  std::optional<double> cluster_standard_error;  // clustered by model x GPU
  std::optional<double> low, high;               // 95 %, from the clustered error where there is one
};

// A coefficient that the data do not determine, and why.
struct Refused {
  std::string name;
  std::string reason;
};

// Deviation of a card from its data sheet, in ln, shrunk towards none: of energy and time as a whole, or (roofline) of
// the energy of work and of the speed of compute and of memory.
struct CardDeviation {
  double energy = 0.0, time = 0.0, memory = 0.0;
};

// Spread of ln(measured / predicted), for intervals: the outer residuals of leaving one model out, groups (model x GPU
// x source) weighted equally, with as many degrees of freedom as models less one. `half_width` is conformal: half the
// width, in ln, of an interval that held 90 % of the groups; there only where enough of them say so.
struct Spread {
  double deviation = 0.0;
  double degrees_of_freedom = 1.0;
  std::optional<double> half_width = std::nullopt;
};

// Where the observations lay.
struct Axis {
  std::string name;
  double low = 0.0, high = 0.0;
};

struct Quality {
  std::optional<double> r2, adjusted_r2, residual_deviation, pearson, spearman, condition_number;
  std::vector<std::pair<std::string, double>> variance_inflation;
};

struct Provenance {
  std::string program;                                    // name and version
  std::vector<std::pair<std::string, std::string>> data;  // file, rows used of rows
  std::vector<std::string> skipped;                       // what was left out and why, in words
  std::size_t observations = 0, groups = 0;
};

struct Law {
  std::string form;
  std::vector<Coefficient> coefficients;  // in the order the form reads them
  std::vector<Refused> refused;
  std::map<std::string, CardDeviation> cards;
  std::map<std::string, double> gpu_intercepts;                      // of the paper's form
  std::optional<Spread> energy_spread, time_spread;                  // on one GPU
  std::optional<Spread> several_energy_spread, several_time_spread;  // on several; absent: as on one
  double between_cards = 0.0;  // standard deviation in ln of a card nobody measured (energy)
  double between_cards_time = 0.0;
  std::vector<Axis> domain;
  std::vector<std::string> models, sources;
  Quality quality;
  Provenance provenance;

  [[nodiscard]] double value(std::size_t index) const { return coefficients[index].value; }
};

inline constexpr int law_file_version = 1;

// Law files: versioned JSON. Reading refuses another version, a form that is not known, and numbers that are missing.
[[nodiscard]] io::Document to_document(const Law& law);
[[nodiscard]] Result<Law> law_from(const io::Document& document);

}  // namespace diffjoule::law
