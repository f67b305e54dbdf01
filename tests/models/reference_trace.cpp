// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/models/reference_trace.h"

#include <algorithm>
#include <cmath>

#include "diffjoule/flops/op_cost.h"
#include "diffjoule/io/json.h"

namespace diffjoule::reference {
namespace {

std::string number(const io::Document& op, const char* key) { return std::to_string(*op.find(key)->integer()); }

std::string shape_text(const io::Document& list) {
  Shape shape;
  for (const io::Document& extent : *list.array()) shape.append(*extent.integer());
  return to_text(shape);
}

std::string line(const Linear& o) {
  return "linear " + std::to_string(o.rows) + "x" + std::to_string(o.in) + "->" + std::to_string(o.out) +
         (o.bias ? " bias" : "");
}
std::string line(const Convolution& o) {
  return std::string(aten_name(o)) + " " + to_text(o.x) + " * " + to_text(o.w) + " -> " + to_text(o.y) + " groups " +
         std::to_string(o.groups) + (o.bias ? " bias" : "");
}
std::string line(const Attention& o) {
  return "sdpa " + std::to_string(o.batch * o.heads) + "/" + std::to_string(o.kv_heads) + " heads " +
         std::to_string(o.queries) + "x" + std::to_string(o.keys) + " width " + std::to_string(o.key_width) + "+" +
         std::to_string(o.value_width) + (o.masked ? " mask" : "") + (o.causal ? " causal" : "");
}
std::string line(const MatrixProduct& o) {
  return "bmm " + std::to_string(o.batch) + " of " + std::to_string(o.m) + "x" + std::to_string(o.k) + "x" +
         std::to_string(o.n);
}
std::string line(const auto&) { return ""; }

std::string line(const io::Document& op) {
  const std::string& kind = *op.find("op")->text();
  const auto flag = [&op](const char* key) { return op.find(key) != nullptr && *op.find(key)->boolean(); };
  if (kind == "linear")
    return "linear " + number(op, "m") + "x" + number(op, "k") + "->" + number(op, "n") + (flag("bias") ? " bias" : "");
  if (kind == "bmm")
    return "bmm " + number(op, "b") + " of " + number(op, "m") + "x" + number(op, "k") + "x" + number(op, "n");
  if (kind == "sdpa") {
    return "sdpa " + number(op, "batch_heads") + "/" + number(op, "kv_heads") + " heads " + number(op, "lq") + "x" +
           number(op, "lk") + " width " + number(op, "d") + "+" + number(op, "dv") + (flag("mask") ? " mask" : "") +
           (flag("causal") ? " causal" : "");
  }
  return kind + " " + shape_text(*op.find("x")) + " * " + shape_text(*op.find("w")) + " -> " +
         shape_text(*op.find("out")) + " groups " + number(op, "groups") + (flag("bias") ? " bias" : "");
}

}  // namespace

Matrices matrices_of(const Graph& graph) {
  Matrices all;
  for (const Node& node : graph.nodes()) {
    const std::string text = std::visit([](const auto& o) { return line(o); }, node.op);
    if (!text.empty()) all[text] += static_cast<WideInteger>(graph.repeats(node.scope));
  }
  return all;
}

Matrices matrices_of(const io::Document& trace) {
  Matrices all;
  for (const io::Document& op : *trace.find("ops")->array())
    all[line(op)] += static_cast<WideInteger>(*op.find("count")->integer());
  return all;
}

std::map<std::string, Others> others_of(const Graph& graph) {
  std::map<std::string, Others> all;
  for (const Node& node : graph.nodes()) {
    if (!std::visit([](const auto& o) { return line(o); }, node.op).empty()) continue;
    const auto repeats = static_cast<WideInteger>(graph.repeats(node.scope));
    Others& here = all[std::string(aten_name(node.op))];
    here.calls += repeats;
    here.elements += repeats * flops::result_elements(node.op).exact();
  }
  return all;
}

std::map<std::string, Others> others_of(const io::Document& trace) {
  std::map<std::string, Others> all;
  for (const auto& [name, counts] : *trace.find("elementwise")->object()) {
    const bool in_place = name.size() > 1 && name.back() == '_';
    // A number minus a tensor is a subtraction like any other; edges are copied in two dimensions as in three.
    Others& here = all[name == "rsub"                ? "sub"
                       : name == "replication_pad2d" ? "replication_pad3d"
                       : in_place                    ? name.substr(0, name.size() - 1)
                                                     : name];
    here.calls += static_cast<WideInteger>(*counts.find("calls")->integer());
    here.elements += static_cast<WideInteger>(*counts.find("out_elems")->integer());
  }
  return all;
}

std::map<std::string, std::string> tensors_of(const Graph& graph) {
  std::map<std::string, std::string> all;
  for (const Parameter& parameter : graph.parameters()) {
    for (const std::string& name : graph.names(parameter)) all[name] = to_text(parameter.shape);
  }
  return all;
}

std::map<std::string, std::string> tensors_of(const io::Document& header) {
  std::map<std::string, std::string> all;
  for (const auto& [name, shape] : *header.find("tensors")->object()) all[name] = shape_text(shape);
  return all;
}

std::vector<std::string> differences(const Matrices& reference, const Matrices& counted) {
  std::vector<std::string> lines;
  for (const auto& [op, calls] : reference) {
    const auto found = counted.find(op);
    const WideInteger here = found == counted.end() ? 0 : found->second;
    if (here != calls)
      lines.push_back(op + ": " + to_decimal(calls) + " calls in the reference, " + to_decimal(here) + " counted");
  }
  for (const auto& [op, calls] : counted) {
    if (!reference.contains(op)) lines.push_back(op + ": not in the reference, " + to_decimal(calls) + " counted");
  }
  return lines;
}

std::vector<std::string> differences(const std::map<std::string, std::string>& reference,
                                     const std::map<std::string, std::string>& counted) {
  std::vector<std::string> lines;
  for (const auto& [name, shape] : reference) {
    const auto found = counted.find(name);
    if (found == counted.end())
      lines.push_back(name + " " + shape + ": missing");
    else if (found->second != shape)
      lines.push_back(name + ": " + shape + " in the reference, " + found->second + " counted");
  }
  for (const auto& [name, shape] : counted) {
    if (!reference.contains(name)) lines.push_back(name + " " + shape + ": not in the reference");
  }
  return lines;
}

std::vector<std::string> differences(const std::map<std::string, Others>& reference,
                                     const std::map<std::string, Others>& counted, double tolerance) {
  // Operators on a few tokens (masks, tables) may differ if together they could not matter: a thousandth of all
  // elements, two hundredths of all calls.
  constexpr double negligible_elements = 1e-3, negligible_calls = 2e-2;
  Others all;
  for (const auto& [name, there] : reference) {
    all.calls += there.calls;
    all.elements += there.elements;
  }
  const auto far = [tolerance](WideInteger a, WideInteger b, double negligible) {
    return std::abs(static_cast<double>(a) - static_cast<double>(b)) >
           std::max(tolerance * static_cast<double>(a), negligible);
  };
  const double few_elements = negligible_elements * static_cast<double>(all.elements),
               few_calls = negligible_calls * static_cast<double>(all.calls);
  std::vector<std::string> lines;
  const auto compare = [&](const std::string& name, const Others& there, const Others& here) {
    if (!far(there.calls, here.calls, few_calls) && !far(there.elements, here.elements, few_elements)) return;
    lines.push_back(name + ": " + to_decimal(there.calls) + " calls, " + to_decimal(there.elements) +
                    " elements in the reference; " + to_decimal(here.calls) + " calls, " + to_decimal(here.elements) +
                    " elements counted");
  };
  for (const auto& [name, there] : reference)
    compare(name, there, counted.contains(name) ? counted.at(name) : Others{});
  for (const auto& [name, here] : counted) {
    if (!reference.contains(name)) compare(name, {}, here);
  }
  return lines;
}

}  // namespace diffjoule::reference
