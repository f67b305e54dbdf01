// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "diffjoule/models/pipeline.h"

namespace diffjoule::models {

// Pipelines that were asked for, each loaded once and kept until the shelf goes: phases and passes point into them.
class PipelineShelf {
 public:
  using Load = std::function<Result<Pipeline>(const std::string& name)>;

  explicit PipelineShelf(Load load) : load_(std::move(load)) {}
  // From the catalogue, by any of their names.
  explicit PipelineShelf(Catalogue catalogue)
      : load_([catalogue = std::move(catalogue)](const std::string& name) { return catalogue.find(name); }) {}

  // Errors are remembered too.
  [[nodiscard]] Result<const Pipeline*> find(const std::string& name);

 private:
  Load load_;
  std::map<std::string, std::unique_ptr<Pipeline>, std::less<>> by_slug_;
  std::map<std::string, Result<const Pipeline*>, std::less<>> by_name_;
};

}  // namespace diffjoule::models
