// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0

// The replay engine beside oneDNN's own speed: matrix products and convolutions of Stable Diffusion 1.5 at 512 px and
// of DiT-XL/2 at 512 px, one operator as a graph of 4 (weights stream as in a model, arenas take turns) against the
// bare primitive in a loop on one set of operands in the layouts it likes best, as benchdnn does it. The two take
// turns, so that what else the machine does meets both; the ratio is of the fastest rounds.
//
//   replay_bench [ROUNDS]

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "diffjoule/flops/op_cost.h"
#include "diffjoule/replay/cpu.h"
#include "diffjoule/replay/executor.h"

namespace {

using namespace diffjoule;

struct Case {
  const char* name;
  Op op;
};

std::vector<Case> cases() {
  return {
      {"sd15 feed-forward, 64 x 64", Linear{8192, 320, 2560, false}},
      {"sd15 projection, 32 x 32", Linear{2048, 640, 640, false}},
      {"sd15 feed-forward, 16 x 16", Linear{512, 5120, 1280, false}},
      {"dit qkv", Linear{1024, 1152, 3456, false}},
      {"dit feed-forward", Linear{1024, 4608, 1152, false}},
      {"sd15 3 x 3, 64 x 64", Convolution{{2, 320, 64, 64}, {320, 320, 3, 3}, {2, 320, 64, 64}, 1, false, false}},
      {"sd15 3 x 3, 32 x 32", Convolution{{2, 640, 32, 32}, {640, 640, 3, 3}, {2, 640, 32, 32}, 1, false, false}},
      {"sd15 3 x 3, 16 x 16", Convolution{{2, 1280, 16, 16}, {1280, 1280, 3, 3}, {2, 1280, 16, 16}, 1, false, false}},
      {"sd15 1 x 1, 64 x 64", Convolution{{2, 960, 64, 64}, {320, 960, 1, 1}, {2, 320, 64, 64}, 1, false, false}}};
}

double seconds_of(const auto& what) {
  const auto begin = std::chrono::steady_clock::now();
  what();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

double fastest(const std::vector<double>& v) { return *std::min_element(v.begin(), v.end()); }

// The primitive alone: operands of its own, one call after the other.
class Bare {
 public:
  Bare(const Op& op, DType dtype, bool int8) {
    using replay::MemoryType;
    const MemoryType y_type = *replay::type_of(dtype), x_type = int8 ? MemoryType::u8 : y_type,
                     w_type = int8 ? MemoryType::s8 : y_type;
    dnnl::primitive_attr attributes = replay::shared_scratch();
    if (int8) replay::scale_results(attributes, 1.0F);
    const auto factor = int8 ? std::optional<float>(1.0F) : std::nullopt;
    if (const auto* l = std::get_if<Linear>(&op)) {
      const auto pd = replay::describe<dnnl::matmul>(onednn_, attributes, replay::plain({l->rows, l->in}, x_type),
                                                     replay::any_layout({l->in, l->out}, w_type), replay::MemoryDesc(),
                                                     replay::plain({l->rows, l->out}, y_type));
      keep(pd, dnnl::matmul(pd), factor);
    } else {
      const auto& c = std::get<Convolution>(op);
      const std::int64_t padding = c.w[2] / 2;
      const replay::Dims one{1, 1}, none{0, 0}, around{padding, padding};
      const auto dims = [](const Shape& s) { return replay::Dims(s.begin(), s.end()); };
      const auto pd = replay::describe<dnnl::convolution_forward>(
          onednn_, attributes, dnnl::prop_kind::forward_inference, dnnl::algorithm::convolution_direct,
          replay::any_layout(dims(c.x), x_type), replay::any_layout(dims(c.w), w_type), replay::MemoryDesc(),
          replay::any_layout(dims(c.y), y_type), one, none, around, around);
      keep(pd, dnnl::convolution_forward(pd), factor);
    }
  }

  void run() {
    primitive_.front().run({{DNNL_ARG_SRC, x_.begin()}, {DNNL_ARG_WEIGHTS, w_.begin()}, {DNNL_ARG_DST, y_.begin()}},
                           scratch_.begin());
  }

 private:
  void keep(const auto& pd, const dnnl::primitive& primitive, std::optional<float> factor) {
    primitive_.emplace_back(
        onednn_, primitive,
        std::vector<replay::Primitive::Operand>{
            {DNNL_ARG_SRC, pd.src_desc()}, {DNNL_ARG_WEIGHTS, pd.weights_desc()}, {DNNL_ARG_DST, pd.dst_desc()}},
        pd.scratchpad_desc(), factor);
    const replay::Primitive& p = primitive_.front();
    const auto take = [](replay::Region& region, ByteCount size) {
      if (!region.take(size, replay::Pattern::weights, DType::bfloat16)) std::abort();
    };
    take(x_, p.size(DNNL_ARG_SRC));
    take(w_, p.size(DNNL_ARG_WEIGHTS));
    take(y_, p.size(DNNL_ARG_DST));
    take(scratch_, p.scratch_size());
  }

  replay::Onednn onednn_;
  std::vector<replay::Primitive> primitive_;
  replay::Region x_, w_, y_, scratch_;
};

struct Outcome {
  double replayed = 0.0, bare = 0.0;  // seconds a call
};

Outcome compared(replay::Executor& executor, const Op& op, DType dtype, bool int8, int rounds) {
  constexpr std::int64_t calls = 4;
  const Graph graph({ScopeStep{}, ScopeStep{0, "blocks", 0, calls}}, {Node{op, dtype, 1}}, {});
  const auto prepared = executor.prepare({&graph}, int8 ? replay::Arithmetic::int8 : replay::Arithmetic::as_graph);
  if (!prepared) {
    std::fprintf(stderr, "%s\n", prepared.error().message().c_str());
    return {};
  }
  Bare bare(op, dtype, int8);
  std::vector<double> ours, theirs;
  for (int round = -1; round < rounds; ++round) {  // the first is warm-up
    const double a = seconds_of([&] { (void)executor.run(0); });
    const double b = seconds_of([&] {
      for (std::int64_t i = 0; i < calls; ++i) bare.run();
    });
    if (round < 0) continue;
    ours.push_back(a / calls);
    theirs.push_back(b / calls);
  }
  return {fastest(ours), fastest(theirs)};
}

}  // namespace

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::max(1, std::atoi(argv[1])) : 21;
  replay::Executor executor({});
  std::printf("%s, %d threads, fastest of %d rounds\n\n", replay::processor_name().c_str(), executor.threads(), rounds);
  std::printf("| operator | in | replay, GFLOP/s | oneDNN alone, GFLOP/s | ratio |\n|---|---|---|---|---|\n");
  struct In {
    const char* name;
    DType dtype;
    bool int8;
  };
  double least = 1e9;
  for (const In& in : {In{"float32", DType::float32, false}, In{"bfloat16", DType::bfloat16, false},
                       In{"int8", DType::bfloat16, true}}) {
    for (const Case& c : cases()) {
      const Outcome o = compared(executor, c.op, in.dtype, in.int8, rounds);
      if (o.bare <= 0.0) continue;
      const double work = flops::cost_of(c.op, in.dtype).flops.rounded() / 1e9;
      least = std::min(least, o.bare / o.replayed);
      std::printf("| %s | %s | %.1f | %.1f | %.2f |\n", c.name, in.name, work / o.replayed, work / o.bare,
                  o.bare / o.replayed);
      std::fflush(stdout);
    }
  }
  std::printf("\nlowest ratio: %.2f\n", least);
  return 0;
}
