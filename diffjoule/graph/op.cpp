// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/graph/op.h"

#include <array>
#include <cstddef>

namespace diffjoule {
namespace {

template <class Kind, std::size_t N>
std::string_view at(const std::array<std::string_view, N>& names, Kind kind) {
  return names[static_cast<std::size_t>(kind)];
}

constexpr std::array<std::string_view, 4> convolutions{"", "conv1d", "conv2d", "conv3d"};
constexpr std::array<std::string_view, 4> transposed_convolutions{"", "conv1d_t", "conv2d_t", "conv3d_t"};
constexpr std::array<std::string_view, 2> normalizations{"native_layer_norm", "native_group_norm"};
constexpr std::array<std::string_view, 6> activations{"silu", "gelu", "relu", "sigmoid", "tanh", "quick_gelu"};
constexpr std::array<std::string_view, 16> elementwise{
    "add", "sub",   "mul",        "div",   "pow",       "neg",   "exp",         "sin",
    "cos", "rsqrt", "reciprocal", "clamp", "clamp_min", "where", "bitwise_and", "le"};
constexpr std::array<std::string_view, 3> reductions{"mean", "sum", "linalg_vector_norm"};
constexpr std::array<std::string_view, 8> copies{"clone",  "_to_copy", "constant_pad_nd",   "index",
                                                 "repeat", "copy",     "replication_pad3d", "pixel_shuffle"};
constexpr std::array<std::string_view, 2> concatenations{"cat", "stack"};

std::string_view resampling_name(const Resampling& op) {
  switch (op.kind) {
    case Resampling::Kind::nearest:
      return op.dimensions == 3 ? "upsample_nearest3d" : "upsample_nearest2d";
    case Resampling::Kind::nearest_exact:
      return op.dimensions == 3 ? "_upsample_nearest_exact3d" : "_upsample_nearest_exact2d";
    case Resampling::Kind::bilinear:
      return "upsample_bilinear2d";
    case Resampling::Kind::average_pool:
      return "avg_pool2d";
  }
  return "";
}

}  // namespace

std::string_view aten_name(const Op& op) {
  return std::visit(
      overloaded{
          [](const Linear&) -> std::string_view { return "linear"; },
          [](const Convolution& o) { return (o.transposed ? transposed_convolutions : convolutions)[o.x.rank() - 2]; },
          [](const Attention&) -> std::string_view { return "sdpa"; },
          [](const MatrixProduct&) -> std::string_view { return "bmm"; },
          [](const SelectiveScan&) -> std::string_view { return "selective_scan"; },
          [](const Normalization& o) { return at(normalizations, o.kind); },
          [](const Activation& o) { return at(activations, o.kind); },
          [](const Elementwise& o) { return at(elementwise, o.kind); },
          [](const Softmax&) -> std::string_view { return "_softmax"; },
          [](const Reduction& o) { return at(reductions, o.kind); },
          [](const Embedding&) -> std::string_view { return "embedding"; },
          [](const Resampling& o) { return resampling_name(o); },
          [](const Copy& o) { return at(copies, o.kind); },
          [](const Concatenation& o) { return at(concatenations, o.kind); },
      },
      op);
}

}  // namespace diffjoule
