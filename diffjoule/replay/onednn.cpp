// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/replay/onednn.h"

#include <new>

namespace diffjoule::replay {

std::optional<MemoryType> type_of(DType dtype) {
  switch (dtype) {
    case DType::float32:
      return MemoryType::f32;
    case DType::bfloat16:
      return MemoryType::bf16;
    case DType::float16:
      return MemoryType::f16;
    case DType::float64:
    case DType::float8:
    case DType::int64:
    case DType::int32:
    case DType::int8:
    case DType::int4:
    case DType::boolean:
      return std::nullopt;
  }
  return std::nullopt;
}

MemoryDesc plain(const Dims& dims, MemoryType type) {
  Dims strides(dims.size(), 1);
  for (std::size_t i = dims.size(); i-- > 1;) strides[i - 1] = strides[i] * dims[i];
  return {dims, type, strides};
}

MemoryDesc any_layout(const Dims& dims, MemoryType type) { return {dims, type, dnnl::memory::format_tag::any}; }

Dims dims_of(const MemoryDesc& desc) {
#if DNNL_VERSION_MAJOR >= 3
  return desc.get_dims();
#else
  return desc.dims();
#endif
}

dnnl::primitive_attr shared_scratch() {
  dnnl::primitive_attr attributes;
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  return attributes;
}

void scale_results(dnnl::primitive_attr& attributes, [[maybe_unused]] float factor) {
#if DNNL_VERSION_MAJOR >= 3
  attributes.set_scales_mask(DNNL_ARG_SRC, 0);
#else
  attributes.set_output_scales(0, {factor});
#endif
}

void then(dnnl::primitive_attr& attributes, dnnl::algorithm function, float alpha, float beta) {
  dnnl::post_ops after;
#if DNNL_VERSION_MAJOR >= 3
  after.append_eltwise(function, alpha, beta);
#else
  after.append_eltwise(1.0F, function, alpha, beta);
#endif
  attributes.set_post_ops(after);
}

dnnl::eltwise_forward::primitive_desc describe_eltwise(const Onednn& onednn, dnnl::algorithm algorithm,
                                                       const MemoryDesc& x, float alpha, float beta) {
  constexpr auto inference = dnnl::prop_kind::forward_inference;
#if DNNL_VERSION_MAJOR >= 3
  return {onednn.engine, inference, algorithm, x, x, alpha, beta, shared_scratch()};
#else
  return {{inference, algorithm, x, alpha, beta}, shared_scratch(), onednn.engine};
#endif
}

dnnl::softmax_forward::primitive_desc describe_softmax(const Onednn& onednn, const MemoryDesc& x, int axis) {
  constexpr auto inference = dnnl::prop_kind::forward_inference;
#if DNNL_VERSION_MAJOR >= 3
  return {onednn.engine, inference, dnnl::algorithm::softmax_accurate, x, x, axis, shared_scratch()};
#else
  return {{inference, x, axis}, shared_scratch(), onednn.engine};
#endif
}

Primitive::Primitive(const Onednn& onednn, const dnnl::primitive& primitive, const std::vector<Operand>& operands,
                     const MemoryDesc& scratch, [[maybe_unused]] std::optional<float> factor)
    : primitive_(primitive), stream_(onednn.stream), scratch_size_(scratch.get_size()) {
  for (const Operand& operand : operands)
    memories_.emplace(operand.argument, dnnl::memory(operand.desc, onednn.engine, DNNL_MEMORY_NONE));
  memories_.emplace(DNNL_ARG_SCRATCHPAD, dnnl::memory(scratch, onednn.engine, DNNL_MEMORY_NONE));
#if DNNL_VERSION_MAJOR >= 3
  if (factor) {
    dnnl::memory scale(plain({1}, MemoryType::f32), onednn.engine);
    *static_cast<float*>(scale.get_data_handle()) = *factor;
    memories_.emplace(DNNL_ARG_ATTR_SCALES | DNNL_ARG_SRC, scale);
  }
#endif
}

void Primitive::run(std::initializer_list<std::pair<int, std::byte*>> places, std::byte* scratch) {
  for (const auto& [argument, place] : places) memories_.at(argument).set_data_handle(place);
  if (scratch_size_.exact() > 0) memories_.at(DNNL_ARG_SCRATCHPAD).set_data_handle(scratch);
  primitive_.execute(stream_, memories_);
  stream_.wait();
}

Status guarded(const std::string& doing, const std::function<void()>& what) {
  try {
    what();
    return {};
  } catch (const dnnl::error& e) {
    const bool cannot = e.status == dnnl_unimplemented || e.status == dnnl_invalid_arguments;
    const ErrorCode code = e.status == dnnl_out_of_memory ? ErrorCode::exhausted
                           : cannot                       ? ErrorCode::unavailable
                                                          : ErrorCode::invalid_data;
    return fail(code, doing + ": oneDNN says \"" + e.what() + "\"");
  } catch (const std::bad_alloc&) {
    return fail(ErrorCode::exhausted, doing + ": no memory is left");
  }
}

}  // namespace diffjoule::replay
