// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sweep/plan_design.h"

#include <algorithm>
#include <charconv>

#include "diffjoule/sweep/blocks.h"
#include "diffjoule/sweep/designs.h"

namespace diffjoule::sweep {
namespace {

std::optional<std::int64_t> whole_in(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

Result<Part> part_from(const std::string& text) {
  const std::size_t slash = std::min(text.find('/'), text.size());
  const auto number = whole_in(std::string_view(text).substr(0, slash));
  const auto of = whole_in(std::string_view(text).substr(std::min(slash + 1, text.size())));
  if (!number || !of || *number < 1 || *of < *number)
    return fail(ErrorCode::invalid_argument,
                "part: found \"" + text + "\", K/N with K from 1 to N is meant, such as 2/8");
  return Part{*number, *of};
}

std::vector<Configuration> share_of(std::vector<Configuration> all, const Part& part) {
  std::vector<Configuration> share;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (static_cast<std::int64_t>(i) % part.of == part.number - 1) share.push_back(std::move(all[i]));
  }
  return share;
}

Result<std::unique_ptr<Design>> design_of(const Plan& plan, const std::optional<Part>& part) {
  auto all = configurations(plan);
  if (!all) return forward(all, "plan \"" + plan.name + "\"");
  std::vector<Configuration> share = share_of(std::move(*all), part.value_or(Part{}));
  switch (plan.design) {
    case DesignKind::full:
    case DesignKind::corners:
    case DesignKind::latin_hypercube:
      return std::make_unique<BlockDesign>(std::move(share), plan.repeats, plan.seed);
    case DesignKind::adaptive:
      break;
  }
  return fail(ErrorCode::unavailable, std::string("the design \"") + name(plan.design) + "\" is not built in");
}

}  // namespace diffjoule::sweep
