// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "diffjoule/error/result.h"
#include "diffjoule/graph/graph.h"
#include "diffjoule/replay/compile.h"
#include "diffjoule/replay/kernel.h"
#include "diffjoule/replay/memory.h"
#include "diffjoule/replay/schedule.h"

// Runs graphs on random numbers: docs/method/replay.md. Everything that takes time once is in prepare().
namespace diffjoule::replay {

class Executor {
 public:
  struct Setup {
    int threads = 0;                                 // 0: all
    std::optional<ByteCount> memory = std::nullopt;  // at most; else 80 % of what is available
  };
  explicit Executor(const Setup& setup);

  // Compiles the operators of these graphs, takes the memory that they need and runs each distinct operator once that
  // is small: what a first call costs beyond the others is lost in a large one. What was prepared before is forgotten,
  // but equal operators are kept. The graphs may go.
  // ErrorCode::exhausted names the operator that does not fit and its sizes; ErrorCode::unavailable one that oneDNN
  // cannot do here.
  [[nodiscard]] Status prepare(const std::vector<const Graph*>& graphs, Arithmetic arithmetic);

  // One evaluation of a prepared graph, by its position there. The FLOPs are those of the kernels that ran, added up
  // while they ran; an error where they are not what flops::count() says.
  [[nodiscard]] Result<FlopCount> run(std::size_t graph);

  [[nodiscard]] int threads() const { return threads_; }
  [[nodiscard]] ByteCount memory() const { return memory_; }
  [[nodiscard]] ByteCount memory_held() const { return store_.held(); }

 private:
  struct Operator {
    Kernel* kernel;
    DType dtype;
    bool small;  // warmed up
  };
  struct Plan {
    std::vector<Step> steps;
    std::vector<Operator> operators;  // by node
    FlopCount counted;
  };
  using Kernels = std::map<std::string, KernelPointer>;

  Result<Plan> plan_of(const Graph& graph, Arithmetic arithmetic, Kernels& kernels, Demand& demand);
  [[nodiscard]] Status check_fits(const Demand& demand) const;
  Status warm_up();
  FlopCount run(const Plan& plan, const std::vector<Step>& steps);

  int threads_;
  ByteCount memory_;
  Onednn onednn_;
  Memory store_;
  Kernels kernels_;
  std::vector<Plan> plans_;
};

}  // namespace diffjoule::replay
