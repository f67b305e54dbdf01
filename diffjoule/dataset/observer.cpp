// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/dataset/observer.h"

#include <algorithm>
#include <array>
#include <utility>

#include "diffjoule/flops/count.h"
#include "diffjoule/flops/op_cost.h"
#include "diffjoule/graph/blocks.h"

namespace diffjoule::dataset {
namespace {

constexpr double assumed_idle_fraction = 0.10;  // of the power limit, where no source gives idle power

// The arithmetic that PyTorch runs operators of this class in: float32 convolutions use TF32 by default, float32 matrix
// products do not; 8-bit weights speed up linear layers only.
Arithmetic arithmetic_of(flops::OpClass op_class, DType dtype) {
  if (op_class == flops::OpClass::scan) return Arithmetic::fp32;  // a recurrence, outside the matrix units
  switch (dtype) {
    case DType::float32:
    case DType::float64:
      return op_class == flops::OpClass::convolution ? Arithmetic::tf32 : Arithmetic::fp32;
    case DType::float8:
      return op_class == flops::OpClass::linear ? Arithmetic::fp8 : Arithmetic::bf16;
    case DType::float16:
      return Arithmetic::fp16;
    default:
      return Arithmetic::bf16;
  }
}

// The peak of that arithmetic, or of the next one that the card would use instead. A 16-bit peak that no source states
// is missing: plain fp32 is no stand-in for tensor cores.
std::optional<FlopRate> peak_for(const GpuSpec& gpu, Arithmetic arithmetic) {
  if (const auto peak = gpu.peak(arithmetic)) return peak;
  if (arithmetic == Arithmetic::tf32) return gpu.peak(Arithmetic::fp32);
  if (arithmetic == Arithmetic::fp8) return gpu.peak16();
  if (arithmetic == Arithmetic::bf16 || arithmetic == Arithmetic::fp16) {
    return gpu.peak(arithmetic == Arithmetic::bf16 ? Arithmetic::fp16 : Arithmetic::bf16);
  }
  return std::nullopt;
}

Result<law::DataSheet> sheet_of(const GpuSpec& gpu, std::vector<std::string>& assumed) {
  const auto missing = [&gpu](const char* what) {
    return fail(ErrorCode::unavailable,
                "GPU " + gpu.name + ": its " + what + " is not in the catalogue, and no prediction can do without it");
  };
  const auto peak16 = peak_for(gpu, Arithmetic::bf16);
  if (!peak16) return missing("16-bit peak");
  if (!gpu.bandwidth) return missing("memory bandwidth");
  if (!gpu.power_limit) return missing("power limit");
  law::DataSheet sheet{*peak16,          *gpu.bandwidth,
                       *gpu.power_limit, gpu.idle.value_or(assumed_idle_fraction * *gpu.power_limit),
                       !gpu.idle,        gpu.spread};
  if (!gpu.variants.empty())
    assumed.push_back("GPU " + gpu.name + " stands for " + std::to_string(gpu.variants.size()) +
                      " variants of the card");
  return sheet;
}

// "A100" for every variant that an entry without a stated variant stands for; else the GPU itself.
std::string card_of(const GpuSpec& gpu, const GpuCatalogue& catalogue) {
  for (const std::string& name : catalogue.names()) {
    if (!name.ends_with("-unspecified")) continue;
    const auto pooled = catalogue.find(name);
    if (!pooled) continue;
    if (pooled->name == gpu.name ||
        std::find(pooled->variants.begin(), pooled->variants.end(), gpu.name) != pooled->variants.end())
      return pooled->name;
  }
  return gpu.name;
}

flops::Cost difference(const flops::Cost& a, const flops::Cost& b) {
  return {a.flops - b.flops,
          a.bytes_ideal - b.bytes_ideal,
          a.bytes_eager - b.bytes_eager,
          a.weight_bytes - b.weight_bytes,
          a.scores - b.scores,
          a.calls - b.calls};
}

flops::CostByClass at_batch(const flops::CostByClass& one, const flops::CostByClass& two, std::int64_t batch) {
  flops::CostByClass cost = one;
  const auto more = static_cast<WideInteger>(batch - 1);
  for (const flops::OpClass c : flops::op_classes) {
    cost[c].flops += more * (two[c].flops - one[c].flops);
    cost[c].bytes_ideal += more * (two[c].bytes_ideal - one[c].bytes_ideal);
    cost[c].bytes_eager += more * (two[c].bytes_eager - one[c].bytes_eager);
    cost[c].scores += more * (two[c].scores - one[c].scores);
  }
  return cost;
}

// Laws know no class of scans: no row of the bundled data has one. They go with all that is limited by memory.
std::size_t class_index(flops::OpClass c) { return std::min(static_cast<std::size_t>(c), law::work_classes - 1); }

// Operators in which tokens of the latents meet each other: self-attention, joint attention, linear attention.
// Attention to a text is none: every GPU has the whole text.
bool mixes_tokens(const Op& op) {
  if (const auto* attention = std::get_if<Attention>(&op)) return attention->keys >= attention->queries;
  return std::holds_alternative<MatrixProduct>(op);
}

// At batch one and two.
Result<std::pair<Graph, Graph>> graphs_of(models::PlannedPhase phase) {
  phase.call.batch = 1;
  auto one = models::build(phase);
  if (!one) return forward(one);
  phase.call.batch = 2;
  auto two = models::build(phase);
  if (!two) return forward(two);
  return std::pair(std::move(*one), std::move(*two));
}

Result<models::Plan> whole_plan(const models::Pass& pass) {
  auto planned = models::plan(*pass.pipeline, pass.settings);
  if (!planned) return forward(planned);
  if (!planned->missing.empty())
    return fail(ErrorCode::unavailable, pass.pipeline->slug + " can be counted in part only: " + planned->missing[0]);
  return planned;
}

std::size_t stage_index(Stage stage) { return stage == Stage::encode ? 0 : stage == Stage::denoise ? 1 : 2; }

}  // namespace

Result<const GpuSpec*> Observer::gpu(const std::string& name) {
  if (const auto known = specs_.find(name); known != specs_.end()) return known->second;
  auto found = gpus_.find(name);
  if (!found) return specs_.emplace(name, tl::unexpected<Error>(found.error())).first->second;
  auto& kept = specs_by_name_[found->name];
  if (!kept) {
    kept = std::make_unique<GpuSpec>(std::move(*found));
    cards_[kept->name] = card_of(*kept, gpus_);
  }
  return specs_.emplace(name, kept.get()).first->second;
}

Result<const Observer::Unit*> Observer::unit(const models::PlannedPhase& phase) {
  const models::Call& call = phase.call;
  const UnitKey key{phase.component,  static_cast<int>(call.direction), call.frames,    call.height, call.width,
                    call.text_tokens, static_cast<int>(call.dtype),     phase.variation};
  if (const auto known = units_.find(key); known != units_.end()) return &known->second;
  auto graphs = graphs_of(phase);
  if (!graphs) return forward(graphs);
  return &units_.emplace(key, unit_of(graphs->first, graphs->second)).first->second;
}

Observer::Unit Observer::unit_of(const Graph& one, const Graph& two) {
  Unit made{flops::count(one), flops::count(two), {}, 0};
  made.operators = operators_of(one, two, made.movers);
  return made;
}

// A network's operators are the same at any batch, in the same order.
std::vector<Observer::Operators> Observer::operators_of(const Graph& one, const Graph& two, WideInteger& movers) {
  std::vector<Operators> all{{flops::OpClass::other, {}, {}, 1}};
  for (std::size_t i = 0; i < one.nodes().size() && i < two.nodes().size(); ++i) {
    const Node &a = one.nodes()[i], &b = two.nodes()[i];
    const auto times = static_cast<WideInteger>(one.repeats(a.scope));
    const flops::Cost at_one = flops::cost_of(a.op, a.dtype, a.weights),
                      at_two = flops::cost_of(b.op, b.dtype, b.weights);
    if (at_one.flops == FlopCount(0)) {
      all.front().one += times * at_one;
      all.front().two += times * at_two;
      movers += times;
      continue;
    }
    const flops::OpClass op_class = flops::class_of(a.op);
    const bool exchanged = mixes_tokens(a.op);
    auto same = std::find_if(all.begin() + 1, all.end(), [&](const Operators& o) {
      return o.op_class == op_class && o.exchanged == exchanged && o.one == at_one && o.two == at_two;
    });
    if (same == all.end()) same = all.insert(all.end(), {op_class, at_one, at_two, 0, exchanged});
    same->calls += times;
  }
  return all;
}

Status Observer::add_unit(const Unit& u, const models::PlannedPhase& phase, const GpuSpec& gpu, law::StageWork& stage) {
  const flops::CostByClass cost = at_batch(u.one, u.two, phase.call.batch);
  const auto evaluations = static_cast<double>(phase.evaluations);
  std::array<std::optional<FlopRate>, flops::op_classes.size()> peaks;
  for (const flops::OpClass c : flops::op_classes) {
    if (c == flops::OpClass::scan && cost[c].calls == CallCount(0)) continue;
    const auto& peak = peaks[static_cast<std::size_t>(c)] = peak_for(gpu, arithmetic_of(c, phase.call.dtype));
    if (!peak)
      return fail(ErrorCode::unavailable, "GPU " + gpu.name + ": its peak for " + std::string(name(phase.call.dtype)) +
                                              " is not in the catalogue");
    law::ClassWork& work = stage.by_class[class_index(c)];
    work.flops += evaluations * as_quantity(cost[c].flops);
    work.bytes += evaluations * as_quantity(cost[c].bytes_eager);
    work.scores += evaluations * cost[c].scores.rounded();
    work.calls += evaluations * cost[c].calls.rounded();
    work.peak = *peak;
  }
  stage.operators.reserve(stage.operators.size() + u.operators.size());
  for (const Operators& op : u.operators) {
    const auto& peak = peaks[static_cast<std::size_t>(op.op_class)];
    if (!peak) continue;  // said above
    const flops::Cost c = op.one + static_cast<WideInteger>(phase.call.batch - 1) * difference(op.two, op.one);
    const bool moves = &op == &u.operators.front();
    const double calls = evaluations * (moves ? static_cast<double>(u.movers) : static_cast<double>(op.calls));
    if (calls == 0.0) continue;
    const double share = moves ? 1.0 / static_cast<double>(u.movers) : 1.0;  // of the entry's bytes, by one operator
    stage.operators.push_back({as_quantity(c.flops), share * c.scores.rounded(), share * as_quantity(c.weight_bytes),
                               share * as_quantity(c.bytes_eager - c.weight_bytes), calls, *peak,
                               op.op_class == flops::OpClass::convolution, op.exchanged});
  }
  return {};
}

Status Observer::add_work(const models::Pass& pass, const GpuSpec& gpu, law::Observation& o) {
  auto planned = whole_plan(pass);
  if (!planned) return forward(planned);
  for (const models::PlannedPhase& phase : planned->phases) {
    if (phase.stage == Stage::denoise) o.family = phase.architecture->name;
    auto unit_cost = unit(phase);
    if (!unit_cost) return forward(unit_cost);
    const Unit& u = **unit_cost;
    if (auto status = add_unit(u, phase, gpu, o.work[stage_index(phase.stage)]); !status) return forward(status);
    // The paper's F: one pass of everything, once an item.
    const models::Settings& s = pass.settings;
    const double calls = phase.stage != Stage::denoise
                             ? 1.0
                             : static_cast<double>(phase.evaluations * phase.call.batch) /
                                   static_cast<double>(s.classifier_free ? 2 * s.batch : s.batch);
    o.single_pass_flops += calls * as_quantity(u.one.total().flops);
  }
  return {};
}

Status Observer::add_blocks(const models::PlannedPhase& phase, const std::string& component, const GpuSpec& gpu,
                            std::vector<BlockWork>& all) {
  auto graphs = graphs_of(phase);
  if (!graphs) return forward(graphs);
  const std::size_t stage = stage_index(phase.stage);
  const std::vector<Block> one = diffjoule::blocks(graphs->first), two = diffjoule::blocks(graphs->second);
  for (std::size_t i = 0; i < one.size() && i < two.size(); ++i) {
    auto same = std::find_if(all.begin(), all.end(), [&](const BlockWork& b) {
      return b.stage == stage && b.component == component && b.path == one[i].path;
    });
    if (same == all.end()) same = all.insert(all.end(), {stage, component, one[i].path, one[i].members, {}});
    if (auto status = add_unit(unit_of(one[i].graph, two[i].graph), phase, gpu, same->work); !status)
      return forward(status);
  }
  return {};
}

Result<std::vector<BlockWork>> Observer::blocks(const Workload& workload, const std::string& gpu_name) {
  auto passes = models::passes([this](const std::string& name) { return pipeline(name); }, workload);
  if (!passes) return forward(passes);
  auto found_gpu = gpu(gpu_name);
  if (!found_gpu) return forward(found_gpu);
  const models::Pipeline* own = *pipeline(workload.model);
  std::vector<BlockWork> all;
  for (const models::Pass& pass : *passes) {
    auto planned = whole_plan(pass);
    if (!planned) return forward(planned);
    for (const models::PlannedPhase& phase : planned->phases) {
      const std::string component = (pass.pipeline == own ? "" : pass.pipeline->slug + " ") + phase.name;
      if (auto status = add_blocks(phase, component, **found_gpu, all); !status) return forward(status);
    }
  }
  return all;
}

Result<Observed> Observer::observe(const Workload& workload, const Run& run) {
  auto passes = models::passes([this](const std::string& name) { return pipeline(name); }, workload);
  if (!passes) return forward(passes);
  auto found_gpu = gpu(run.gpu);
  if (!found_gpu) return forward(found_gpu);
  if (run.devices < 1 || run.devices > 4096) {
    return fail(ErrorCode::invalid_argument,
                "GPUs is " + std::to_string(run.devices) + "; expected a whole number from 1 to 4096");
  }
  Observed seen;
  for (const models::Pass& pass : *passes) {
    seen.notes.insert(seen.notes.end(), pass.settings.notes.begin(), pass.settings.notes.end());
    seen.assumed.insert(seen.assumed.end(), pass.settings.assumed.begin(), pass.settings.assumed.end());
  }
  const models::Settings* settings = &passes->back().settings;  // what comes out
  auto sheet = sheet_of(**found_gpu, seen.assumed);
  if (!sheet) return forward(sheet);
  law::Observation& o = seen.observation;
  o.device = *sheet;
  o.devices = static_cast<double>(run.devices);
  o.metered_devices = static_cast<double>(run.metered_devices);
  o.boundary = run.boundary;
  o.batch = static_cast<double>(settings->batch);
  o.guided = settings->classifier_free;
  o.float32 = settings->dtype == DType::float32;
  o.pixels = static_cast<double>(settings->width) * static_cast<double>(settings->height);
  o.steps = static_cast<double>(settings->steps);
  o.model = (*pipeline(workload.model))->slug;
  o.gpu = (*found_gpu)->name;
  o.card = cards_.at(o.gpu);
  for (const models::Pass& pass : *passes) {
    if (auto status = add_work(pass, **found_gpu, o); !status) return forward(status);
  }
  return seen;
}

}  // namespace diffjoule::dataset
