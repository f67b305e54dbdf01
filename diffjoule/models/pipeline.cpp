// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/models/pipeline.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "diffjoule/error/suggest.h"
#include "diffjoule/io/json.h"
#include "diffjoule/io/toml.h"
#include "diffjoule/models/architecture.h"
#include "diffjoule/models/config.h"

namespace diffjoule::models {
namespace {

constexpr std::string_view folder = "models/";
constexpr std::string_view description = "/pipeline.toml";

const io::Document& member(const io::Document& document, std::string_view key) {
  static const io::Document absent = io::Document::Object{};
  const io::Document* found = document.find(key);
  return found != nullptr && found->object() != nullptr ? *found : absent;
}

std::optional<GuidanceMode> mode_named(const std::string& text) {
  if (text == "batch") return GuidanceMode::batch;
  if (text == "two_passes") return GuidanceMode::two_passes;
  if (text == "embedded") return GuidanceMode::embedded;
  if (text == "none") return GuidanceMode::none;
  return std::nullopt;
}

std::optional<Error> read_defaults(const io::Document& table, Pipeline& p) {
  Config c(table);
  p.defaults.width = c.integer("width", 0);
  p.defaults.height = c.integer("height", 0);
  p.defaults.frames = c.integer("frames", 1);
  p.defaults.steps = c.integer("steps", 0);
  p.defaults.text_tokens = c.integer("text_tokens", 0, 0);
  p.defaults.guidance = c.number("guidance", 0.0);
  const std::string dtype = c.text("dtype", "");
  const std::optional<DType> type = dtype_named(dtype);
  if (!type) c.refuse("dtype", "\"" + dtype + "\"", "float32, bfloat16 or float16");
  p.defaults.dtype = type.value_or(DType::bfloat16);
  if (p.defaults.width == 0 || p.defaults.height == 0 || p.defaults.steps == 0)
    c.refuse("width, height, steps", "nothing", "positive defaults");
  return c.problem();
}

std::optional<Error> read_text(const io::Document& table, Pipeline& p) {
  Config c(table);
  const bool fixed = c.flag("fixed", true);
  p.encode_negative = c.flag("encode_negative", true);
  p.text_length_assumed = c.flag("default_assumed", false);
  p.fewest_text_tokens = fixed ? p.defaults.text_tokens : c.integer("minimum", 1);
  p.most_text_tokens = fixed ? p.defaults.text_tokens : c.integer("maximum", p.defaults.text_tokens);
  const io::Document* encoders = table.find("encoder");
  if (encoders != nullptr && encoders->array() != nullptr) {
    for (const io::Document& entry : *encoders->array()) {
      Config e(entry);
      p.text_encoders.push_back({e.text("component", ""), e.integer("tokens", 1), e.integer("extra_tokens", 0, 0),
                                 e.flag("follows_text", false), e.flag("once", false)});
      if (e.problem()) return e.problem();
    }
  }
  return c.problem();
}

std::optional<Error> read_rest(const io::Document& root, Pipeline& p) {
  Config top(root), guidance(member(root, "guidance")), decoder(member(root, "decoder")), size(member(root, "size")),
      image(member(root, "image"));
  p.name = top.text("name", p.slug);
  p.aliases = top.texts("aliases", {});
  p.weights_license = top.text("weights_license", "unknown");
  p.task = top.text("task", "");
  p.source = top.text("source", "");
  p.assumed = top.texts("assumed", {});
  const std::string mode = guidance.text("mode", "none");
  if (!mode_named(mode)) guidance.refuse("guidance.mode", "\"" + mode + "\"", "batch, two_passes, embedded or none");
  p.guidance = mode_named(mode).value_or(GuidanceMode::none);
  p.decoder = decoder.text("component", "vae");
  p.decodes_frames_as_batch = decoder.flag("frames_as_batch", false);
  p.prior = top.text("prior", "");
  p.decoder_upcast = decoder.flag("upcast_float32", false);
  p.size_multiple = size.integer("multiple", 8);
  const std::string rounding = size.text("rounding", "refuse");
  if (rounding != "refuse" && rounding != "down")
    size.refuse("size.rounding", "\"" + rounding + "\"", "refuse or down");
  p.round_down = rounding == "down";
  p.frames_round_up = size.text("frames_rounding", "down") == "up";
  p.latent_spatial = size.number("latent_spatial", 0.0);
  p.latent_temporal = size.integer("latent_temporal", 1);
  const std::string encodes = image.text("encodes", "none");
  if (encodes != "none" && encodes != "one_frame" && encodes != "all_frames")
    image.refuse("image.encodes", "\"" + encodes + "\"", "none, one_frame or all_frames");
  p.image_input = encodes == "one_frame"    ? Pipeline::ImageInput::one_frame
                  : encodes == "all_frames" ? Pipeline::ImageInput::all_frames
                                            : Pipeline::ImageInput::none;
  for (const Config* c : {&top, &guidance, &decoder, &size, &image}) {
    if (c->problem()) return c->problem();
  }
  return std::nullopt;
}

// The networks that walk from noise to image have one of these names in every published pipeline.
bool denoises(const std::string& component) {
  return component == "transformer" || component == "unet" || component == "prior" || component == "decoder";
}

bool root_flag(const io::Document& index, std::string_view key) {
  const io::Document* found = index.find(key);
  return found != nullptr && found->boolean() != nullptr && *found->boolean();
}

// Motion modules come as weights for an image U-Net and run inside it: diffusers UNetMotionModel.from_unet2d.
void join_motion_modules(Pipeline& p) {
  const auto adapter = p.components.find("motion_adapter"), unet = p.components.find("unet");
  if (adapter == p.components.end() || unet == p.components.end()) return;
  for (const auto& [key, value] : *adapter->second.config.object()) {
    if (key.starts_with("motion_") || key == "use_motion_mid_block") unet->second.config.set(key, value);
  }
  unet->second.class_name = "UNetMotionModel";
  unet->second.config.set("_class_name", unet->second.class_name);
  p.components.erase(adapter);
}

// The class of each component from model_index.json ("transformer": ["diffusers", "FluxTransformer2DModel"]).
Status read_components(const io::DataFiles& files, const std::string& base, Pipeline& p) {
  auto index =
      files.read(base + "/model_index.json").and_then([](const std::string& text) { return io::parse_json(text); });
  if (!index) return forward(index, "model_index.json");
  if (index->object() == nullptr)
    return fail(ErrorCode::invalid_data, "model_index.json: found " + index->kind() + ", expected an object");
  p.boundary = Config(*index).number("boundary_ratio", 0.0);
  for (const auto& [component, entry] : *index->object()) {
    const io::Document::Array* pair = entry.array();
    if (pair == nullptr || pair->size() != 2 || (*pair)[1].text() == nullptr) continue;
    if (component == "scheduler") {
      p.scheduler.class_name = *(*pair)[1].text();
      auto settings = files.read(base + "/scheduler/scheduler_config.json").and_then([](const std::string& text) {
        return io::parse_json(text);
      });
      if (settings) p.scheduler.config = std::move(*settings);
    }
    const std::string path = base + "/" + component + "/config.json";
    if (!files.contains(path)) continue;  // tokenizers and schedulers have none
    auto config = files.read(path).and_then([](const std::string& text) { return io::parse_json(text); });
    if (!config) return forward(config, component + "/config.json");
    // The config's own word first: forks name classes of theirs in the index.
    auto own = class_of(*config);
    const bool known = own && architecture_of(*own);
    if (known && component == "transformer" && root_flag(*index, "expand_timesteps"))
      config->set("expand_timesteps", true);
    p.components[component] = {known ? *own : *(*pair)[1].text(), std::move(*config)};
    if (denoises(component)) p.denoiser = component;
    if (component == "transformer_2") p.second_denoiser = component;
  }
  join_motion_modules(p);
  if (p.denoiser.empty())
    return fail(ErrorCode::invalid_data, "model_index.json: no transformer, unet, prior or decoder is there");
  return {};
}

}  // namespace

std::vector<std::string> Catalogue::slugs() const {
  std::vector<std::string> names;
  for (const std::string& path : files_.list(folder, description))
    names.push_back(path.substr(folder.size(), path.size() - folder.size() - description.size()));
  return names;
}

Result<std::string> Catalogue::slug_of(const std::string& name) const {
  const std::string wanted = folded_name(name);
  std::vector<std::string> known = slugs();
  for (const std::string& slug : known) {
    if (folded_name(slug) == wanted) return slug;
  }
  for (const std::string& slug : slugs()) {
    auto root =
        files_.read(std::string(folder) + slug + std::string(description)).and_then([](const std::string& text) {
          return io::parse_toml(text);
        });
    if (!root) return forward(root, slug + "/pipeline.toml");
    std::vector<std::string> names = Config(*root).texts("aliases", {});
    names.push_back(Config(*root).text("name", slug));
    for (const std::string& alias : names) {
      if (folded_name(alias) == wanted) return slug;
    }
    known.insert(known.end(), names.begin(), names.end());
  }
  return fail(ErrorCode::not_found, unknown_name("model", name, known, "diffjoule list models"));
}

std::vector<std::string> Catalogue::mentioning(const std::string& class_name) const {
  std::vector<std::string> found;
  const std::string quoted = "\"" + class_name + "\"";
  for (const std::string& path : files_.list(folder, ".json")) {
    const std::string slug = path.substr(folder.size(), path.find('/', folder.size()) - folder.size());
    if (!found.empty() && found.back() == slug) continue;
    const auto text = files_.read(path);
    if (text && text->find(quoted) != std::string::npos) found.push_back(slug);
  }
  return found;
}

Result<Pipeline> Catalogue::find(const std::string& name) const {
  return slug_of(name).and_then([this](const std::string& slug) { return load(slug); });
}

Result<Pipeline> Catalogue::load(const std::string& slug) const {
  Pipeline p;
  p.slug = slug;
  const std::string base = std::string(folder) + slug;
  auto root = files_.read(base + std::string(description)).and_then([](const std::string& text) {
    return io::parse_toml(text);
  });
  if (!root) return forward(root, slug + "/pipeline.toml");
  std::optional<Error> problem = read_rest(*root, p);
  if (!problem) problem = read_defaults(member(*root, "defaults"), p);
  if (!problem) problem = read_text(member(*root, "text"), p);
  if (problem) return tl::unexpected<Error>(std::move(*problem).context(slug + "/pipeline.toml"));
  if (auto components = read_components(files_, base, p); !components) return forward(components, slug);
  return p;
}

}  // namespace diffjoule::models
