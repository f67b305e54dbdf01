// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/replay/compile.h"

#include "diffjoule/flops/op_cost.h"
#include "diffjoule/replay/attention.h"
#include "diffjoule/replay/convolution.h"
#include "diffjoule/replay/maps.h"
#include "diffjoule/replay/moves.h"
#include "diffjoule/replay/products.h"
#include "diffjoule/replay/selective_scan.h"

namespace diffjoule::replay {
namespace {

std::string text(std::int64_t n) { return std::to_string(n); }
std::string text(ElementCount n) { return to_decimal(n.exact()); }

std::string words(const Linear& o) {
  return text(o.rows) + " x " + text(o.in) + " -> " + text(o.out) + (o.bias ? " + bias" : "");
}
std::string words(const Convolution& o) {
  return std::string(o.transposed ? "transposed " : "") + to_text(o.x) + " * " + to_text(o.w) + " -> " + to_text(o.y) +
         (o.groups > 1 ? ", " + text(o.groups) + " groups" : "") + (o.bias ? " + bias" : "");
}
std::string words(const Attention& o) {
  return text(o.batch) + " x " + text(o.heads) + " heads (" + text(o.kv_heads) + " of keys), " + text(o.queries) +
         " queries, " + text(o.keys) + " keys, widths " + text(o.key_width) + " and " + text(o.value_width);
}
std::string words(const MatrixProduct& o) {
  return text(o.batch) + " x (" + text(o.m) + " x " + text(o.k) + ")(" + text(o.k) + " x " + text(o.n) + ")";
}
std::string words(const SelectiveScan& o) {
  return text(o.batch) + " x " + text(o.length) + " x " + text(o.channels) + ", state " + text(o.state);
}
std::string words(const Normalization& o) { return text(o.elements) + " with " + text(o.parameters) + " parameters"; }
std::string words(const Activation& o) { return text(o.elements); }
std::string words(const Elementwise& o) { return text(o.reads) + " -> " + text(o.elements); }
std::string words(const Softmax& o) { return text(o.elements); }
std::string words(const Reduction& o) { return text(o.reads) + " -> " + text(o.elements); }
std::string words(const Embedding& o) {
  return text(o.rows) + " of " + text(o.vocabulary) + " rows of " + text(o.width);
}
std::string words(const Resampling& o) { return text(o.reads) + " -> " + text(o.elements); }
std::string words(const Copy& o) { return text(o.reads) + " -> " + text(o.elements); }
std::string words(const Concatenation& o) { return text(o.elements); }

bool is_product(const Op& op) {
  return std::holds_alternative<Linear>(op) || std::holds_alternative<Convolution>(op) ||
         std::holds_alternative<Attention>(op) || std::holds_alternative<MatrixProduct>(op) ||
         std::holds_alternative<SelectiveScan>(op);
}

ElementCount operand_elements(const Op& op) {
  return std::visit(overloaded{[](const Elementwise& o) { return o.reads; }, [](const Reduction& o) { return o.reads; },
                               [](const Resampling& o) { return o.reads; }, [](const Copy& o) { return o.reads; },
                               [&op](const auto&) { return flops::result_elements(op); }},
                    op);
}

// Operators of a type that oneDNN knows.
Result<KernelPointer> known(const Node& node, const Making& making) {
  Making in_graph = making;
  in_graph.arithmetic = Arithmetic::as_graph;
  const auto moved = [&in_graph, &node] {
    return move_kernel(operand_elements(node.op), flops::result_elements(node.op), in_graph);
  };
  return std::visit(overloaded{[&](const Linear& o) { return linear_kernel(o, node.weights, making); },
                               [&](const Convolution& o) { return convolution_kernel(o, making); },
                               [&](const Attention& o) { return attention_kernel(o, in_graph); },
                               [&](const MatrixProduct& o) { return matrix_product_kernel(o, in_graph); },
                               [&](const SelectiveScan& o) { return selective_scan_kernel(o, in_graph); },
                               [&](const Normalization& o) { return normalization_kernel(o, in_graph); },
                               [&](const Activation& o) { return activation_kernel(o, in_graph); },
                               [&](const Elementwise& o) { return elementwise_kernel(o, in_graph); },
                               [&](const Softmax& o) { return softmax_kernel(o, in_graph); },
                               [&](const Embedding& o) { return embedding_kernel(o, in_graph); },
                               [&](const Reduction&) { return moved(); }, [&](const Resampling&) { return moved(); },
                               [&](const Copy&) { return moved(); }, [&](const Concatenation&) { return moved(); }},
                    node.op);
}

}  // namespace

std::string title_of(const Node& node) {
  std::string title(aten_name(node.op));
  title += " " + std::visit([](const auto& o) { return words(o); }, node.op) + ", " + std::string(name(node.dtype));
  if (node.weights != WeightFormat::as_arithmetic)
    title += ", " + std::string(block_of(node.weights).name) + " weights";
  return title;
}

Result<KernelPointer> compile(const Node& node, const Onednn& onednn, Arithmetic arithmetic) {
  const Making making{onednn, node.dtype, arithmetic, title_of(node)};
  const bool nothing = flops::result_elements(node.op).exact() == 0;
  if (nothing || (!type_of(node.dtype) && !is_product(node.op)))
    return move_kernel(nothing ? ElementCount() : operand_elements(node.op), flops::result_elements(node.op), making);
  if (!type_of(node.dtype))
    return fail(ErrorCode::unavailable, making.title + ": no arithmetic of this processor that oneDNN knows; " +
                                            "try --dtype fp32 or --dtype bf16");
  auto kernel = known(node, making);
  if (!kernel && kernel.error().code() == ErrorCode::unavailable && node.dtype != DType::float32)
    return fail(ErrorCode::unavailable, kernel.error().message() + "; try --dtype " +
                                            (node.dtype == DType::bfloat16 ? "fp32" : "bf16 or --dtype fp32"));
  return kernel;
}

}  // namespace diffjoule::replay
