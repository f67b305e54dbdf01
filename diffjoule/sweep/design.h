// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "diffjoule/error/result.h"
#include "diffjoule/sweep/trial.h"

// In which order configurations are run, and which. A design is asked for the next one until it has no more; what has
// been run already, in this session or an earlier one, is in `done`. Every answer is one run: a design that wants
// repeats gives the same configuration again.
namespace diffjoule::sweep {

class Design {
 public:
  virtual ~Design() = default;

  // nullopt: the design is complete. Configurations whose trials failed are not asked for again.
  [[nodiscard]] virtual Result<std::optional<Configuration>> next(std::span<const Trial> done) = 0;
  // How many runs it will ask for in all, those that are done included, as far as is known: for the time left.
  [[nodiscard]] virtual std::size_t size() const = 0;
  // Why it ended or what it waits for, in words; may be empty.
  [[nodiscard]] virtual std::string words() const { return {}; }
};

}  // namespace diffjoule::sweep
