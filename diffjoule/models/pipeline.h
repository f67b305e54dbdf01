// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "diffjoule/error/result.h"
#include "diffjoule/graph/dtype.h"
#include "diffjoule/io/data_files.h"
#include "diffjoule/io/document.h"
#include "diffjoule/models/scheduler.h"

// A checkpoint of the catalogue: the published config folder (data/models/SLUG/) and what the pipeline around the
// networks does, from the pipeline.toml beside it.
namespace diffjoule::models {

// How guidance runs the denoiser a second time, as the published pipeline does.
enum class GuidanceMode {
  batch,       // one call on both prompts, a batch of two
  two_passes,  // two calls
  embedded,    // the scale is an input of the network; classifier-free guidance on top of it takes two calls
  none,        // distilled; classifier-free guidance, if asked for, takes two calls
};

struct TextEncoder {
  std::string component;
  std::int64_t tokens = 0;        // that it runs on
  std::int64_t extra_tokens = 0;  // of a template, which the denoiser does not see
  bool follows_text = false;      // tokens grow and shrink with the denoiser's text tokens
  bool once = false;              // an image's: the negative prompt does not run it again
};

struct Component {
  std::string class_name;
  io::Document config;
};

struct Pipeline {
  std::string slug;
  std::string name;
  std::vector<std::string> aliases;
  std::string weights_license;
  std::string task;
  std::string source;
  std::vector<std::string> assumed;

  struct Defaults {
    std::int64_t width = 0, height = 0, frames = 1, steps = 0, text_tokens = 0;
    double guidance = 0.0;
    DType dtype = DType::bfloat16;
  } defaults;

  GuidanceMode guidance = GuidanceMode::none;
  bool encode_negative = true;  // the negative prompt is encoded too when classifier-free guidance runs
  std::vector<TextEncoder> text_encoders;
  std::int64_t fewest_text_tokens = 0, most_text_tokens = 0;  // equal where the stream is fixed
  bool text_length_assumed = false;                           // the default stands for a prompt nobody has seen
  std::string denoiser;                                       // component
  std::string second_denoiser;  // component; serves the timesteps below `boundary`, empty where one serves all
  double boundary = 0.0;        // fraction of the training timesteps
  Scheduler scheduler;
  std::string prior;                     // slug of a pipeline that runs first, on the same prompt; may be empty
  std::string decoder;                   // component; empty where the latents are the result
  double latent_spatial = 0.0;           // pixels a latent cell, rounded up to whole cells, where no decoder says so
  std::int64_t latent_temporal = 1;      // frames a latent frame after the first, likewise
  bool decodes_frames_as_batch = false;  // an image autoencoder decodes a video frame by frame
  bool frames_round_up = false;  // to the next whole latent frame; else the frames that do not fill one are dropped
  enum class ImageInput { none, one_frame, all_frames } image_input = ImageInput::none;  // what the autoencoder encodes
  bool decoder_upcast = false;  // decodes in float32 when the run is float16
  std::int64_t size_multiple = 8;
  bool round_down = false;  // sizes that do not divide are rounded down by the pipeline; else it refuses them

  std::map<std::string, Component> components;
};

// The catalogue of checkpoints.
class Catalogue {
 public:
  explicit Catalogue(io::DataFiles files) : files_(std::move(files)) {}

  // Slugs, sorted.
  [[nodiscard]] std::vector<std::string> slugs() const;

  // By slug or alias; letter case, spaces, dashes, dots and underscores do not matter. An error offers the nearest
  // names.
  [[nodiscard]] Result<Pipeline> find(const std::string& name) const;

  // Slugs of the pipelines whose published files name this class somewhere: a search of their text, which parses
  // nothing. The pipelines that have a component of the class are among them.
  [[nodiscard]] std::vector<std::string> mentioning(const std::string& class_name) const;

  // By slug exactly.
  [[nodiscard]] Result<Pipeline> load(const std::string& slug) const;

 private:
  [[nodiscard]] Result<std::string> slug_of(const std::string& name) const;
  io::DataFiles files_;
};

}  // namespace diffjoule::models
