// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
//
// The T2I-Adapter: a small network that turns a condition image into features for each level of a U-Net, once an image
// and not once a step. Mou et al., "T2I-Adapter", 2023. diffusers T2IAdapter, "full_adapter" and "full_adapter_xl".
// There is no trace of it: checked against the published sizes (77 and 79 million parameters).
#include <string>
#include <vector>

#include "diffjoule/models/architecture.h"
#include "diffjoule/models/config.h"

namespace diffjoule::models {
namespace {

struct T2iConfig {
  explicit T2iConfig(Config& c)
      : in_channels(c.integer("in_channels", 3)),
        channels(c.integers("channels", {320, 640, 1280, 1280})),
        layers(c.integer("num_res_blocks", 2)),
        fold(c.integer("downscale_factor", 8)),
        large(c.text("adapter_type", "full_adapter") == "full_adapter_xl") {
    const std::string type = c.text("adapter_type", "full_adapter");
    if (type != "full_adapter" && type != "full_adapter_xl") c.unsupported("adapter_type", "\"" + type + "\"");
    if (channels.empty() || channels.size() > 16)
      c.refuse("channels", std::to_string(channels.size()) + " widths", "1 to 16, one a level");
    if (layers > 64) c.refuse("num_res_blocks", std::to_string(layers), "at most 64");
    if (fold > 64) c.refuse("downscale_factor", std::to_string(fold), "at most 64");
  }
  // The adapter of SDXL shrinks once, before its third level; others before each but the first.
  [[nodiscard]] bool shrinks(std::size_t level) const { return large ? level == 2 : level > 0; }
  std::int64_t in_channels;
  std::vector<std::int64_t> channels;
  std::int64_t layers, fold;
  bool large;
};

constexpr ConvolutionOptions pointwise{.kernel = 1, .stride = 1, .padding = 0};

Tensor residual(Builder& b, const Tensor& x) {
  const Tensor wide = b.activation(Activation::Kind::relu, b.convolution("block1", x, x.shape[1]));
  return b.add(b.convolution("block2", wide, x.shape[1], pointwise), x);
}

Result<Graph> build(const io::Document& document, const Call& call) {
  Config config(document);
  const T2iConfig c(config);
  if (config.problem()) return tl::unexpected<Error>(*config.problem());
  Builder b(call.dtype);
  const std::int64_t rows = call.height / c.fold, columns = call.width / c.fold;
  Tensor x = b.shuffle(b.tensor({call.batch, c.in_channels, rows * c.fold, columns * c.fold}),
                       {call.batch, c.in_channels * c.fold * c.fold, rows, columns});
  auto scope = b.scope("adapter");
  x = b.convolution("conv_in", x, c.channels.front());
  for (std::size_t level = 0; level < c.channels.size(); ++level) {
    auto block = b.scope("body." + std::to_string(level));
    if (c.shrinks(level)) {
      const Shape half = x.shape.with(2, (x.shape[2] + 1) / 2).with(3, (x.shape[3] + 1) / 2);
      x = b.upsample_to(x, half, Resampling::Kind::average_pool);
    }
    if (x.shape[1] != c.channels[level]) x = b.convolution("in_conv", x, c.channels[level], pointwise);
    auto resnets = b.repeat("resnets", c.layers);
    x = residual(b, x);
  }
  return finished(b, config);
}

}  // namespace

Architecture t2i_adapter() {
  return {"T2I-Adapter", {"T2IAdapter"}, Architecture::Role::text_encoder, build, nullptr, nullptr};
}

}  // namespace diffjoule::models
