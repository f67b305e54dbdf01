// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
//
// The weights of AnimateDiff's motion modules by themselves: a checkpoint without a forward of its own. The catalogue
// joins it with the U-Net it is for. diffusers MotionAdapter.
#include "diffjoule/models/architecture.h"
#include "diffjoule/models/motion_module.h"

namespace diffjoule::models {
namespace {

Result<Graph> build(const io::Document& document, const Call& call) {
  Config config(document);
  const auto channels = config.integers("block_out_channels", {320, 640, 1280, 1280});
  const std::int64_t layers = config.integer("motion_layers_per_block", 2);
  const MotionModules motion(config);
  if (channels.empty() || channels.size() > 16)
    config.refuse("block_out_channels", std::to_string(channels.size()) + " widths", "1 to 16, one a level");
  if (layers > 64) config.refuse("motion_layers_per_block", std::to_string(layers), "at most 64");
  if (!config.is_null("conv_in_channels")) config.unsupported("conv_in_channels", "a value");
  if (config.problem()) return tl::unexpected<Error>(*config.problem());
  Builder b(call.dtype);
  auto quiet = b.parameters_only();
  const auto modules = [&](const std::string& block, std::int64_t count, std::int64_t width, bool middle) {
    auto scope = b.scope(block);
    for (std::int64_t i = 0; i < count; ++i) (void)motion_module(b, i, b.tensor({1, width, 1, 1}), 1, motion, middle);
  };
  const std::size_t levels = channels.size();
  for (std::size_t i = 0; i < levels; ++i) {
    modules("down_blocks." + std::to_string(i), layers, channels[i], false);
    modules("up_blocks." + std::to_string(i), layers + 1, channels[levels - 1 - i], false);
  }
  if (motion.in_middle) modules("mid_block", 1, channels.back(), true);
  return finished(b, config);
}

}  // namespace

Architecture motion_adapter() {
  return {"motion modules of AnimateDiff", {"MotionAdapter"}, Architecture::Role::denoiser, build, nullptr, nullptr};
}

}  // namespace diffjoule::models
