// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "diffjoule/graph/builder.h"
#include "diffjoule/io/document.h"
#include "diffjoule/models/config.h"

// A family of networks: which published classes it covers and how a config and one call become a graph. One file in
// architectures/ defines one member, `Architecture flux();`. The graph holds every operator of that call and every
// tensor of the checkpoint that the class owns (of an autoencoder: both halves' tensors, though a call runs one of
// them).
namespace diffjoule::models {

// One forward of one component.
struct Call {
  enum class Direction { forward, decode, encode } direction = Direction::forward;
  std::int64_t batch = 1;
  std::int64_t frames = 1;  // latent frames
  std::int64_t height = 0;  // latent rows and columns (denoisers, decoders); pixels where an image goes in
  std::int64_t width = 0;
  std::int64_t text_tokens = 0;  // denoisers: text tokens attended to, all streams; encoders: tokens they run on
  DType dtype = DType::bfloat16;
};

// What an autoencoder makes of pixels.
struct LatentGeometry {
  std::int64_t channels = 4;
  std::int64_t spatial = 8;   // pixels of height and width per latent cell
  std::int64_t temporal = 1;  // frames per latent frame, after the first
};

struct Architecture {
  enum class Role { text_encoder, denoiser, autoencoder };

  std::string name;                      // "FLUX.1 transformer": for people
  std::vector<std::string> class_names;  // `_class_name` or `architectures[0]` of the configs it reads
  Role role;
  Result<Graph> (*build)(const io::Document& config, const Call& call);
  // Autoencoders only.
  Result<LatentGeometry> (*latent)(const io::Document& config) = nullptr;
  // Denoisers: latent rows and columns must be multiples of this.
  std::int64_t (*patch)(const io::Document& config) = nullptr;
};

// The members of architectures/, by name of file.
[[nodiscard]] const std::vector<Architecture>& all_architectures();

// The one that reads configs of this class; an error names those that are known.
[[nodiscard]] Result<const Architecture*> architecture_of(const std::string& class_name);

// The class a config says it is of: `_class_name`, else architectures[0] (transformers).
[[nodiscard]] Result<std::string> class_of(const io::Document& config);

// `return finished(builder, config)` at the end of a build: the config's first mistake, else the builder's, else the
// graph.
[[nodiscard]] inline Result<Graph> finished(Builder& builder, const Config& config) {
  if (config.problem()) return tl::unexpected<Error>(*config.problem());
  return builder.finish();
}

}  // namespace diffjoule::models
