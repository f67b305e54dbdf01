// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "diffjoule/graph/builder.h"
#include "diffjoule/models/config.h"

// What every U-Net is (Ronneberger et al., 2015): levels of layers on the way down, a middle, and the same levels on
// the way up, where each layer also reads what its mirror image left on the way down. A network says what one layer is.
namespace diffjoule::models {

// The levels, outermost first, from the keys that all published U-Nets share.
struct UnetShape {
  std::vector<std::int64_t> channels, layers;
  std::vector<std::string> down, up;  // block types, in the order of down_blocks and up_blocks

  // `down` and `up` are the defaults of the published class.
  UnetShape(Config& config, std::vector<std::int64_t> default_channels, std::vector<std::string> default_down,
            std::vector<std::string> default_up);

  [[nodiscard]] std::int64_t levels() const { return static_cast<std::int64_t>(channels.size()); }
  [[nodiscard]] std::int64_t time_width() const { return 4 * channels.front(); }
};

// Where a layer is.
struct UnetLevel {
  std::int64_t block;     // of down_blocks or up_blocks
  std::int64_t level;     // 0 is the outermost
  std::int64_t channels;  // of the level
  std::string_view type;  // of its block
  bool up;

  [[nodiscard]] bool has_attention() const { return type.find("CrossAttn") != std::string_view::npos; }
};

class UnetSkeleton {
 public:
  UnetSkeleton(Builder& b, const UnetShape& shape) : b_(b), shape_(shape) {}
  UnetSkeleton(const UnetSkeleton&) = delete;
  UnetSkeleton& operator=(const UnetSkeleton&) = delete;
  virtual ~UnetSkeleton() = default;

 protected:
  // From conv_in's result to what the last level up leaves.
  Tensor walk(Tensor x);

  // Each is called under the module of its block.
  virtual Tensor layer(std::int64_t index, Tensor x, const UnetLevel& level) = 0;
  virtual Tensor middle(Tensor x) = 0;
  virtual Tensor downsample(const Tensor& x, const UnetLevel& level);
  virtual Tensor upsample(const Tensor& x, const UnetLevel& level, const Shape& other);

  [[nodiscard]] Builder& builder() const { return b_; }

 private:
  Tensor down(Tensor x, const UnetLevel& level);
  Tensor up(Tensor x, const UnetLevel& level);

  Builder& b_;
  const UnetShape& shape_;
  std::vector<Tensor> skips_;
};

// Refuses block types other than `plain` and "CrossAttn" + `plain`.
void expect_block_types(Config& config, std::string_view key, const std::vector<std::string>& types,
                        std::string_view plain);

}  // namespace diffjoule::models
