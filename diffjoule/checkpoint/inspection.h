// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "diffjoule/checkpoint/fingerprint.h"
#include "diffjoule/models/pipeline.h"

// What is at a path: a diffusers folder, one component's config.json, a weights file or the index of its shards; and
// the pipeline that it belongs to, completed from the catalogue.
namespace diffjoule::checkpoint {

// Tensors of one storage type.
struct StorageGroup {
  std::string type;
  std::uint64_t tensors = 0, elements = 0, bytes = 0;
};

struct InspectedPart {
  std::string component;  // "transformer", "vae", ...
  std::string class_name;
  std::string naming;  // "diffusers", "original" or "config"
  io::Document configuration;
  std::string configuration_source;  // "own config.json", "catalogue: flux1-dev", "shapes, on flux1-dev"
  std::uint64_t parameters = 0;
  bool parameters_agree = true;                // the graph of this configuration has as many
  std::vector<StorageGroup> storage;           // empty where only a config is there
  std::vector<std::string> catalogue_entries;  // whose network of this class is the same
};

struct Inspection {
  std::string path;
  std::string kind;  // "diffusers folder", "config", "safetensors", "GGUF"
  std::vector<InspectedPart> parts;
  std::vector<std::string> missing;       // components of the pipeline that are not here
  std::vector<std::string> completed_by;  // catalogue entries that have them
};

// True if `name` can only be meant as a path: it exists, or it looks like one.
[[nodiscard]] bool is_path(const std::string& name);

// Reads headers and configs only, never weights.
[[nodiscard]] Result<Inspection> inspect(const std::string& path, const models::Catalogue& catalogue);

// The whole pipeline: what is at the path, and the rest from the catalogue entry of the same network. The slug is the
// path.
[[nodiscard]] Result<models::Pipeline> pipeline_at(const std::string& path, const models::Catalogue& catalogue);

// By path or by any name of the catalogue.
[[nodiscard]] Result<models::Pipeline> find_pipeline(const std::string& name, const models::Catalogue& catalogue);

}  // namespace diffjoule::checkpoint
