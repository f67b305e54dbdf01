// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "diffjoule/error/result.h"
#include "diffjoule/io/data_files.h"
#include "diffjoule/io/document.h"
#include "diffjoule/units/units.h"

// What data sheets say of GPUs: data/gpus/*.toml, every number with its source. A number that is missing there is
// missing here; nothing is filled in.
namespace diffjoule {

// Kinds of arithmetic with a throughput of their own. Peaks are dense.
enum class Arithmetic { fp32, tf32, fp16, bf16, fp8, int8, fp4 };

[[nodiscard]] constexpr const char* name(Arithmetic a) {
  switch (a) {
    case Arithmetic::fp32:
      return "fp32";
    case Arithmetic::tf32:
      return "tf32";
    case Arithmetic::fp16:
      return "fp16";
    case Arithmetic::bf16:
      return "bf16";
    case Arithmetic::fp8:
      return "fp8";
    case Arithmetic::int8:
      return "int8";
    case Arithmetic::fp4:
      return "fp4";
  }
  return "";
}

struct Source {
  std::string source;
  std::string confidence;  // "high", "medium", "low"
};

struct GpuSpec {
  std::string name;
  std::string vendor;
  std::string architecture;
  std::int64_t release_year = 0;
  std::vector<std::string> aliases;
  std::string notes;

  std::optional<Bytes> memory;
  std::optional<Bandwidth> bandwidth;
  std::optional<Power> power_limit;
  std::optional<Power> idle;
  std::map<Arithmetic, FlopRate> peaks;
  std::map<std::string, Source> sources;  // by key of the file ("power_limit_w", "peak_flops_per_s.bf16")

  // An entry that stands for a card whose variant was not stated: each number is the geometric mean of the variants',
  // and `spread` the largest half range among them, in natural logarithm. Empty and zero for a named card.
  std::vector<std::string> variants;
  double spread = 0.0;

  // 16-bit tensor arithmetic: bf16, else fp16.
  [[nodiscard]] std::optional<FlopRate> peak16() const;
  [[nodiscard]] std::optional<FlopRate> peak(Arithmetic arithmetic) const;
};

// As a tree, in the layout of the catalogue's files: every number with its source.
[[nodiscard]] io::Document to_document(const GpuSpec& spec);
[[nodiscard]] Result<GpuSpec> gpu_spec_from(const io::Document& document);

class GpuCatalogue {
 public:
  explicit GpuCatalogue(io::DataFiles files) : files_(std::move(files)) {}

  // One that no file has: a device that was measured (calibrate). It goes before a file's of the same name.
  void add(GpuSpec spec) { added_.push_back(std::move(spec)); }

  // Names, sorted.
  [[nodiscard]] std::vector<std::string> names() const;

  // By name or alias; letter case, spaces, dashes, dots and underscores do not matter. An error offers the nearest
  // names.
  [[nodiscard]] Result<GpuSpec> find(const std::string& name) const;

 private:
  [[nodiscard]] Result<GpuSpec> load(const std::string& path) const;
  [[nodiscard]] Result<GpuSpec> read(const std::string& path) const;
  io::DataFiles files_;
  std::vector<GpuSpec> added_;
};

}  // namespace diffjoule
