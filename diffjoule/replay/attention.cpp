// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/replay/attention.h"

#include <algorithm>
#include <cmath>

#include "diffjoule/replay/product_flops.h"

namespace diffjoule::replay {
namespace {

// What is left of an Attention where heads that share keys are taken together.
struct Heads {
  std::int64_t heads, queries, keys, key_width, value_width;
};

Heads heads_of(const Attention& op) {
  if (op.kv_heads > 0 && op.heads % op.kv_heads == 0)
    return {op.batch * op.kv_heads, op.queries * (op.heads / op.kv_heads), op.keys, op.key_width, op.value_width};
  return {op.batch * op.heads, op.queries, op.keys, op.key_width, op.value_width};
}

// Heads and queries that are computed at once.
struct Tile {
  std::int64_t heads, queries;
};

Tile tile_of(const Heads& h, std::uint64_t size) {
  const auto fits = std::max<std::int64_t>(
      1, static_cast<std::int64_t>(scores_in_cache / (static_cast<std::uint64_t>(h.keys) * size)));
  if (fits < h.queries) return {1, fits};
  return {std::clamp<std::int64_t>(fits / h.queries, 1, h.heads), h.queries};
}

struct TileKernel {
  Primitive scores, softmax, values;

  void run(std::byte* q, const Places& kv, std::byte* y, std::byte* scratch) {
    std::byte* own = scratch + static_cast<std::size_t>(whole_lines(scores.size(DNNL_ARG_DST)).exact());
    scores.run({{DNNL_ARG_SRC, q}, {DNNL_ARG_WEIGHTS, kv.reads}, {DNNL_ARG_DST, scratch}}, own);
    softmax.run({{DNNL_ARG_SRC, scratch}, {DNNL_ARG_DST, scratch}}, own);
    values.run({{DNNL_ARG_SRC, scratch}, {DNNL_ARG_WEIGHTS, kv.second}, {DNNL_ARG_DST, y}}, own);
  }
  [[nodiscard]] ByteCount scratch_size() const {
    return whole_lines(scores.size(DNNL_ARG_DST)) +
           std::max({scores.scratch_size(), softmax.scratch_size(), values.scratch_size()});
  }
  [[nodiscard]] FlopCount flops() const { return matmul_flops(scores) + matmul_flops(values); }
};

TileKernel tile_kernel(const Heads& h, const Tile& t, const Making& making) {
  const Onednn& onednn = making.onednn;
  const MemoryType type = *type_of(making.dtype);
  const auto product = [&](const MemoryDesc& a, const MemoryDesc& b, const MemoryDesc& c, bool scaled) {
    dnnl::primitive_attr attributes = shared_scratch();
    if (scaled) {
      const float factor = 1.0F / std::sqrt(static_cast<float>(h.key_width));
      then(attributes, dnnl::algorithm::eltwise_linear, factor, 0.0F);
    }
    const auto pd = describe<dnnl::matmul>(onednn, attributes, a, b, MemoryDesc(), c);
    return Primitive(onednn, dnnl::matmul(pd), {{DNNL_ARG_SRC, a}, {DNNL_ARG_WEIGHTS, b}, {DNNL_ARG_DST, c}},
                     pd.scratchpad_desc());
  };
  const MemoryDesc q = plain({t.heads, t.queries, h.key_width}, type), s = plain({t.heads, t.queries, h.keys}, type),
                   v = plain({t.heads, h.keys, h.value_width}, type),
                   y = plain({t.heads, t.queries, h.value_width}, type);
  const MemoryDesc k_transposed({t.heads, h.key_width, h.keys}, type, Dims{h.keys * h.key_width, 1, h.key_width});
  const auto softmax = describe_softmax(onednn, s, 2);
  return {product(q, k_transposed, s, true),
          Primitive(onednn, dnnl::softmax_forward(softmax), {{DNNL_ARG_SRC, s}, {DNNL_ARG_DST, s}},
                    softmax.scratchpad_desc()),
          product(s, v, y, false)};
}

class AttentionKernel final : public Kernel {
 public:
  AttentionKernel(const Making& making, const Heads& heads)
      : Kernel(making.title), h_(heads), size_(bits(making.dtype) / 8) {
    t_ = tile_of(h_, size_);
    whole_.push_back(tile_kernel(h_, t_, making));
    const Tile rest{h_.heads % t_.heads, h_.queries % t_.queries};
    if (rest.heads > 0 || rest.queries > 0)
      rest_.push_back(tile_kernel(h_, rest.queries > 0 ? Tile{1, rest.queries} : Tile{rest.heads, t_.queries}, making));
    needs_.reads = bytes(h_.heads * h_.queries * h_.key_width);
    needs_.second = whole_lines(bytes(h_.heads * h_.keys * h_.key_width)) + bytes(h_.heads * h_.keys * h_.value_width);
    needs_.writes = bytes(h_.heads * h_.queries * h_.value_width);
    needs_.scratch = whole_.front().scratch_size();
    for (const TileKernel& tile : rest_) needs_.scratch = std::max(needs_.scratch, tile.scratch_size());
  }

  FlopCount run(const Places& places) override {
    FlopCount flops;
    for (std::int64_t head = 0; head < h_.heads; head += t_.heads) {
      for (std::int64_t query = 0; query < h_.queries; query += t_.queries) {
        const bool cut = head + t_.heads > h_.heads || query + t_.queries > h_.queries;
        TileKernel& tile = cut ? rest_.front() : whole_.front();
        Places kv;
        kv.reads = places.second + offset(head * h_.keys * h_.key_width);
        kv.second = places.second +
                    static_cast<std::size_t>(whole_lines(bytes(h_.heads * h_.keys * h_.key_width)).exact()) +
                    offset(head * h_.keys * h_.value_width);
        tile.run(places.reads + offset((head * h_.queries + query) * h_.key_width), kv,
                 places.writes + offset((head * h_.queries + query) * h_.value_width), places.scratch);
        flops += tile.flops();
      }
    }
    return flops;
  }

 private:
  [[nodiscard]] std::size_t offset(std::int64_t elements) const { return static_cast<std::size_t>(elements) * size_; }
  [[nodiscard]] ByteCount bytes(std::int64_t elements) const { return ByteCount(offset(elements)); }

  Heads h_;
  std::size_t size_;
  Tile t_{};
  std::vector<TileKernel> whole_, rest_;  // one; one where the tiles do not divide, or none
};

}  // namespace

Result<KernelPointer> attention_kernel(const Attention& op, const Making& making) {
  KernelPointer kernel;
  const auto status = guarded(making.title, [&] { kernel = std::make_unique<AttentionKernel>(making, heads_of(op)); });
  if (!status) return tl::unexpected(status.error());
  return kernel;
}

}  // namespace diffjoule::replay
