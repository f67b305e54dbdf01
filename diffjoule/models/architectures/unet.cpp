// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
//
// The text-conditioned U-Net of Stable Diffusion 1, 2 and XL. Rombach et al., "High-Resolution Image Synthesis with
// Latent Diffusion Models", 2022; Podell et al., "SDXL", 2023. diffusers UNet2DConditionModel, and with the motion
// modules of AnimateDiff UNetMotionModel.
#include <algorithm>
#include <optional>
#include <string>

#include "diffjoule/models/architecture.h"
#include "diffjoule/models/blocks.h"
#include "diffjoule/models/motion_module.h"
#include "diffjoule/models/simple_cross_unet.h"
#include "diffjoule/models/unet_blocks.h"
#include "diffjoule/models/unet_skeleton.h"

namespace diffjoule::models {
namespace {

constexpr std::size_t most_layers = 65;  // of a level, with the one more on the way up

struct UnetConfig {
  explicit UnetConfig(Config& c)
      : shape(c, {320, 640, 1280, 1280},
              {"CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"},
              {"UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"}),
        in_channels(c.integer("in_channels", 4)),
        out_channels(c.integer("out_channels", 4)),
        text_width(c.integer("cross_attention_dim", 1280)),
        text_projection(c.integer("encoder_hid_dim", 0)),
        size_width(c.integer("addition_time_embed_dim", 0)),
        added_width(c.integer("projection_class_embeddings_input_dim", 0)),
        classes(c.integer("num_class_embeds", 0, 0)),
        linear_projection(c.flag("use_linear_projection", false)),
        added(c.text("addition_embed_type", "")) {
    if (c.text("_class_name", "") == "UNetMotionModel") motion.emplace(c);
    // A motion U-Net that was saved as one names its blocks after the modules.
    const bool saved_as_one = motion && !shape.down.empty() && shape.down.back().ends_with("Motion");
    expect_block_types(c, "down_block_types", shape.down, saved_as_one ? "DownBlockMotion" : "DownBlock2D");
    expect_block_types(c, "up_block_types", shape.up, saved_as_one ? "UpBlockMotion" : "UpBlock2D");
    const std::size_t levels = shape.channels.size();
    // The published key says "dim" and means the number of heads.
    const char* key = c.is_null("num_attention_heads") ? "attention_head_dim" : "num_attention_heads";
    heads = c.integers(key, std::vector<std::int64_t>(levels, 8), levels);
    read_depths(c, levels);
    read_cross_only(c, levels);
    if (!added.empty() && added != "text_time") c.unsupported("addition_embed_type", "\"" + added + "\"");
    if (added == "text_time" && (size_width == 0 || added_width == 0))
      c.refuse("projection_class_embeddings_input_dim", "nothing", "the width of pooled text and sizes");
    const std::string mid = c.text("mid_block_type", "UNetMidBlock2DCrossAttn");
    if (mid != "UNetMidBlock2DCrossAttn" && mid != "UNetMidBlock2D")
      c.refuse("mid_block_type", "\"" + mid + "\"", "UNetMidBlock2DCrossAttn or UNetMidBlock2D");
    attention_in_middle = mid == "UNetMidBlock2DCrossAttn";
    for (const char* unread : {"class_embed_type", "encoder_hid_dim_type"}) {
      const bool text_projection_type =
          std::string_view(unread) == "encoder_hid_dim_type" && c.text(unread, "") == "text_proj";
      if (!c.is_null(unread) && !text_projection_type) c.unsupported(unread, "a value");
    }
  }
  // Transformer layers by level, or by level and resnet; the way up may have a list of its own, outermost level last.
  void read_depths(Config& c, std::size_t levels) {
    const auto read = [&](const char* key, std::vector<std::vector<std::int64_t>> otherwise) {
      const io::Document* list = c.find(key);
      if (list == nullptr || list->array() == nullptr) return otherwise;
      std::vector<std::vector<std::int64_t>> all;
      for (const io::Document& entry : *list->array()) {
        std::vector<std::int64_t> level;
        for (const io::Document& n : entry.array() == nullptr ? io::Document::Array{entry} : *entry.array())
          level.push_back(n.integer() == nullptr ? 0 : *n.integer());
        const bool fits =
            !level.empty() && level.size() <= most_layers &&
            std::all_of(level.begin(), level.end(), [](std::int64_t n) { return n >= 1 && n <= Config::largest; });
        if (!fits) {
          c.refuse(key, "an entry that is no count", "whole numbers from 1, one a level or one a resnet");
          return otherwise;
        }
        all.push_back(std::move(level));
      }
      if (all.size() != levels) {
        c.refuse(key, std::to_string(all.size()) + " entries", std::to_string(levels) + ", one a level");
        return otherwise;
      }
      return all;
    };
    const io::Document* single = c.find("transformer_layers_per_block");
    const std::int64_t same =
        single != nullptr && single->integer() != nullptr ? c.integer("transformer_layers_per_block", 1) : 1;
    depths = read("transformer_layers_per_block", std::vector<std::vector<std::int64_t>>(levels, {same}));
    depths_up.assign(depths.rbegin(), depths.rend());
    depths_up = read("reverse_transformer_layers_per_block", depths_up);
  }
  // Whether a level's first attention looks at the text instead of the image.
  void read_cross_only(Config& c, std::size_t levels) {
    cross_only.assign(levels, false);
    const io::Document* list = c.find("only_cross_attention");
    if (list == nullptr || list->array() == nullptr) {
      cross_only.assign(levels, c.flag("only_cross_attention", false));
      return;
    }
    for (std::size_t i = 0; i < std::min(levels, list->array()->size()); ++i)
      cross_only[i] = (*list->array())[i].boolean() != nullptr && *(*list->array())[i].boolean();
  }

  UnetShape shape;
  std::int64_t in_channels, out_channels, text_width, text_projection, size_width, added_width, classes;
  bool linear_projection;
  std::string added;
  std::optional<MotionModules> motion;  // attention over frames in every layer
  std::vector<std::int64_t> heads;
  std::vector<std::vector<std::int64_t>> depths, depths_up;
  std::vector<bool> cross_only;
  bool attention_in_middle = true;
};

constexpr std::int64_t sizes_of_sdxl = 6;  // original, crop and target height and width

class Unet : public UnetSkeleton {
 public:
  Unet(Builder& b, const UnetConfig& c, const Call& call)
      : UnetSkeleton(b, c.shape), b_(b), c_(c), text_{call.text_tokens, c.text_width}, frames_(call.frames) {}

  void forward(const Call& call) {
    const std::int64_t images = call.batch * call.frames;
    time_ = conditioning(call.batch);
    if (call.frames > 1) {  // the same step and text for every frame
      time_ = b_.clone(b_.tensor({images, c_.shape.time_width()}));
      b_.clone(b_.tensor({images, text_.tokens, text_.width}));
    }
    if (c_.text_projection > 0)
      b_.linear("encoder_hid_proj", b_.tensor({call.batch, call.text_tokens, c_.text_projection}), c_.text_width);
    const Tensor x = walk(b_.convolution("conv_in", b_.tensor({images, c_.in_channels, call.height, call.width}),
                                         c_.shape.channels.front()));
    b_.convolution("conv_out", b_.silu(b_.group_norm("conv_norm_out", x)), c_.out_channels);
  }

 private:
  static std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

  // The timestep, and for SDXL pooled text and sizes, as one vector.
  Tensor conditioning(std::int64_t batch) {
    const std::int64_t width = c_.shape.time_width();
    Tensor sum = embedding_mlp(b_, "time_embedding", timestep_sinusoids(b_, batch, c_.shape.channels.front()), width);
    if (c_.classes > 0) sum = b_.add(sum, b_.embedding("class_embedding", {batch}, c_.classes, width));
    if (c_.added != "text_time") return sum;
    const Tensor sizes = timestep_sinusoids(b_, batch * sizes_of_sdxl, c_.size_width);
    const std::int64_t pooled = c_.added_width - sizes_of_sdxl * c_.size_width;
    if (pooled <= 0)
      b_.refuse("projection_class_embeddings_input_dim: found " + std::to_string(c_.added_width) +
                ", expected more than the six sizes take");
    const Tensor both = b_.concatenate(
        {b_.tensor({batch, std::max<std::int64_t>(1, pooled)}), b_.view(sizes, {batch, sizes_of_sdxl * c_.size_width})},
        -1);
    return b_.add(sum, embedding_mlp(b_, "add_embedding", both, width));
  }

  Tensor resnet(std::int64_t index, const Tensor& x, std::int64_t channels) {
    auto scope = b_.scope("resnets." + std::to_string(index));
    return resnet_block(b_, x, channels, time_);
  }

  Tensor layer(std::int64_t index, Tensor x, const UnetLevel& l) override {
    x = resnet(index, x, l.channels);
    if (l.has_attention()) {
      const std::vector<std::int64_t>& depths = (l.up ? c_.depths_up : c_.depths)[at(l.block)];
      auto scope = b_.scope("attentions." + std::to_string(index));
      x = spatial_transformer(b_, x, c_.heads[at(l.level)], depths[std::min(at(index), depths.size() - 1)], text_,
                              c_.linear_projection, c_.cross_only[at(l.level)], frames_);
    }
    return c_.motion ? motion_module(b_, index, x, frames_, *c_.motion) : x;
  }

  Tensor middle(Tensor x) override {
    const std::int64_t channels = c_.shape.channels.back();
    x = resnet(0, x, channels);
    if (!c_.attention_in_middle) return x;
    {
      auto scope = b_.scope("attentions.0");
      x = spatial_transformer(b_, x, c_.heads.back(), c_.depths.back().back(), text_, c_.linear_projection, false,
                              frames_);
    }
    if (c_.motion && c_.motion->in_middle) x = motion_module(b_, 0, x, frames_, *c_.motion, true);
    return resnet(1, x, channels);
  }

  Builder& b_;
  const UnetConfig& c_;
  TextContext text_;
  std::int64_t frames_;
  Tensor time_;
};

Result<Graph> build(const io::Document& document, const Call& call) {
  Config config(document);
  if (config.text("mid_block_type", "") == "UNetMidBlock2DSimpleCrossAttn") return simple_cross_unet(document, call);
  const UnetConfig c(config);
  if (config.problem()) return tl::unexpected<Error>(*config.problem());
  Builder b(call.dtype);
  Unet(b, c, call).forward(call);
  return finished(b, config);
}

}  // namespace

Architecture unet() {
  return {"text-conditioned U-Net",
          {"UNet2DConditionModel", "UNetMotionModel"},
          Architecture::Role::denoiser,
          build,
          nullptr,
          nullptr};
}

}  // namespace diffjoule::models
