// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/hardware/gpu.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "diffjoule/error/suggest.h"
#include "diffjoule/io/toml.h"

namespace diffjoule {
namespace {

constexpr std::string_view folder = "gpus/";
constexpr std::string_view suffix = ".toml";
const std::string memory_key = "memory_bytes", bandwidth_key = "memory_bandwidth_bytes_per_s",
                  power_limit_key = "power_limit_w", idle_key = "idle_w", peaks_key = "peak_flops_per_s";
constexpr std::array<Arithmetic, 7> arithmetics{Arithmetic::fp32, Arithmetic::tf32, Arithmetic::fp16, Arithmetic::bf16,
                                                Arithmetic::fp8,  Arithmetic::int8, Arithmetic::fp4};

std::string text_of(const io::Document& root, std::string_view key) {
  const io::Document* found = root.find(key);
  return found != nullptr && found->text() != nullptr ? *found->text() : std::string();
}

std::vector<std::string> texts_of(const io::Document& root, std::string_view key) {
  std::vector<std::string> all;
  const io::Document* found = root.find(key);
  if (found == nullptr || found->array() == nullptr) return all;
  for (const io::Document& entry : *found->array()) {
    if (entry.text() != nullptr) all.push_back(*entry.text());
  }
  return all;
}

// The number at `key` ({ value = ..., source = "...", confidence = "..." }); refuses one without a source.
template <class Q>
Status read_fact(const io::Document& root, const std::string& key, Q unit, std::optional<Q>& out, GpuSpec& spec) {
  const io::Document* fact = root.at_path(key);
  if (fact == nullptr) return {};
  const io::Document* value = fact->find("value");
  if (value == nullptr || !value->is_number() || !(value->number() > 0.0) || !std::isfinite(value->number())) {
    return fail(ErrorCode::invalid_data, key + ": expected { value = a positive number, source = \"...\" }");
  }
  if (text_of(*fact, "source").empty())
    return fail(ErrorCode::invalid_data, key + ": a number without a source is not accepted");
  spec.sources[key] = {text_of(*fact, "source"), text_of(*fact, "confidence")};
  out = value->number() * unit;
  return {};
}

// Geometric mean of what all variants state; nothing where one of them is silent. Widens `spread` to half the range.
template <class Q>
std::optional<Q> pooled(const std::vector<std::optional<Q>>& values, Q unit, double& spread) {
  double sum = 0.0, low = 0.0, high = 0.0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!values[i]) return std::nullopt;
    const double logarithm = std::log(values[i]->in(unit));
    sum += logarithm;
    low = i == 0 ? logarithm : std::min(low, logarithm);
    high = i == 0 ? logarithm : std::max(high, logarithm);
  }
  if (values.empty()) return std::nullopt;
  spread = std::max(spread, (high - low) / 2.0);
  return std::exp(sum / static_cast<double>(values.size())) * unit;
}

template <class Q, class Member>
std::vector<std::optional<Q>> all_of(const std::vector<GpuSpec>& specs, Member member) {
  std::vector<std::optional<Q>> values;
  for (const GpuSpec& spec : specs) values.push_back(member(spec));
  return values;
}

void pool_variants(const std::vector<GpuSpec>& variants, GpuSpec& spec) {
  double memory_spread = 0.0;  // capacity does not move time or energy
  spec.memory = pooled(all_of<Bytes>(variants, [](const GpuSpec& g) { return g.memory; }), byte, memory_spread);
  spec.bandwidth =
      pooled(all_of<Bandwidth>(variants, [](const GpuSpec& g) { return g.bandwidth; }), byte_per_second, spec.spread);
  spec.power_limit = pooled(all_of<Power>(variants, [](const GpuSpec& g) { return g.power_limit; }), watt, spec.spread);
  double idle_spread = 0.0;
  spec.idle = pooled(all_of<Power>(variants, [](const GpuSpec& g) { return g.idle; }), watt, idle_spread);
  for (const Arithmetic a : arithmetics) {
    double peak_spread = 0.0;
    const auto peak =
        pooled(all_of<FlopRate>(variants, [a](const GpuSpec& g) { return g.peak(a); }), flop_per_second, peak_spread);
    if (peak) spec.peaks[a] = *peak;
    if (peak && (a == Arithmetic::bf16 || a == Arithmetic::fp16)) spec.spread = std::max(spec.spread, peak_spread);
  }
}

std::string stem(const std::string& path) {
  return path.substr(folder.size(), path.size() - folder.size() - suffix.size());
}

}  // namespace

std::optional<FlopRate> GpuSpec::peak(Arithmetic arithmetic) const {
  const auto found = peaks.find(arithmetic);
  return found == peaks.end() ? std::nullopt : std::optional<FlopRate>(found->second);
}

std::optional<FlopRate> GpuSpec::peak16() const {
  const auto bf16 = peak(Arithmetic::bf16);
  return bf16 ? bf16 : peak(Arithmetic::fp16);
}

std::vector<std::string> GpuCatalogue::names() const {
  std::vector<std::string> all;
  for (const std::string& path : files_.list(folder, suffix)) all.push_back(stem(path));
  return all;
}

Result<GpuSpec> gpu_spec_from(const io::Document& root) {
  GpuSpec spec;
  spec.name = text_of(root, "name");
  spec.vendor = text_of(root, "vendor");
  spec.architecture = text_of(root, "architecture");
  if (const io::Document* year = root.find("release_year"); year != nullptr && year->integer() != nullptr)
    spec.release_year = *year->integer();
  spec.aliases = texts_of(root, "aliases");
  spec.variants = texts_of(root, "variants");
  spec.notes = text_of(root, "notes");
  Status status = read_fact(root, memory_key, byte, spec.memory, spec);
  if (status) status = read_fact(root, bandwidth_key, byte_per_second, spec.bandwidth, spec);
  if (status) status = read_fact(root, power_limit_key, watt, spec.power_limit, spec);
  if (status) status = read_fact(root, idle_key, watt, spec.idle, spec);
  for (const Arithmetic a : arithmetics) {
    std::optional<FlopRate> peak;
    if (status) status = read_fact(root, peaks_key + "." + diffjoule::name(a), flop_per_second, peak, spec);
    if (peak) spec.peaks[a] = *peak;
  }
  if (!status) return forward(status);
  return spec;
}

io::Document to_document(const GpuSpec& spec) {
  io::Document d, aliases = io::Document::Array{}, peaks = io::Document::Object{};
  for (const std::string& alias : spec.aliases) aliases.push(alias);
  d.set("name", spec.name).set("vendor", spec.vendor).set("architecture", spec.architecture);
  d.set("release_year", spec.release_year).set("aliases", std::move(aliases)).set("notes", spec.notes);
  const auto fact = [&spec](const std::string& key, double value) {
    const auto source = spec.sources.find(key);
    io::Document of;
    of.set("value", value).set("source", source == spec.sources.end() ? "not stated" : source->second.source);
    return std::move(of.set("confidence", source == spec.sources.end() ? "" : source->second.confidence));
  };
  if (spec.memory) d.set(memory_key, fact(memory_key, spec.memory->in(byte)));
  if (spec.bandwidth) d.set(bandwidth_key, fact(bandwidth_key, spec.bandwidth->in(byte_per_second)));
  if (spec.power_limit) d.set(power_limit_key, fact(power_limit_key, spec.power_limit->in(watt)));
  if (spec.idle) d.set(idle_key, fact(idle_key, spec.idle->in(watt)));
  for (const auto& [arithmetic, rate] : spec.peaks)
    peaks.set(diffjoule::name(arithmetic),
              fact(peaks_key + "." + diffjoule::name(arithmetic), rate.in(flop_per_second)));
  return std::move(d.set(peaks_key, std::move(peaks)));
}

Result<GpuSpec> GpuCatalogue::read(const std::string& path) const {
  auto root = files_.read(path).and_then([](const std::string& text) { return io::parse_toml(text); });
  if (!root) return forward(root, path);
  auto spec = gpu_spec_from(*root);
  if (!spec) return forward(spec, path);
  if (spec->name.empty()) spec->name = stem(path);
  return spec;
}

Result<GpuSpec> GpuCatalogue::load(const std::string& path) const {
  auto spec = read(path);
  if (!spec || spec->variants.empty()) return spec;
  std::vector<GpuSpec> variants;
  for (const std::string& name : spec->variants) {
    auto variant = read(std::string(folder) + name + std::string(suffix));
    if (!variant) return forward(variant, path + ": variant \"" + name + "\"");
    variants.push_back(std::move(*variant));
  }
  pool_variants(variants, *spec);
  return spec;
}

Result<GpuSpec> GpuCatalogue::find(const std::string& name) const {
  const std::string wanted = folded_name(name);
  for (const GpuSpec& spec : added_) {
    if (folded_name(spec.name) == wanted) return spec;
  }
  const std::vector<std::string> paths = files_.list(folder, suffix);
  std::vector<std::string> known;
  for (const std::string& path : paths) {
    known.push_back(stem(path));
    if (folded_name(known.back()) == wanted) return load(path);
  }
  for (const std::string& path : paths) {
    auto spec = read(path);
    if (!spec) return forward(spec);
    for (const std::string& alias : spec->aliases) {
      if (folded_name(alias) == wanted) return load(path);
      known.push_back(alias);
    }
  }
  return fail(ErrorCode::not_found, unknown_name("GPU", name, known, "diffjoule list gpus"));
}

}  // namespace diffjoule
