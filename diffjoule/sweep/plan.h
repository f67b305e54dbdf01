// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "diffjoule/error/result.h"
#include "diffjoule/io/document.h"
#include "diffjoule/measure/stopping.h"
#include "diffjoule/sweep/axis.h"
#include "diffjoule/units/units.h"
#include "diffjoule/workload/workload.h"

// All that decides what a sweep runs and how: read from a TOML file or made of flags. The same plan asks for the same
// configurations in the same order; its key says whether two are the same.
namespace diffjoule::sweep {

enum class DesignKind { full, corners, latin_hypercube, adaptive };
[[nodiscard]] const char* name(DesignKind kind);
[[nodiscard]] Result<DesignKind> design_named(const std::string& text);
[[nodiscard]] std::vector<std::string> design_names();

struct Plan {
  std::string name;
  std::string about = {};  // for people
  std::string engine = "replay";
  std::map<std::string, std::string> settings = {};  // of the engine
  Workload base = {};                                // what no axis says
  std::vector<Axis> axes = {};
  DesignKind design = DesignKind::full;
  std::optional<std::int64_t> points = std::nullopt;  // of a Latin hypercube or an adaptive design, at most
  double interval = 0.15;   // of an adaptive design: half the 95 % prediction interval of time that ends it, as a share
  std::int64_t checks = 5;  // of an adaptive design: configurations that test the law in the end
  std::uint64_t seed = 1;
  measure::StoppingRule repeats = {.least = 3, .most = 10, .warm_up = 0};  // of each configuration
  std::int64_t warm_up = 1;                       // runs before each metered one that are not kept
  double fraction = 1.0;                          // share of the evaluations that are run
  Duration idle = {};                             // pause before each run
  Duration baseline = 5.0 * second;               // idle power is taken so long before the first run; zero: not
  Duration cool_down = 60.0 * second;             // waited for the device's idle level before each run, at most
  std::optional<Duration> budget = std::nullopt;  // of a session: no run begins after it
};

// An unknown key is an error that offers the nearest; so is a plan without a model, a name, or a meaning.
[[nodiscard]] Result<Plan> plan_from(const io::Document& document);
[[nodiscard]] io::Document to_document(const Plan& plan);

// What plan_from() checks of the whole, for plans that were put together otherwise.
[[nodiscard]] Status check(const Plan& plan);

// The same for plans that run the same: 16 hexadecimal digits of all but `name`, `about` and `budget`.
[[nodiscard]] std::string key(const Plan& plan);

// 16 hexadecimal digits of a text (FNV-1a, 64 bit: Fowler, Noll & Vo, IETF draft-eastlake-fnv).
[[nodiscard]] std::string short_hash(const std::string& text);

}  // namespace diffjoule::sweep
