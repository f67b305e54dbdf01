// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
//
// The U-Net of ModelScope's text-to-video model, each of whose layers convolves over the image, convolves over frames,
// attends within the image and attends over frames; and that of I2VGen-XL, which adds ways in for an image. Wang et
// al., "ModelScope Text-to-Video Technical Report", 2023; Zhang et al., "I2VGen-XL", 2023. diffusers
// UNet3DConditionModel and I2VGenXLUNet.
#include "diffjoule/models/architecture.h"
#include "diffjoule/models/blocks.h"
#include "diffjoule/models/unet_blocks.h"
#include "diffjoule/models/unet_skeleton.h"

namespace diffjoule::models {
namespace {

struct Unet3dConfig {
  explicit Unet3dConfig(Config& c)
      : shape(c, {320, 640, 1280, 1280},
              {"CrossAttnDownBlock3D", "CrossAttnDownBlock3D", "CrossAttnDownBlock3D", "DownBlock3D"},
              {"UpBlock3D", "CrossAttnUpBlock3D", "CrossAttnUpBlock3D", "CrossAttnUpBlock3D"}),
        in_channels(c.integer("in_channels", 4)),
        out_channels(c.integer("out_channels", 4)),
        text_width(c.integer("cross_attention_dim", 1024)),
        head_width(c.integer("attention_head_dim", 64)),
        image(c.text("_class_name", "") == "I2VGenXLUNet") {
    expect_block_types(c, "down_block_types", shape.down, "DownBlock3D");
    expect_block_types(c, "up_block_types", shape.up, "UpBlock3D");
    for (const std::int64_t channels : shape.channels) {
      if (channels % head_width != 0)
        c.refuse("attention_head_dim", std::to_string(head_width),
                 "a divisor of every level's width, of " + std::to_string(channels) + " too");
    }
  }
  UnetShape shape;
  std::int64_t in_channels, out_channels, text_width, head_width;
  bool image;  // an image is given beside the text
};

constexpr std::int64_t outer_heads = 8;  // of the attention over frames before the first level

// The image that a video starts with, as more channels of the latents and more tokens of the text.
class ImageInput {
 public:
  ImageInput(Builder& b, const Unet3dConfig& c, const Call& call) : b_(b), c_(c), call_(call) {}

  static constexpr std::int64_t context_side = 8;  // cells of the image after pooling to 32 and two strides
  [[nodiscard]] std::int64_t tokens() const { return context_side * context_side + c_.in_channels; }

  Tensor frame_rate(std::int64_t width) {
    const Tensor fps = timestep_sinusoids(b_, call_.batch, c_.shape.channels.front());
    return in_sequence("fps_embedding", fps, width, width);
  }

  // Text and image tokens, once for each frame.
  void context() {
    constexpr std::int64_t pooled = 32;
    {
      auto scope = b_.scope("image_latents_context_embedding");
      Tensor x = b_.tensor({call_.batch, image_channels, call_.height, call_.width});
      x = b_.silu(b_.convolution("0", x, 8 * c_.in_channels));
      x = b_.upsample_to(x, {call_.batch, 8 * c_.in_channels, pooled, pooled}, Resampling::Kind::average_pool);
      x = b_.silu(b_.convolution("3", x, 16 * c_.in_channels, {.stride = 2}));
      b_.convolution("5", x, c_.text_width, {.stride = 2});
    }
    in_sequence("context_embedding", b_.tensor({call_.batch, c_.text_width}), c_.shape.time_width(),
                c_.text_width * c_.in_channels);
    const Tensor all = b_.concatenate(
        {b_.tensor({call_.batch, call_.text_tokens, c_.text_width}), b_.tensor({call_.batch, tokens(), c_.text_width})},
        1);
    b_.repeat_rows(b_.tensor({call_.batch * call_.frames, all.shape[1], c_.text_width}));
  }

  // [batch * frames, channels, height, width]
  Tensor latents() {
    const std::int64_t inner = 4 * c_.in_channels, images = call_.batch * call_.frames;
    Tensor x = b_.tensor({images, image_channels, call_.height, call_.width});
    {
      auto scope = b_.scope("image_latents_proj_in");
      x = b_.silu(b_.convolution("0", x, inner));
      x = b_.silu(b_.convolution("2", x, inner));
      x = b_.convolution("4", x, c_.in_channels);
    }
    auto scope = b_.scope("image_latents_temporal_encoder");
    constexpr std::int64_t heads = 2;
    Tensor y = b_.clone(b_.view(x, {call_.batch * call_.height * call_.width, call_.frames, c_.in_channels}));
    const Tensor normed = b_.layer_norm("norm1", y);
    y = b_.add(attention_layer(b_, "attn1", normed, normed, {heads, heads * c_.in_channels, Bias::no}), y);
    y = b_.add(feed_forward(b_, "ff", y, inner), y);
    return b_.view(y, x.shape);
  }

 private:
  static constexpr std::int64_t image_channels = 4;

  Tensor in_sequence(std::string_view name, const Tensor& x, std::int64_t inner, std::int64_t width) {
    auto scope = b_.scope(name);
    return b_.linear("2", b_.silu(b_.linear("0", x, inner)), width);
  }

  Builder& b_;
  const Unet3dConfig& c_;
  const Call& call_;
};

class Unet3d : public UnetSkeleton {
 public:
  Unet3d(Builder& b, const Unet3dConfig& c, const Call& call)
      : UnetSkeleton(b, c.shape), b_(b), c_(c), call_(call), text_{call.text_tokens, c.text_width} {}

  void forward() {
    const std::int64_t images = call_.batch * call_.frames, width = c_.shape.time_width();
    Tensor time =
        embedding_mlp(b_, "time_embedding", timestep_sinusoids(b_, call_.batch, c_.shape.channels.front()), width);
    Tensor latents = b_.tensor({images, c_.in_channels, call_.height, call_.width});
    if (c_.image) {
      ImageInput image(b_, c_, call_);
      time = b_.add(time, image.frame_rate(width));
      text_.tokens += image.tokens();
      image.context();
      latents = b_.clone(b_.concatenate({latents, image.latents()}, 1));
    }
    time_ = b_.view(b_.repeat_rows(b_.tensor({images, width})), {images, width});
    Tensor x = b_.convolution("conv_in", latents, c_.shape.channels.front());
    {
      auto scope = b_.scope("transformer_in");
      x = temporal_transformer(b_, x, {call_.frames, outer_heads, outer_heads * c_.head_width});
    }
    x = walk(x);
    b_.convolution("conv_out", b_.silu(b_.group_norm("conv_norm_out", x)), c_.out_channels);
  }

 private:
  Tensor residual(std::int64_t index, Tensor x, std::int64_t channels) {
    {
      auto scope = b_.scope("resnets." + std::to_string(index));
      x = resnet_block(b_, x, channels, time_);
    }
    auto scope = b_.scope("temp_convs." + std::to_string(index));
    const Tensor video = as_video(b_, x, call_.frames);
    Tensor y = b_.clone(video);
    for (const char* name : {"conv1", "conv2", "conv3", "conv4"}) {
      auto inner = b_.scope(name);
      const char* place = std::string_view(name) == "conv1" ? "2" : "3";  // after a dropout in all but the first
      y = convolution_over_frames(b_, place, b_.silu(b_.group_norm("0", y)), channels);
    }
    return as_frames(b_, b_.add(video, y));
  }

  Tensor attend(std::int64_t index, Tensor x) {
    const std::int64_t channels = x.shape[1], heads = channels / c_.head_width;
    {
      auto scope = b_.scope("attentions." + std::to_string(index));
      x = spatial_transformer(b_, x, heads, 1, text_, true, false, call_.frames);
    }
    auto scope = b_.scope("temp_attentions." + std::to_string(index));
    return temporal_transformer(b_, x, {call_.frames, heads, channels});
  }

  Tensor layer(std::int64_t index, Tensor x, const UnetLevel& l) override {
    x = residual(index, x, l.channels);
    return l.has_attention() ? attend(index, x) : x;
  }

  Tensor middle(Tensor x) override {
    const std::int64_t channels = c_.shape.channels.back();
    x = attend(0, residual(0, x, channels));
    return residual(1, x, channels);
  }

  Builder& b_;
  const Unet3dConfig& c_;
  const Call& call_;
  TextContext text_;
  Tensor time_;
};

Result<Graph> build(const io::Document& document, const Call& call) {
  Config config(document);
  const Unet3dConfig c(config);
  if (config.problem()) return tl::unexpected<Error>(*config.problem());
  Builder b(call.dtype);
  Unet3d(b, c, call).forward();
  return finished(b, config);
}

}  // namespace

Architecture unet_3d() {
  return {"video U-Net of ModelScope and I2VGen-XL",
          {"UNet3DConditionModel", "I2VGenXLUNet"},
          Architecture::Role::denoiser,
          build,
          nullptr,
          nullptr};
}

}  // namespace diffjoule::models
