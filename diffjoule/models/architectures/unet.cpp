// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
//
// The text-conditioned U-Net of Stable Diffusion 1, 2 and XL. Rombach et al., "High-Resolution Image Synthesis with
// Latent Diffusion Models", 2022; Podell et al., "SDXL", 2023. diffusers UNet2DConditionModel.
#include <algorithm>
#include <string>

#include "diffjoule/models/architecture.h"
#include "diffjoule/models/blocks.h"
#include "diffjoule/models/unet_blocks.h"

namespace diffjoule::models {
namespace {

// No network has more: what is written out block by block stays short.
constexpr std::int64_t most_resnets = 64;
constexpr std::size_t most_levels = 16;

struct UnetConfig {
  explicit UnetConfig(Config& c)
      : in_channels(c.integer("in_channels", 4)),
        out_channels(c.integer("out_channels", 4)),
        channels(c.integers("block_out_channels", {320, 640, 1280, 1280})),
        text_width(c.integer("cross_attention_dim", 1280)),
        text_projection(c.integer("encoder_hid_dim", 0)),
        size_width(c.integer("addition_time_embed_dim", 0)),
        added_width(c.integer("projection_class_embeddings_input_dim", 0)),
        classes(c.integer("num_class_embeds", 0, 0)),
        linear_projection(c.flag("use_linear_projection", false)),
        added(c.text("addition_embed_type", "")),
        down(c.texts("down_block_types",
                     {"CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"})),
        up(c.texts("up_block_types", {"UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"})) {
    const std::size_t levels = channels.size();
    if (levels == 0) c.refuse("block_out_channels", "an empty list", "one width a level");
    if (down.size() != levels)
      c.refuse("down_block_types", std::to_string(down.size()) + " types", std::to_string(levels) + ", one a level");
    if (up.size() != levels)
      c.refuse("up_block_types", std::to_string(up.size()) + " types", std::to_string(levels) + ", one a level");
    resnets = c.integers("layers_per_block", std::vector<std::int64_t>(levels, 2), levels);
    for (const std::int64_t count : resnets) {
      if (count > most_resnets)
        c.refuse("layers_per_block", std::to_string(count), "at most " + std::to_string(most_resnets));
    }
    if (levels > most_levels)
      c.refuse("block_out_channels", std::to_string(levels) + " widths", "at most " + std::to_string(most_levels));
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
            !level.empty() && level.size() <= most_levels &&
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
  [[nodiscard]] std::int64_t levels() const { return static_cast<std::int64_t>(channels.size()); }
  [[nodiscard]] std::int64_t time_width() const { return 4 * channels.front(); }

  std::int64_t in_channels, out_channels;
  std::vector<std::int64_t> channels;
  std::int64_t text_width, text_projection, size_width, added_width, classes;
  bool linear_projection;
  std::string added;
  std::vector<std::string> down, up;
  std::vector<std::int64_t> resnets, heads;
  std::vector<std::vector<std::int64_t>> depths, depths_up;
  std::vector<bool> cross_only;
  bool attention_in_middle = true;
};

constexpr std::int64_t sizes_of_sdxl = 6;  // original, crop and target height and width

// What a block type of the config has beside its resnets; refuses types that are not known.
bool has_attention(Builder& b, const std::string& type, std::string_view direction) {
  const std::string plain = std::string(direction) + "Block2D", crossed = "CrossAttn" + plain;
  if (type != plain && type != crossed) b.refuse("block type \"" + type + "\": expected " + plain + " or " + crossed);
  return type == crossed;
}

struct Level {
  std::int64_t index, channels, heads;
  std::vector<std::int64_t> depths;  // one for all resnets, or one each
  bool attention, cross_only;

  [[nodiscard]] std::int64_t depth(std::int64_t resnet) const {
    return depths[std::min(static_cast<std::size_t>(resnet), depths.size() - 1)];
  }
};

class Unet {
 public:
  Unet(Builder& b, const UnetConfig& c, const Call& call) : b_(b), c_(c), text_{call.text_tokens, c.text_width} {}

  void forward(const Call& call) {
    time_ = conditioning(call.batch);
    if (c_.text_projection > 0)
      b_.linear("encoder_hid_proj", b_.tensor({call.batch, call.text_tokens, c_.text_projection}), c_.text_width);
    Tensor x = b_.convolution("conv_in", b_.tensor({call.batch, c_.in_channels, call.height, call.width}),
                              c_.channels.front());
    skips_.push_back(x);
    for (std::int64_t i = 0; i < c_.levels(); ++i)
      x = down(x, level(i, i, c_.depths[at(i)], has_attention(b_, c_.down[at(i)], "Down")));
    x = middle(x);
    for (std::int64_t i = 0; i < c_.levels(); ++i)
      x = up(x, level(i, c_.levels() - 1 - i, c_.depths_up[at(i)], has_attention(b_, c_.up[at(i)], "Up")));
    b_.convolution("conv_out", b_.silu(b_.group_norm("conv_norm_out", x)), c_.out_channels);
  }

 private:
  static std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }
  [[nodiscard]] Level level(std::int64_t block, std::int64_t i, const std::vector<std::int64_t>& depths,
                            bool attention) const {
    return {block, c_.channels[at(i)], c_.heads[at(i)], depths, attention, c_.cross_only[at(i)]};
  }

  // The timestep, and for SDXL pooled text and sizes, as one vector.
  Tensor conditioning(std::int64_t batch) {
    Tensor sum =
        embedding_mlp(b_, "time_embedding", timestep_sinusoids(b_, batch, c_.channels.front()), c_.time_width());
    if (c_.classes > 0) sum = b_.add(sum, b_.embedding("class_embedding", {batch}, c_.classes, c_.time_width()));
    if (c_.added != "text_time") return sum;
    const Tensor sizes = timestep_sinusoids(b_, batch * sizes_of_sdxl, c_.size_width);
    const std::int64_t pooled = c_.added_width - sizes_of_sdxl * c_.size_width;
    if (pooled <= 0)
      b_.refuse("projection_class_embeddings_input_dim: found " + std::to_string(c_.added_width) +
                ", expected more than the six sizes take");
    const Tensor both = b_.concatenate(
        {b_.tensor({batch, std::max<std::int64_t>(1, pooled)}), b_.view(sizes, {batch, sizes_of_sdxl * c_.size_width})},
        -1);
    return b_.add(sum, embedding_mlp(b_, "add_embedding", both, c_.time_width()));
  }

  Tensor resnet(std::int64_t index, const Tensor& x, std::int64_t channels) {
    auto scope = b_.scope("resnets." + std::to_string(index));
    return resnet_block(b_, x, channels, time_);
  }
  Tensor transformer(std::int64_t index, const Tensor& x, const Level& l) {
    auto scope = b_.scope("attentions." + std::to_string(index));
    return spatial_transformer(b_, x, l.heads, l.depth(index), text_, c_.linear_projection, l.cross_only);
  }

  Tensor down(Tensor x, const Level& l) {
    auto scope = b_.scope("down_blocks." + std::to_string(l.index));
    for (std::int64_t i = 0; i < c_.resnets[at(l.index)]; ++i) {
      x = resnet(i, x, l.channels);
      if (l.attention) x = transformer(i, x, l);
      skips_.push_back(x);
    }
    if (l.index + 1 == c_.levels()) return x;
    auto sampler = b_.scope("downsamplers.0");
    x = b_.convolution("conv", x, l.channels, {.stride = 2});
    skips_.push_back(x);
    return x;
  }

  Tensor middle(Tensor x) {
    auto scope = b_.scope("mid_block");
    const std::int64_t deepest = c_.levels() - 1;
    x = resnet(0, x, c_.channels.back());
    if (!c_.attention_in_middle) return x;
    Level l = level(0, deepest, {c_.depths[at(deepest)].back()}, true);
    l.cross_only = false;
    x = transformer(0, x, l);
    return resnet(1, x, c_.channels.back());
  }

  Tensor up(Tensor x, const Level& l) {
    auto scope = b_.scope("up_blocks." + std::to_string(l.index));
    const std::int64_t resnets = c_.resnets[at(c_.levels() - 1 - l.index)] + 1;
    for (std::int64_t i = 0; i < resnets && !skips_.empty(); ++i) {
      const Tensor skip = skips_.back();
      skips_.pop_back();
      x = resnet(i, b_.concatenate({x, skip}, 1), l.channels);
      if (l.attention) x = transformer(i, x, l);
    }
    if (l.index + 1 == c_.levels() || skips_.empty()) return x;
    return upsample_block(b_, x, skips_.back().shape);  // odd sizes lost a row on the way down
  }

  Builder& b_;
  const UnetConfig& c_;
  TextContext text_;
  Tensor time_;
  std::vector<Tensor> skips_;
};

Result<Graph> build(const io::Document& document, const Call& call) {
  Config config(document);
  const UnetConfig c(config);
  if (config.problem()) return tl::unexpected<Error>(*config.problem());
  Builder b(call.dtype);
  Unet(b, c, call).forward(call);
  return finished(b, config);
}

}  // namespace

Architecture unet() {
  return {"text-conditioned U-Net", {"UNet2DConditionModel"}, Architecture::Role::denoiser, build, nullptr, nullptr};
}

}  // namespace diffjoule::models
