// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "replayer/probe.h"

#include <string>

namespace diffjoule::replayer {
namespace {

Result<std::int64_t> extent(const io::Document& op, const char* name) {
  const io::Document* member = op.find(name);
  if (member == nullptr || member->integer() == nullptr || *member->integer() < 1 ||
      *member->integer() > (std::int64_t{1} << 40U))
    return fail(ErrorCode::invalid_argument,
                "the operator wants \"" + std::string(name) + "\", a whole number from 1 on");
  return *member->integer();
}

Result<Shape> shape(const io::Document& op, const char* name) {
  const io::Document* member = op.find(name);
  const io::Document::Array* extents = member == nullptr ? nullptr : member->array();
  if (extents == nullptr || extents->size() < 3 || extents->size() > 5)
    return fail(ErrorCode::invalid_argument, "the operator wants \"" + std::string(name) + "\", three to five extents");
  Shape s;
  for (const io::Document& e : *extents) {
    if (e.integer() == nullptr || *e.integer() < 1)
      return fail(ErrorCode::invalid_argument, "\"" + std::string(name) + "\": an extent is a whole number from 1 on");
    s.append(*e.integer());
  }
  return s;
}

Result<Op> linear(const io::Document& d) {
  const auto rows = extent(d, "rows"), in = extent(d, "in"), out = extent(d, "out");
  for (const auto& e : {rows, in, out}) {
    if (!e) return tl::unexpected(e.error());
  }
  return Linear{*rows, *in, *out, false};
}

Result<Op> convolution(const io::Document& d) {
  const auto x = shape(d, "x"), w = shape(d, "w"), y = shape(d, "y");
  for (const auto& s : {x, w, y}) {
    if (!s) return tl::unexpected(s.error());
  }
  const auto groups = d.find("groups") == nullptr ? Result<std::int64_t>(1) : extent(d, "groups");
  if (!groups) return tl::unexpected(groups.error());
  const bool fits = x->rank() == w->rank() && x->rank() == y->rank() && (*x)[0] == (*y)[0] && (*w)[0] == (*y)[1] &&
                    (*w)[1] * *groups == (*x)[1] && (*y)[1] % *groups == 0;
  if (!fits)
    return fail(ErrorCode::invalid_argument,
                "a convolution wants x [batch, in, ...], w [out, in / groups, ...] and y "
                "[batch, out, ...], not " +
                    to_text(*x) + ", " + to_text(*w) + " and " + to_text(*y));
  return Convolution{*x, *w, *y, *groups, false, false};
}

Result<Op> attention(const io::Document& d) {
  const auto batch = extent(d, "batch"), heads = extent(d, "heads"), queries = extent(d, "queries"),
             keys = extent(d, "keys"), width = extent(d, "width");
  for (const auto& e : {batch, heads, queries, keys, width}) {
    if (!e) return tl::unexpected(e.error());
  }
  return Attention{*batch, *heads, *heads, *queries, *keys, *width, *width, false, false};
}

Result<Op> add(const io::Document& d) {
  const auto elements = extent(d, "elements");
  if (!elements) return tl::unexpected(elements.error());
  const auto n = static_cast<WideInteger>(*elements);
  return Elementwise{Elementwise::Kind::add, ElementCount(2 * n), ElementCount(n)};
}

Result<Op> op_of(const io::Document& request) {
  const io::Document* op = request.find("op");
  const io::Document* kind = op == nullptr ? nullptr : op->find("kind");
  const std::string name = kind == nullptr || kind->text() == nullptr ? "" : *kind->text();
  if (name == "linear") return linear(*op);
  if (name == "convolution") return convolution(*op);
  if (name == "attention") return attention(*op);
  if (name == "add") return add(*op);
  return fail(ErrorCode::unavailable,
              "operators of kind \"" + name + "\" cannot be probed; linear, convolution, attention and add can");
}

}  // namespace

Result<Probe> probe_of(const io::Document& request) {
  auto op = op_of(request);
  if (!op) return forward(op, "reading a probe");
  const io::Document* dtype = request.find("dtype");
  const std::string name = dtype == nullptr || dtype->text() == nullptr ? "float32" : *dtype->text();
  const auto type = dtype_named(name);
  if (!type) return fail(ErrorCode::invalid_argument, "no dtype is named \"" + name + "\"");
  const io::Document* at_least = request.find("at_least_s");
  Probe probe;
  probe.at_least = (at_least == nullptr ? 0.5 : at_least->number()) * second;
  DType computed = *type;
  if (*type == DType::int8) {
    if (!std::holds_alternative<Linear>(*op) && !std::holds_alternative<Convolution>(*op))
      return fail(ErrorCode::unavailable, "in int8 linear layers and convolutions alone are replayed");
    computed = DType::float32;
    probe.arithmetic = replay::Arithmetic::int8;
  }
  probe.graph = Graph({ScopeStep{}}, {Node{*op, computed, 0}}, {});
  return probe;
}

}  // namespace diffjoule::replayer
