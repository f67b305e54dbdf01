// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <utility>

#include "diffjoule/measure/stopping.h"
#include "diffjoule/sweep/design.h"

// A design that asks for each configuration once, with repeats: what it asked for is run until that is enough, and only
// then it is asked for the next one.
namespace diffjoule::sweep {

class Repeated final : public Design {
 public:
  Repeated(std::unique_ptr<Design> inner, measure::StoppingRule repeats);

  [[nodiscard]] Result<std::optional<Configuration>> next(std::span<const Trial> done) override;
  [[nodiscard]] std::size_t size() const override { return inner_->size() * rule_.least; }
  [[nodiscard]] std::string words() const override { return inner_->words(); }

 private:
  std::unique_ptr<Design> inner_;
  measure::StoppingRule rule_;
};

}  // namespace diffjoule::sweep
