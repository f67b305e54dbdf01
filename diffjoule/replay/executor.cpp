// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/replay/executor.h"

#include <algorithm>
#include <set>

#include "diffjoule/flops/count.h"
#include "diffjoule/flops/op_cost.h"
#include "diffjoule/replay/cpu.h"
#include "diffjoule/units/text.h"

namespace diffjoule::replay {
namespace {

ByteCount share_of_available() { return ByteCount(available_memory().exact() * 4 / 5); }

std::string key_of(const Node& node, Arithmetic arithmetic) {
  return title_of(node) + (arithmetic == Arithmetic::int8 ? ", in int8" : "");
}

// Some tens of milliseconds at most on one core.
bool small(const Node& node, const Needs& needs) {
  constexpr WideInteger few_flops = 2'000'000'000, few_bytes = 50'000'000;
  return flops::cost_of(node.op, node.dtype).flops.exact() <= few_flops && needs.total().exact() <= few_bytes;
}

}  // namespace

Executor::Executor(const Setup& setup)
    : threads_(start_threads(setup.threads)), memory_(setup.memory.value_or(share_of_available())) {}

Status Executor::prepare(const std::vector<const Graph*>& graphs, Arithmetic arithmetic) {
  plans_.clear();
  Kernels kernels = std::move(kernels_);
  kernels_.clear();
  Demand demand;
  std::vector<Plan> plans;
  for (const Graph* graph : graphs) {
    auto plan = plan_of(*graph, arithmetic, kernels, demand);
    if (!plan) return forward(plan);
    plans.push_back(std::move(*plan));
  }
  if (auto status = check_fits(demand); !status) return status;
  if (auto status = store_.provide(demand, memory_, last_level_cache()); !status) return status;
  plans_ = std::move(plans);
  return warm_up();
}

Result<Executor::Plan> Executor::plan_of(const Graph& graph, Arithmetic arithmetic, Kernels& kernels, Demand& demand) {
  Plan plan{.steps = schedule(graph), .operators = {}, .counted = flops::count(graph).total().flops};
  ByteCount weights;
  for (const Node& node : graph.nodes()) {
    const std::string key = key_of(node, arithmetic);
    KernelPointer& kept = kernels_[key];
    if (!kept) {
      if (const auto before = kernels.find(key); before != kernels.end()) kept = std::move(before->second);
    }
    if (!kept) {
      auto made = compile(node, onednn_, arithmetic);
      if (!made) return forward(made, "preparing " + graph.path(node.scope));
      kept = std::move(*made);
    }
    demand.add(kept->needs(), node.dtype);
    weights += static_cast<WideInteger>(graph.repeats(node.scope)) * whole_lines(kept->needs().weights);
    plan.operators.push_back({kept.get(), node.dtype, small(node, kept->needs())});
  }
  demand.weights_of_graph = std::max(demand.weights_of_graph, weights);
  return plan;
}

Status Executor::check_fits(const Demand& demand) const {
  if (demand.least() <= memory_) return {};
  const auto largest = std::max_element(kernels_.begin(), kernels_.end(), [](const auto& a, const auto& b) {
    return a.second->needs().total() < b.second->needs().total();
  });
  const Needs& n = largest->second->needs();
  return fail(ErrorCode::exhausted, "replay needs " + to_text(demand.least()) + " and may use " + to_text(memory_) +
                                        "; the largest operator, " + largest->second->title() + ", reads " +
                                        to_text(n.reads + n.second) + ", writes " + to_text(n.writes) + ", has " +
                                        to_text(n.weights) + " of weights and works in " + to_text(n.scratch) +
                                        "; a smaller size or batch, or --memory, helps");
}

Status Executor::warm_up() {
  std::set<const Kernel*> seen;
  for (const Plan& plan : plans_) {
    store_.rewind();
    for (const Operator& o : plan.operators) {
      if (!o.small || !seen.insert(o.kernel).second) continue;
      auto status = guarded("running " + o.kernel->title() + " the first time",
                            [&] { o.kernel->run(store_.places(o.kernel->needs(), o.dtype)); });
      if (!status) return status;
    }
  }
  return {};
}

Result<FlopCount> Executor::run(std::size_t graph) {
  if (graph >= plans_.size()) return fail(ErrorCode::invalid_argument, "no graph of that number is prepared");
  const Plan& plan = plans_[graph];
  FlopCount executed;
  store_.rewind();
  if (auto status = guarded("running a graph", [&] { executed = run(plan, plan.steps); }); !status)
    return forward(status);
  if (executed != plan.counted)
    return fail(ErrorCode::invalid_data, "the operators that ran did " + to_decimal(executed.exact()) +
                                             " FLOPs where " + to_decimal(plan.counted.exact()) +
                                             " are counted; this is a mistake in diffjoule, please report it");
  return executed;
}

FlopCount Executor::run(const Plan& plan, const std::vector<Step>& steps) {
  FlopCount executed;
  for (const Step& step : steps) {
    if (step.inside.empty()) {
      const Operator& o = plan.operators[step.node];
      executed += o.kernel->run(store_.places(o.kernel->needs(), o.dtype));
      continue;
    }
    for (std::int64_t round = 0; round < step.times; ++round) executed += run(plan, step.inside);
  }
  return executed;
}

}  // namespace diffjoule::replay
