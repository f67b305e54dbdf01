// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "diffjoule/measure/stopping.h"
#include "diffjoule/sweep/design.h"
#include "diffjoule/sweep/plan.h"

// A list of configurations in blocks: every block is one run of each configuration that has not been repeated enough,
// in an order of its own, so that a drift of the machine falls on all alike. The order follows from the seed, and what
// comes next from the trials that are there: a sweep that was cut off goes on where it was.
namespace diffjoule::sweep {

class BlockDesign final : public Design {
 public:
  BlockDesign(std::vector<Configuration> configurations, measure::StoppingRule repeats, std::uint64_t seed);

  [[nodiscard]] Result<std::optional<Configuration>> next(std::span<const Trial> done) override;
  [[nodiscard]] std::size_t size() const override { return size_; }
  [[nodiscard]] std::string words() const override;

 private:
  std::vector<Configuration> configurations_;
  std::vector<std::string> keys_;
  std::map<std::string, std::size_t> places_;  // by key
  measure::StoppingRule rule_;
  std::uint64_t seed_;
  std::size_t size_;
};

// Whether these repeats of one configuration are enough: by their energy, or by their time where one of them has none.
[[nodiscard]] bool is_enough(const std::vector<const Trial*>& repeats, const measure::StoppingRule& rule);

}  // namespace diffjoule::sweep
