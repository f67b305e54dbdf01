// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sweep/probes.h"

#include <algorithm>
#include <map>

#include "diffjoule/error/suggest.h"
#include "diffjoule/flops/op_cost.h"

namespace diffjoule::sweep {
namespace {

constexpr const char* probe_source = "measured by diffjoule calibrate";

std::optional<Arithmetic> arithmetic_of(DType dtype) {
  switch (dtype) {
    case DType::float32:
      return Arithmetic::fp32;
    case DType::bfloat16:
      return Arithmetic::bf16;
    case DType::float16:
      return Arithmetic::fp16;
    case DType::float8:
      return Arithmetic::fp8;
    case DType::int8:
      return Arithmetic::int8;
    default:
      return std::nullopt;
  }
}

// The same rows, columns and depth.
Op square(std::int64_t n) { return Linear{n, n, n, false}; }

// What the outer blocks of a U-Net do at 512 x 512.
Op usual_convolution(std::int64_t batch) {
  constexpr std::int64_t channels = 320, side = 64, kernel = 3;
  return Convolution{{batch, channels, side, side},
                     {channels, channels, kernel, kernel},
                     {batch, channels, side, side},
                     1,
                     false,
                     false};
}

Op usual_attention(std::int64_t heads, std::int64_t tokens) {
  constexpr std::int64_t width = 64;
  return Attention{1, heads, heads, tokens, tokens, width, width, false, false};
}

Op sum_of(std::int64_t elements) {
  const auto n = ElementCount(static_cast<WideInteger>(elements));
  return Elementwise{Elementwise::Kind::add, ElementCount(2 * static_cast<WideInteger>(elements)), n};
}

flops::Cost cost_of(const engines::Probe& probe) { return flops::cost_of(probe.op, probe.dtype); }

}  // namespace

std::vector<ProbePlan> probes_for(const engines::Device& device, Duration budget) {
  const bool gpu = device.kind == "gpu";
  const std::vector<std::int64_t> sizes =
      gpu ? std::vector<std::int64_t>{1024, 4096, 8192} : std::vector<std::int64_t>{256, 1024, 2048};
  constexpr std::int64_t small = 64, large_cpu = 16'000'000, large_gpu = 256'000'000;
  std::vector<ProbePlan> plans;
  for (const DType dtype : device.arithmetic) {
    if (!arithmetic_of(dtype)) continue;
    for (const std::int64_t n : sizes) plans.push_back({"linear " + std::to_string(n), {square(n), dtype, {}}});
    plans.push_back({"convolution", {usual_convolution(gpu ? 16 : 1), dtype, {}}});
    if (dtype == DType::int8) continue;  // attention and sums stay in floating point
    plans.push_back({"attention", {usual_attention(gpu ? 24 : 8, gpu ? 4096 : 1024), dtype, {}}});
  }
  plans.push_back({"stream", {sum_of(gpu ? large_gpu : large_cpu), DType::float32, {}}});
  plans.push_back({"start", {sum_of(small), DType::float32, {}}});
  for (ProbePlan& plan : plans) plan.probe.at_least = budget / static_cast<double>(plans.size());
  return plans;
}

Result<Probes> run_probes(engines::Engine& engine, const std::vector<ProbePlan>& plans, measure::Meter& meter) {
  Probes all;
  for (const ProbePlan& plan : plans) {
    auto probed = engine.probe(plan.probe);
    if (!probed && probed.error().code() != ErrorCode::exhausted) return forward(probed, "probe \"" + plan.name + "\"");
    if (!probed) {
      all.notes.push_back("probe \"" + plan.name + "\" left out: " + probed.error().message());
      continue;
    }
    ProbeResult result{plan, {}, probed->calls, {}, {}, {}};
    const Duration elapsed = probed->end - probed->begin;
    result.call = elapsed / static_cast<double>(std::max<std::uint64_t>(probed->calls, 1));
    const flops::Cost cost = cost_of(plan.probe);
    result.rate = cost.flops.rounded() * flop / result.call;
    result.bandwidth = cost.bytes_eager.rounded() * byte / result.call;
    if (!meter.devices().empty()) {
      const auto energy = measure::totals(meter.measurement(probed->begin, probed->end).whole).all;
      if (energy) result.power = energy->value / elapsed;
    }
    all.results.push_back(std::move(result));
  }
  return all;
}

Result<GpuSpec> data_sheet(const engines::Device& device, const std::vector<ProbeResult>& results,
                           std::optional<Power> idle, Power assumed_limit) {
  GpuSpec spec;
  spec.name = device.name;
  spec.notes = "as measured on this machine, not a data sheet";
  std::optional<Power> highest;
  for (const ProbeResult& r : results) {
    const auto arithmetic = arithmetic_of(r.plan.probe.dtype);
    if (std::holds_alternative<Linear>(r.plan.probe.op) && arithmetic) {
      FlopRate& peak = spec.peaks[*arithmetic];
      peak = std::max(peak, r.rate);
      spec.sources[std::string("peak_flops_per_s.") + name(*arithmetic)] = {probe_source, "high"};
    }
    if (std::holds_alternative<Elementwise>(r.plan.probe.op))
      spec.bandwidth = std::max(spec.bandwidth.value_or(Bandwidth{}), r.bandwidth);
    if (r.power) highest = std::max(highest.value_or(Power{}), *r.power);
  }
  if (spec.peaks.empty() || !spec.bandwidth)
    return fail(ErrorCode::unavailable,
                "no matrix product or no stream ran on " + device.name + ": there is nothing to calibrate from");
  // Without 16-bit arithmetic, what stands for it is what there is.
  if (!spec.peak16()) {
    spec.peaks[Arithmetic::bf16] = spec.peaks.begin()->second;
    spec.sources["peak_flops_per_s.bf16"] = {"no 16-bit arithmetic: the best there is", "low"};
  }
  if (!spec.peak(Arithmetic::fp32)) {
    spec.peaks[Arithmetic::fp32] = *spec.peak16();
    spec.sources["peak_flops_per_s.fp32"] = {"not probed: that of 16 bits", "low"};
  }
  spec.sources["memory_bandwidth_bytes_per_s"] = {probe_source, "high"};
  spec.power_limit = highest.value_or(assumed_limit);
  spec.sources["power_limit_w"] = {highest ? "highest of the probes" : "assumed: no sensor", highest ? "high" : "low"};
  if (idle) {
    spec.idle = idle;
    spec.sources["idle_w"] = {probe_source, "high"};
  }
  return spec;
}

law::Observation observation_of(const ProbeResult& result, const GpuSpec& sheet) {
  const engines::Probe& probe = result.plan.probe;
  const flops::Cost cost = cost_of(probe);
  const auto calls = static_cast<double>(result.calls);
  law::Observation o;
  o.model = "probe: " + result.plan.name + " " + std::string(name(probe.dtype));
  o.gpu = o.card = sheet.name;
  o.device = {*sheet.peak16(), *sheet.bandwidth, *sheet.power_limit, sheet.idle.value_or(Power{}), !sheet.idle, 0.0};
  o.float32 = probe.dtype == DType::float32;
  o.steps = calls;
  const Bytes weights = cost.weight_bytes.rounded() * byte;
  const FlopRate peak = sheet.peak(arithmetic_of(probe.dtype).value_or(Arithmetic::fp32)).value_or(*sheet.peak16());
  o.work[1].operators.push_back({cost.flops.rounded() * flop, cost.scores.rounded(), weights,
                                 cost.bytes_eager.rounded() * byte - weights, calls, peak,
                                 std::holds_alternative<Convolution>(probe.op), false});
  o.measured.latency_per_batch = calls * result.call;
  if (result.power) o.measured.energy_per_item = *result.power * *o.measured.latency_per_batch;
  return o;
}

}  // namespace diffjoule::sweep
