// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/replay/moves.h"

#include <algorithm>

#include "diffjoule/replay/byte_loops.h"

namespace diffjoule::replay {
namespace {

ByteCount bytes_of(ElementCount n, DType dtype) { return ByteCount((n.exact() * bits(dtype) + 7) / 8); }

class MoveKernel final : public Kernel {
 public:
  MoveKernel(const Making& making, ElementCount reads, ElementCount elements) : Kernel(making.title) {
    needs_.reads = bytes_of(reads, making.dtype);
    needs_.writes = bytes_of(elements, making.dtype);
  }
  FlopCount run(const Places& places) override {
    move_bytes(places.reads, needs_.reads, places.writes, needs_.writes);
    return {};
  }
};

class EmbeddingKernel final : public Kernel {
 public:
  EmbeddingKernel(const Making& making, const Embedding& op) : Kernel(making.title) {
    const auto width =
        static_cast<std::int64_t>(bytes_of(ElementCount(static_cast<WideInteger>(op.width)), making.dtype).exact());
    lookup_ = {op.rows, width, std::clamp<std::int64_t>(op.vocabulary, 1, std::max<std::int64_t>(1, op.rows))};
    needs_.weights = whole_lines(ByteCount(static_cast<WideInteger>(lookup_.table_rows * width)));
    needs_.writes = ByteCount(static_cast<WideInteger>(op.rows * width));
  }
  FlopCount run(const Places& places) override {
    look_up_rows(places.weights, lookup_, places.writes);
    return {};
  }

 private:
  RowLookup lookup_{};
};

}  // namespace

Result<KernelPointer> move_kernel(ElementCount reads, ElementCount elements, const Making& making) {
  return std::make_unique<MoveKernel>(making, reads, elements);
}

Result<KernelPointer> embedding_kernel(const Embedding& op, const Making& making) {
  return std::make_unique<EmbeddingKernel>(making, op);
}

}  // namespace diffjoule::replay
