// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/models/unet_skeleton.h"

#include <utility>

#include "diffjoule/models/unet_blocks.h"

namespace diffjoule::models {
namespace {

// No network has more: what is written out block by block stays short.
constexpr std::int64_t most_layers = 64;
constexpr std::size_t most_levels = 16;

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

}  // namespace

UnetShape::UnetShape(Config& c, std::vector<std::int64_t> default_channels, std::vector<std::string> default_down,
                     std::vector<std::string> default_up)
    : channels(c.integers("block_out_channels", std::move(default_channels))),
      down(c.texts("down_block_types", std::move(default_down))),
      up(c.texts("up_block_types", std::move(default_up))) {
  const std::size_t levels = channels.size();
  if (levels == 0) c.refuse("block_out_channels", "an empty list", "one width a level");
  if (levels > most_levels)
    c.refuse("block_out_channels", std::to_string(levels) + " widths", "at most " + std::to_string(most_levels));
  const std::string wanted = std::to_string(levels) + ", one a level";
  if (down.size() != levels) c.refuse("down_block_types", std::to_string(down.size()) + " types", wanted);
  if (up.size() != levels) c.refuse("up_block_types", std::to_string(up.size()) + " types", wanted);
  layers = c.integers("layers_per_block", std::vector<std::int64_t>(levels, 2), levels);
  for (const std::int64_t count : layers) {
    if (count > most_layers)
      c.refuse("layers_per_block", std::to_string(count), "at most " + std::to_string(most_layers));
  }
}

Tensor UnetSkeleton::walk(Tensor x) {
  skips_ = {x};
  for (std::int64_t i = 0; i < shape_.levels(); ++i)
    x = down(x, {i, i, shape_.channels[at(i)], shape_.down[at(i)], false});
  {
    auto scope = b_.scope("mid_block");
    x = middle(x);
  }
  for (std::int64_t i = 0; i < shape_.levels(); ++i) {
    const std::int64_t level = shape_.levels() - 1 - i;
    x = up(x, {i, level, shape_.channels[at(level)], shape_.up[at(i)], true});
  }
  return x;
}

Tensor UnetSkeleton::down(Tensor x, const UnetLevel& l) {
  auto scope = b_.scope("down_blocks." + std::to_string(l.block));
  for (std::int64_t i = 0; i < shape_.layers[at(l.level)]; ++i) {
    x = layer(i, x, l);
    skips_.push_back(x);
  }
  if (l.level + 1 == shape_.levels()) return x;
  x = downsample(x, l);
  skips_.push_back(x);
  return x;
}

Tensor UnetSkeleton::up(Tensor x, const UnetLevel& l) {
  auto scope = b_.scope("up_blocks." + std::to_string(l.block));
  for (std::int64_t i = 0; i <= shape_.layers[at(l.level)] && !skips_.empty(); ++i) {
    const Tensor skip = skips_.back();
    skips_.pop_back();
    x = layer(i, b_.concatenate({x, skip}, 1), l);
  }
  // Odd sizes lost a row on the way down: the size is the one that waits.
  return l.level == 0 || skips_.empty() ? x : upsample(x, l, skips_.back().shape);
}

Tensor UnetSkeleton::downsample(const Tensor& x, const UnetLevel& l) {
  auto sampler = b_.scope("downsamplers.0");
  return b_.convolution("conv", x, l.channels, {.stride = 2});
}

Tensor UnetSkeleton::upsample(const Tensor& x, const UnetLevel& /*level*/, const Shape& other) {
  return upsample_block(b_, x, other);
}

void expect_block_types(Config& config, std::string_view key, const std::vector<std::string>& types,
                        std::string_view plain) {
  for (const std::string& type : types) {
    if (type != plain && type != "CrossAttn" + std::string(plain))
      config.refuse(key, "\"" + type + "\"", std::string(plain) + " or CrossAttn" + std::string(plain));
  }
}

}  // namespace diffjoule::models
