// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/models/variation.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace diffjoule::models {
namespace {

// A graph taken apart, to be put together again.
struct Parts {
  std::vector<ScopeStep> scopes;
  std::vector<Node> nodes;
  std::vector<Parameter> parameters;
  std::vector<std::string> paths;  // of the scopes

  explicit Parts(const Graph& graph) : scopes(graph.scopes()), nodes(graph.nodes()), parameters(graph.parameters()) {
    for (ScopeId i = 0; i < scopes.size(); ++i) paths.push_back(graph.path(i));
  }
  [[nodiscard]] const std::string& path(const Node& node) const { return paths[node.scope]; }
  Graph whole() && { return {std::move(scopes), std::move(nodes), std::move(parameters)}; }
};

bool numbered(std::string_view step) {
  return !step.empty() && step.find_first_not_of("0123456789*") == std::string_view::npos;
}

// "down_blocks.1.resnets.0.conv1" in steps.
std::vector<std::string_view> steps_of(std::string_view path) {
  std::vector<std::string_view> steps;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('.'), path.size());
    steps.push_back(path.substr(0, end));
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return steps;
}

// The top-level list of blocks a path is in ("transformer_blocks"); empty outside.
std::string_view block_list(std::string_view path) {
  if (path.starts_with("mid_block")) return "mid_block";
  const auto steps = steps_of(path);
  return steps.size() >= 2 && numbered(steps[1]) ? steps[0] : std::string_view{};
}

bool is_unet(const Parts& p) {
  return std::any_of(p.paths.begin(), p.paths.end(), [](const std::string& s) { return s.starts_with("up_blocks."); });
}

std::int64_t number_in(std::string_view step) {
  return numbered(step) && step != "*" ? std::stoll(std::string(step)) : 0;
}

// ---- step caches

void keep(Parts& p, const std::vector<bool>& kept) {
  std::erase_if(p.nodes, [&kept](const Node& node) { return !kept[node.scope]; });
  std::erase_if(p.parameters, [&kept](const Parameter& parameter) { return !kept[parameter.scope]; });
}

// One block of the list that comes first stays.
void keep_first_block(Parts& p, std::vector<bool>& kept) {
  const auto first = std::find_if(p.nodes.begin(), p.nodes.end(),
                                  [&p](const Node& node) { return !block_list(p.path(node)).empty(); });
  if (first == p.nodes.end()) return;
  ScopeId top = first->scope;
  while (p.scopes[top].parent != 0) top = p.scopes[top].parent;
  const bool listed = p.scopes[top].count > 0;
  if (listed) p.scopes[top].count = 1;
  for (ScopeId i = 1; i < p.scopes.size(); ++i) {
    ScopeId above = i;
    while (p.scopes[above].parent != 0) above = p.scopes[above].parent;
    if (above == top) kept[i] = true;
  }
}

void keep_outermost_level(const Parts& p, std::vector<bool>& kept) {
  std::int64_t last_block = 0, last_layer = 0;
  for (const std::string& path : p.paths) {
    const auto steps = steps_of(path);
    if (steps.size() < 4 || steps[0] != "up_blocks") continue;
    last_block = std::max(last_block, number_in(steps[1]));
    if (steps[2] == "resnets") last_layer = std::max(last_layer, number_in(steps[3]));
  }
  for (ScopeId i = 1; i < p.scopes.size(); ++i) {
    const auto steps = steps_of(p.paths[i]);
    if (steps.size() < 4 || (steps[2] != "resnets" && steps[2] != "attentions")) continue;
    const std::int64_t block = number_in(steps[1]), layer = number_in(steps[3]);
    if (steps[0] == "down_blocks" && block == 0 && layer == 0) kept[i] = true;
    if (steps[0] == "up_blocks" && block == last_block && layer == last_layer) kept[i] = true;
  }
}

Status cache(Parts& p, StepCache::Kind kind) {
  if (kind == StepCache::Kind::deep && !is_unet(p))
    return fail(ErrorCode::invalid_argument,
                "step cache \"deep\" keeps the outermost level of a U-Net, and this denoiser has none; use "
                "\"whole\" or \"first-block\"");
  std::vector<bool> kept(p.scopes.size(), true);
  for (ScopeId i = 1; i < p.scopes.size(); ++i) kept[i] = block_list(p.paths[i]).empty();
  if (kind == StepCache::Kind::first_block) keep_first_block(p, kept);
  if (kind == StepCache::Kind::deep) keep_outermost_level(p, kept);
  keep(p, kept);
  return {};
}

// ---- additions beside existing operators

Node beside(const Node& node, Op op) { return {std::move(op), node.dtype, node.scope, WeightFormat::as_arithmetic}; }

Elementwise plain(Elementwise::Kind kind, std::int64_t elements, std::int64_t operands) {
  const auto n = static_cast<WideInteger>(elements);
  return {kind, ElementCount(static_cast<WideInteger>(operands) * n), ElementCount(n)};
}

void add_low_rank(Parts& p, std::int64_t rank, bool everywhere) {
  std::vector<Node> all;
  for (const Node& node : p.nodes) {
    all.push_back(node);
    const Linear* linear = std::get_if<Linear>(&node.op);
    if (linear == nullptr || (!everywhere && p.path(node).find("attn") == std::string::npos)) continue;
    const std::int64_t elements = linear->rows * linear->out;
    all.push_back(beside(node, Linear{linear->rows, linear->in, rank, false}));
    all.push_back(beside(node, Linear{linear->rows, rank, linear->out, false}));
    all.push_back(beside(node, plain(Elementwise::Kind::mul, elements, 1)));
    all.push_back(beside(node, plain(Elementwise::Kind::add, elements, 2)));
  }
  p.nodes = std::move(all);
}

Status add_image_prompt(Parts& p, std::int64_t tokens) {
  std::vector<Node> all;
  std::int64_t context = 0;  // width of the keys' and values' input
  for (const Node& node : p.nodes) {
    all.push_back(node);
    const bool cross = p.path(node).find("attn2") != std::string::npos;
    if (const Linear* linear = std::get_if<Linear>(&node.op);
        linear != nullptr && cross && p.path(node).ends_with("to_k"))
      context = linear->in;
    const Attention* a = std::get_if<Attention>(&node.op);
    if (a == nullptr || !cross) continue;
    const std::int64_t width = a->heads * a->key_width, result = a->batch * a->queries * a->heads * a->value_width;
    for (int projection = 0; projection < 2; ++projection)
      all.push_back(beside(node, Linear{a->batch * tokens, context, width, false}));
    Attention image = *a;
    image.keys = tokens;
    all.push_back(beside(node, image));
    all.push_back(beside(node, plain(Elementwise::Kind::mul, result, 1)));
    all.push_back(beside(node, plain(Elementwise::Kind::add, result, 2)));
  }
  if (context == 0)
    return fail(ErrorCode::invalid_argument,
                "an image prompt (IP-Adapter) needs cross-attention, and this denoiser joins text and image in one "
                "sequence");
  p.nodes = std::move(all);
  return {};
}

// ---- token merging

Status merge_tokens(Parts& p, double ratio, const Call& call) {
  if (!is_unet(p))
    return fail(ErrorCode::invalid_argument, "token merging is defined for U-Nets, and this denoiser is none");
  const std::int64_t tokens = call.height * call.width, kept_sources = tokens / 4;
  const std::int64_t fewer = tokens - static_cast<std::int64_t>(ratio * static_cast<double>(tokens));
  std::vector<Node> all;
  for (Node node : p.nodes) {
    const bool self = p.path(node).find("attn1") != std::string::npos;
    if (Linear* linear = std::get_if<Linear>(&node.op); self && linear != nullptr && linear->rows % tokens == 0)
      linear->rows = linear->rows / tokens * fewer;
    Attention* a = std::get_if<Attention>(&node.op);
    if (self && a != nullptr && a->queries == tokens && a->keys == tokens) {
      const std::int64_t width = a->heads * a->key_width;
      all.push_back(beside(node, MatrixProduct{a->batch, tokens - kept_sources, width, kept_sources, false}));
      for (int way = 0; way < 2; ++way) {  // merged before, unmerged after
        const WideInteger moved =
            static_cast<WideInteger>(a->batch) * static_cast<WideInteger>(tokens) * static_cast<WideInteger>(width);
        all.push_back(beside(node, Copy{Copy::Kind::gather, ElementCount(moved), ElementCount(moved)}));
      }
      a->queries = a->keys = fewer;
    }
    all.push_back(node);
  }
  p.nodes = std::move(all);
  return {};
}

// ---- control networks

bool on_the_way_down(std::string_view path) {
  return path.starts_with("conv_in") || path.starts_with("time_") || path.starts_with("add_") ||
         path.starts_with("down_blocks.") || path.starts_with("mid_block");
}

// Where a skip leaves the way down.
bool feeds_a_skip(std::string_view path) {
  return path == "conv_in" ||
         (path.starts_with("down_blocks.") &&
          (path.ends_with("conv2") || path.find("downsamplers") != std::string_view::npos)) ||
         path.starts_with("mid_block.resnets.1.conv2");
}

Convolution convolution(const Shape& x, std::int64_t out, std::int64_t kernel, std::int64_t stride) {
  const Shape y = x.with(1, out).with(2, x[2] / stride).with(3, x[3] / stride);
  return {x, {out, x[1], kernel, kernel}, y, 1, true, false};
}

// The condition, an image, brought to the size and width of the latent's first features.
std::vector<Op> condition_embedding(const Call& call, std::int64_t width) {
  constexpr std::int64_t pixels_per_cell = 8;
  struct Layer {
    std::int64_t out, stride;
  };
  std::vector<Op> ops;
  Shape x{call.batch, 3, pixels_per_cell * call.height, pixels_per_cell * call.width};
  for (const Layer layer : {Layer{16, 1}, {16, 1}, {32, 2}, {32, 1}, {96, 2}, {96, 1}, {256, 2}, {width, 1}}) {
    const Convolution c = convolution(x, layer.out, 3, layer.stride);
    x = c.y;
    ops.emplace_back(c);
    if (layer.out != width) ops.emplace_back(Activation{Activation::Kind::silu, x.elements()});
  }
  return ops;
}

Status add_control_networks(Parts& p, std::int64_t networks, const Call& call) {
  if (!is_unet(p))
    return fail(ErrorCode::invalid_argument,
                "ControlNets of transformers have configs of their own and are not counted; those of U-Nets are");
  const auto control = static_cast<ScopeId>(p.scopes.size());
  p.scopes.push_back({0, "controlnet", 0, networks});
  std::vector<Node> added;
  std::int64_t width = 0;
  std::vector<std::pair<ScopeId, ScopeId>> copies;  // a copied scope hangs below "controlnet"
  const auto copy_of = [&](auto self, ScopeId scope) -> ScopeId {
    if (scope == 0) return control;
    for (const auto& [from, to] : copies) {
      if (from == scope) return to;
    }
    ScopeStep step = p.scopes[scope];
    step.parent = self(self, step.parent);
    p.scopes.push_back(step);
    copies.emplace_back(scope, static_cast<ScopeId>(p.scopes.size() - 1));
    return copies.back().second;
  };
  for (const Node& node : std::vector<Node>(p.nodes)) {
    const std::string path = p.path(node);
    if (!on_the_way_down(path)) continue;
    Node copy = node;
    copy.scope = copy_of(copy_of, node.scope);
    added.push_back(copy);
    const Convolution* c = std::get_if<Convolution>(&node.op);
    if (c == nullptr || !feeds_a_skip(path)) continue;
    if (path == "conv_in") width = c->y[1];
    added.push_back(beside(copy, convolution(c->y, c->y[1], 1, 1)));
    const auto elements = static_cast<std::int64_t>(c->y.elements().exact());
    added.push_back(beside(copy, plain(Elementwise::Kind::mul, elements, 1)));
    added.push_back(beside(copy, plain(Elementwise::Kind::add, elements, 2)));
  }
  for (Op& op : condition_embedding(call, width))
    added.push_back({std::move(op), call.dtype, control, WeightFormat::as_arithmetic});
  p.nodes.insert(p.nodes.end(), added.begin(), added.end());
  return {};
}

}  // namespace

Result<Graph> varied(Graph graph, const Variation& v, const Call& call) {
  if (v == Variation{}) return graph;
  Parts p(graph);
  Status status;
  if (v.token_merge > 0.0) status = merge_tokens(p, v.token_merge, call);
  if (status && v.image_prompt_tokens > 0) status = add_image_prompt(p, v.image_prompt_tokens);
  if (status && v.control_networks > 0) status = add_control_networks(p, v.control_networks, call);
  if (v.weights != WeightFormat::as_arithmetic) {
    for (Node& node : p.nodes) {
      if (std::holds_alternative<Linear>(node.op)) node.weights = v.weights;
    }
  }
  p.paths.clear();  // the scopes may have grown
  const Graph between(p.scopes, {}, {});
  for (ScopeId i = 0; i < p.scopes.size(); ++i) p.paths.push_back(between.path(i));
  if (status && v.cached) status = cache(p, *v.cached);
  if (status && v.lora_rank > 0) add_low_rank(p, v.lora_rank, v.lora_everywhere);
  if (!status) return forward(status);
  return std::move(p).whole();
}

}  // namespace diffjoule::models
