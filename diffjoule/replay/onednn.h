// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <initializer_list>
#include <oneapi/dnnl/dnnl.hpp>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "diffjoule/error/result.h"
#include "diffjoule/graph/dtype.h"
#include "diffjoule/units/count.h"

// oneDNN as this module uses it: all that differs between its versions 2 and 3 is here. 2.6 and 3.2 were run.
namespace diffjoule::replay {

using Dims = dnnl::memory::dims;
using MemoryDesc = dnnl::memory::desc;
using MemoryType = dnnl::memory::data_type;

struct Onednn {
  dnnl::engine engine{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream{engine};
};

// nullopt where oneDNN has no such type for activations.
[[nodiscard]] std::optional<MemoryType> type_of(DType dtype);

// Row-major, nothing between rows.
[[nodiscard]] MemoryDesc plain(const Dims& dims, MemoryType type);
// In whatever layout the operator likes best.
[[nodiscard]] MemoryDesc any_layout(const Dims& dims, MemoryType type);
[[nodiscard]] Dims dims_of(const MemoryDesc& desc);

// With working memory given by the caller, so that it is shared and counted.
[[nodiscard]] dnnl::primitive_attr shared_scratch();
// Results are multiplied by a factor before they are stored: integers back to real numbers. Version 3 is
// told the factor at every call: see Primitive.
void scale_results(dnnl::primitive_attr& attributes, float factor);

// A function of one number is applied to results before they are stored.
void then(dnnl::primitive_attr& attributes, dnnl::algorithm function, float alpha, float beta);

// A description of a primitive from the arguments that both versions share.
template <class Kind, class... Arguments>
[[nodiscard]] typename Kind::primitive_desc describe(const Onednn& onednn, const dnnl::primitive_attr& attributes,
                                                     const Arguments&... arguments) {
#if DNNL_VERSION_MAJOR >= 3
  return typename Kind::primitive_desc(onednn.engine, arguments..., attributes);
#else
  return typename Kind::primitive_desc(typename Kind::desc(arguments...), attributes, onednn.engine);
#endif
}
[[nodiscard]] dnnl::eltwise_forward::primitive_desc describe_eltwise(const Onednn& onednn, dnnl::algorithm algorithm,
                                                                     const MemoryDesc& x, float alpha, float beta);
[[nodiscard]] dnnl::softmax_forward::primitive_desc describe_softmax(const Onednn& onednn, const MemoryDesc& x,
                                                                     int axis);

// A compiled primitive and its operands, whose places are said at every call.
class Primitive {
 public:
  struct Operand {
    int argument;  // DNNL_ARG_SRC, ...
    MemoryDesc desc;
  };

  Primitive(const Onednn& onednn, const dnnl::primitive& primitive, const std::vector<Operand>& operands,
            const MemoryDesc& scratch, std::optional<float> factor = std::nullopt);

  void run(std::initializer_list<std::pair<int, std::byte*>> places, std::byte* scratch);
  // What is bound to this argument.
  [[nodiscard]] MemoryDesc operand(int argument) const { return memories_.at(argument).get_desc(); }
  [[nodiscard]] ByteCount size(int argument) const { return ByteCount(operand(argument).get_size()); }
  [[nodiscard]] ByteCount scratch_size() const { return scratch_size_; }

 private:
  dnnl::primitive primitive_;
  dnnl::stream stream_;
  std::unordered_map<int, dnnl::memory> memories_;
  ByteCount scratch_size_;
};

// Runs what may throw dnnl::error. `doing` is for the message; what no implementation can do is `unavailable`.
[[nodiscard]] Status guarded(const std::string& doing, const std::function<void()>& what);

}  // namespace diffjoule::replay
