// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/models/pipeline_shelf.h"

namespace diffjoule::models {

Result<const Pipeline*> PipelineShelf::find(const std::string& name) {
  if (const auto known = by_name_.find(name); known != by_name_.end()) return known->second;
  auto found = load_(name);
  if (!found) return by_name_.emplace(name, tl::unexpected<Error>(found.error())).first->second;
  auto& kept = by_slug_[found->slug];
  if (!kept) kept = std::make_unique<Pipeline>(std::move(*found));
  return by_name_.emplace(name, kept.get()).first->second;
}

}  // namespace diffjoule::models
