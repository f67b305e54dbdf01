// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "diffjoule/replay/onednn.h"
#include "diffjoule/units/count.h"

// An operator, compiled: run() does its work on memory it is shown. It owns none.
namespace diffjoule::replay {

// Memory is handed out and weights begin at multiples of this many bytes: a cache line.
inline constexpr std::size_t line = 64;
[[nodiscard]] constexpr ByteCount whole_lines(ByteCount n) { return ByteCount((n.exact() + line - 1) / line * line); }

// How much of each kind of memory one call touches.
struct Needs {
  ByteCount reads = {};    // what an earlier operator wrote
  ByteCount second = {};   // further operands
  ByteCount writes = {};   // the result
  ByteCount weights = {};  // with biases
  ByteCount scratch = {};  // working memory

  [[nodiscard]] ByteCount total() const { return reads + second + writes + weights + scratch; }
};

// Where they are. None overlap.
struct Places {
  std::byte* reads = nullptr;
  std::byte* second = nullptr;
  std::byte* writes = nullptr;
  std::byte* weights = nullptr;
  std::byte* scratch = nullptr;
};

// In which layouts a kernel takes its operands, where oneDNN chose them.
struct Layouts {
  MemoryDesc reads, weights, writes;
};

class Kernel {
 public:
  explicit Kernel(std::string title) : title_(std::move(title)) {}
  Kernel(const Kernel&) = delete;
  Kernel& operator=(const Kernel&) = delete;
  virtual ~Kernel() = default;

  // Its FLOPs by flops/convention.h, from the extents of what was multiplied.
  virtual FlopCount run(const Places& places) = 0;
  [[nodiscard]] const Needs& needs() const { return needs_; }
  // For people: "linear 4096 x 320 -> 1280, bfloat16".
  [[nodiscard]] const std::string& title() const { return title_; }
  [[nodiscard]] virtual Layouts layouts() const { return {}; }

 protected:
  Needs needs_;

 private:
  std::string title_;
};

using KernelPointer = std::unique_ptr<Kernel>;

// What products multiply in.
enum class Arithmetic {
  as_graph,  // each in the dtype of its operator
  int8       // linear layers and convolutions on 8-bit integers; the rest in the dtype of its operator
};

// What a kernel is made for.
struct Making {
  const Onednn& onednn;
  DType dtype;
  Arithmetic arithmetic = Arithmetic::as_graph;
  std::string title = {};
};

}  // namespace diffjoule::replay
