// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "diffjoule/graph/dtype.h"
#include "diffjoule/graph/op.h"
#include "diffjoule/graph/weight_format.h"

// One forward of one network: operators in the order they run, the parameters they own, and the scopes (module paths)
// both live in. A block that repeats is stored once; its scope carries how often. Made by Builder, immutable after.
namespace diffjoule {

using ScopeId = std::uint32_t;

// A step of the module path. The root has an empty name. `count` > 0 marks a numbered list of equal blocks: this
// scope stands for COUNT members of the list, from NAME.FIRST on, each STRIDE after the one before. Without a name it
// is the same module called COUNT times.
struct ScopeStep {
  ScopeId parent = 0;
  std::string name;
  std::int64_t first = 0;
  std::int64_t count = 0;
  std::int64_t stride = 1;
};

struct Node {
  Op op;
  DType dtype;
  ScopeId scope;
  WeightFormat weights = WeightFormat::as_arithmetic;
};

// A tensor of the checkpoint. Buffers are stored but not learnt (the position table of SD3).
struct Parameter {
  std::string name;  // within its scope
  Shape shape;
  ScopeId scope;
  bool learnable;
};

class Graph {
 public:
  Graph() = default;
  Graph(std::vector<ScopeStep> scopes, std::vector<Node> nodes, std::vector<Parameter> parameters)
      : scopes_(std::move(scopes)), nodes_(std::move(nodes)), parameters_(std::move(parameters)) {}

  [[nodiscard]] const std::vector<Node>& nodes() const { return nodes_; }
  [[nodiscard]] const std::vector<Parameter>& parameters() const { return parameters_; }
  [[nodiscard]] const std::vector<ScopeStep>& scopes() const { return scopes_; }

  // How often one forward runs what is stored once in this scope.
  [[nodiscard]] std::int64_t repeats(ScopeId scope) const;

  // "transformer_blocks.*.attn": the module path, repeated blocks as a star.
  [[nodiscard]] std::string path(ScopeId scope) const;

  // Every stored name this parameter stands for: one for each repeat of its scope.
  [[nodiscard]] std::vector<std::string> names(const Parameter& parameter) const;

  [[nodiscard]] ParameterCount learnable_parameters() const;
  [[nodiscard]] ParameterCount checkpoint_elements() const;

 private:
  std::vector<ScopeStep> scopes_;
  std::vector<Node> nodes_;
  std::vector<Parameter> parameters_;
};

}  // namespace diffjoule
