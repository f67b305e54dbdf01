// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/checkpoint/inspection.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "diffjoule/checkpoint/gguf.h"
#include "diffjoule/checkpoint/safetensors.h"
#include "diffjoule/io/file.h"
#include "diffjoule/io/json.h"
#include "diffjoule/models/architecture.h"

namespace diffjoule::checkpoint {
namespace {

namespace fs = std::filesystem;

// Parameters do not depend on the size of a call; this one suits every network.
constexpr models::Call any_call{.frames = 9, .height = 64, .width = 64, .text_tokens = 77};
constexpr models::Call wide_text{.frames = 9, .height = 64, .width = 64, .text_tokens = 2048};

struct Totals {
  std::uint64_t learnable, stored;
};

Result<Totals> totals_of(const std::string& class_name, const io::Document& config) {
  auto architecture = models::architecture_of(class_name);
  if (!architecture) return forward(architecture);
  const bool text = (*architecture)->role == models::Architecture::Role::text_encoder;
  auto graph = (*architecture)->build(config, text ? any_call : wide_text);
  if (!graph) return forward(graph, class_name);
  return Totals{static_cast<std::uint64_t>(graph->learnable_parameters().exact()),
                static_cast<std::uint64_t>(graph->checkpoint_elements().exact())};
}

// A component of the catalogue of this class.
struct Relative {
  std::string slug, component;
  io::Document config;
};

std::vector<Relative> relatives_of(const std::string& class_name, const models::Catalogue& catalogue) {
  std::vector<Relative> found;
  for (const std::string& slug : catalogue.mentioning(class_name)) {
    auto pipeline = catalogue.load(slug);
    if (!pipeline) continue;
    for (const auto& [name, component] : pipeline->components) {
      if (component.class_name == class_name) found.push_back({slug, name, component.config});
    }
  }
  return found;
}

// Those with as many parameters.
std::vector<Relative> twins_among(const std::vector<Relative>& relatives, const std::string& class_name,
                                  std::uint64_t parameters) {
  std::vector<Relative> twins;
  for (const Relative& relative : relatives) {
    const auto totals = totals_of(class_name, relative.config);
    if (totals && (totals->learnable == parameters || totals->stored == parameters)) twins.push_back(relative);
  }
  return twins;
}

std::vector<StorageGroup> storage_of(const std::vector<StoredTensor>& tensors) {
  std::vector<StorageGroup> groups;
  for (const StoredTensor& t : tensors) {
    auto group =
        std::find_if(groups.begin(), groups.end(), [&t](const StorageGroup& g) { return g.type == t.type.name; });
    if (group == groups.end()) group = groups.insert(groups.end(), {t.type.name, 0, 0, 0});
    ++group->tensors;
    group->elements += t.elements;
    group->bytes += t.bytes;
  }
  std::sort(groups.begin(), groups.end(), [](const auto& a, const auto& b) { return a.bytes > b.bytes; });
  return groups;
}

InspectedPart inspected(const Part& part, const models::Catalogue& catalogue) {
  const Fingerprint& f = part.fingerprint;
  InspectedPart out{part.role,
                    f.class_name,
                    f.naming == Naming::diffusers ? "diffusers" : "original",
                    f.configuration,
                    "",
                    part.parameters,
                    true,
                    storage_of(part.tensors),
                    {}};
  const std::vector<Relative> relatives = relatives_of(f.class_name, catalogue);
  const std::vector<Relative> twins = twins_among(relatives, f.class_name, part.parameters);
  for (const Relative& twin : twins) {
    if (out.catalogue_entries.empty() || out.catalogue_entries.back() != twin.slug)
      out.catalogue_entries.push_back(twin.slug);
  }
  if (!twins.empty()) {
    out.component = twins.front().component;
    out.configuration = twins.front().config;
    out.configuration_source = "catalogue: " + twins.front().slug;
    return out;
  }
  if (relatives.empty()) {
    out.configuration_source = "shapes";
    out.parameters_agree = false;
    return out;
  }
  // What the shapes say, on the relative that comes nearest with it.
  std::uint64_t nearest = ~0ULL;
  for (const Relative& relative : relatives) {
    io::Document config = relative.config;
    for (const auto& [key, value] : *f.configuration.object()) config.set(key, value);
    const auto totals = totals_of(f.class_name, config);
    if (!totals) continue;
    const std::uint64_t apart =
        totals->stored > part.parameters ? totals->stored - part.parameters : part.parameters - totals->stored;
    if (apart >= nearest) continue;
    nearest = apart;
    out.component = relative.component;
    out.configuration = std::move(config);
    out.configuration_source = "shapes, on " + relative.slug;
  }
  out.parameters_agree = nearest == 0;
  return out;
}

Result<Inspection> inspect_header(const std::string& path, Result<Header> header, const models::Catalogue& catalogue) {
  if (!header) return forward(header);
  auto parts = parts_of(*header);
  if (!parts) return forward(parts, path);
  Inspection out{path, header->format == Header::Format::gguf ? "GGUF" : "safetensors", {}, {}, {}};
  for (const Part& part : *parts) out.parts.push_back(inspected(part, catalogue));
  return out;
}

Result<io::Document> json_file(const fs::path& path) {
  auto parsed = io::read_file(path.string()).and_then([](const std::string& text) { return io::parse_json(text); });
  if (!parsed) return forward(parsed, path.string());
  return parsed;
}

InspectedPart configured(const std::string& component, const std::string& class_name, io::Document config,
                         const models::Catalogue& catalogue) {
  InspectedPart part{component, class_name, "config", std::move(config), "own config.json", 0, true, {}, {}};
  const auto totals = totals_of(class_name, part.configuration);
  part.parameters_agree = totals.has_value();
  if (!totals) return part;
  part.parameters = totals->learnable;
  for (const Relative& twin : twins_among(relatives_of(class_name, catalogue), class_name, totals->learnable)) {
    if (part.catalogue_entries.empty() || part.catalogue_entries.back() != twin.slug)
      part.catalogue_entries.push_back(twin.slug);
  }
  return part;
}

// Weights beside a component's config, if there are any.
std::vector<StorageGroup> storage_in(const fs::path& folder) {
  std::error_code code;
  for (const auto& entry : fs::directory_iterator(folder, code)) {
    const std::string name = entry.path().filename().string();
    Result<Header> header = fail(ErrorCode::not_found, "");
    if (name.ends_with(".safetensors.index.json")) {
      header = read_sharded_safetensors(entry.path().string());
    } else if (name.ends_with(".safetensors") && name.find("-of-") == std::string::npos) {
      header = read_safetensors(entry.path().string());
    }
    if (header) return storage_of(header->tensors);
  }
  return {};
}

Result<Inspection> inspect_folder(const std::string& path, const models::Catalogue& catalogue) {
  auto index = json_file(fs::path(path) / "model_index.json");
  if (!index) return forward(index, "a diffusers folder has a model_index.json");
  if (index->object() == nullptr)
    return fail(ErrorCode::invalid_data, path + "/model_index.json: found " + index->kind() + ", expected an object");
  Inspection out{path, "diffusers folder", {}, {}, {}};
  for (const auto& [component, entry] : *index->object()) {
    const io::Document::Array* pair = entry.array();
    if (pair == nullptr || pair->size() != 2 || (*pair)[1].text() == nullptr) continue;
    const std::string& class_name = *(*pair)[1].text();
    if (component.find("tokenizer") != std::string::npos || component.find("scheduler") != std::string::npos ||
        component.find("feature_extractor") != std::string::npos || component.find("processor") != std::string::npos)
      continue;
    const fs::path config_path = fs::path(path) / component / "config.json";
    if (component.find('/') != std::string::npos || !fs::exists(config_path)) {
      out.missing.push_back(component);
      continue;
    }
    auto config = json_file(config_path);
    if (!config) return forward(config);
    out.parts.push_back(configured(component, class_name, std::move(*config), catalogue));
    out.parts.back().storage = storage_in(fs::path(path) / component);
  }
  return out;
}

Result<Inspection> inspect_config(const std::string& path, const models::Catalogue& catalogue) {
  auto config = json_file(path);
  if (!config) return forward(config);
  auto class_name = models::class_of(*config);
  if (!class_name) return forward(class_name, path);
  auto architecture = models::architecture_of(*class_name);
  if (!architecture) return forward(architecture, path);
  Inspection out{path, "config", {}, {}, {}};
  out.parts.push_back(configured((*architecture)->role == models::Architecture::Role::denoiser      ? "denoiser"
                                 : (*architecture)->role == models::Architecture::Role::autoencoder ? "vae"
                                                                                                    : "text_encoder",
                                 *class_name, std::move(*config), catalogue));
  return out;
}

// The part that walks from noise to image.
const InspectedPart* denoiser_of(const Inspection& inspection) {
  for (const InspectedPart& part : inspection.parts) {
    const auto architecture = models::architecture_of(part.class_name);
    if (architecture && (*architecture)->role == models::Architecture::Role::denoiser) return &part;
  }
  return nullptr;
}

// The catalogue entry that completes a network: one with the same network, else one of its class.
Result<std::string> entry_for(const InspectedPart& denoiser, const models::Catalogue& catalogue) {
  if (!denoiser.catalogue_entries.empty()) return denoiser.catalogue_entries.front();
  for (const Relative& relative : relatives_of(denoiser.class_name, catalogue)) return relative.slug;
  return fail(ErrorCode::not_found,
              "no pipeline of the catalogue has a " + denoiser.class_name +
                  ", so nothing says how it is run; a diffusers folder with model_index.json does");
}

void name_missing(Inspection& inspection, const models::Catalogue& catalogue) {
  const InspectedPart* denoiser = denoiser_of(inspection);
  if (denoiser == nullptr) return;
  auto slug = entry_for(*denoiser, catalogue);
  if (!slug) return;
  auto pipeline = catalogue.load(*slug);
  if (!pipeline) return;
  for (const auto& member : pipeline->components) {
    const std::string& component = member.first;
    const std::string& class_name = member.second.class_name;
    const bool here = std::any_of(inspection.parts.begin(), inspection.parts.end(), [&](const InspectedPart& p) {
      return p.component == component || p.class_name == class_name;
    });
    const bool named =
        std::find(inspection.missing.begin(), inspection.missing.end(), component) != inspection.missing.end();
    if (!here && !named) inspection.missing.push_back(component);
  }
  if (!inspection.missing.empty()) inspection.completed_by.push_back(*slug);
}

}  // namespace

bool is_path(const std::string& name) {
  std::error_code code;
  return name.ends_with(".safetensors") || name.ends_with(".gguf") || name.ends_with(".json") ||
         name.starts_with("./") || name.starts_with("/") || name.starts_with("../") ||
         (name.find('/') != std::string::npos && fs::exists(name, code));
}

Result<Inspection> inspect(const std::string& path, const models::Catalogue& catalogue) {
  std::error_code code;
  if (!fs::exists(path, code)) return fail(ErrorCode::not_found, path + ": there is no such file or folder");
  Result<Inspection> out = [&]() -> Result<Inspection> {
    if (fs::is_directory(path, code)) return inspect_folder(path, catalogue);
    if (path.ends_with(".index.json")) return inspect_header(path, read_sharded_safetensors(path), catalogue);
    if (path.ends_with(".safetensors")) return inspect_header(path, read_safetensors(path), catalogue);
    if (path.ends_with(".gguf")) return inspect_header(path, read_gguf(path), catalogue);
    if (path.ends_with(".json")) return inspect_config(path, catalogue);
    return fail(
        ErrorCode::invalid_argument,
        path + ": expected a diffusers folder, a config.json, a .safetensors (or its .index.json) or a .gguf file");
  }();
  if (out) name_missing(*out, catalogue);
  return out;
}

Result<models::Pipeline> pipeline_at(const std::string& path, const models::Catalogue& catalogue) {
  auto inspection = inspect(path, catalogue);
  if (!inspection) return forward(inspection);
  const InspectedPart* denoiser = denoiser_of(*inspection);
  if (denoiser == nullptr)
    return fail(ErrorCode::invalid_argument, path +
                                                 ": no denoiser is there, so there is no request to run; "
                                                 "diffjoule inspect shows what is");
  auto slug = entry_for(*denoiser, catalogue);
  if (!slug) return forward(slug, path);
  auto pipeline = catalogue.load(*slug);
  if (!pipeline) return forward(pipeline);
  pipeline->assumed.push_back("the pipeline around " + path + " runs as that of " + *slug);
  if (!denoiser->parameters_agree)
    pipeline->assumed.push_back("the configuration of " + path + " is derived from shapes and its parameters differ");
  for (const InspectedPart& part : inspection->parts) {
    const std::string component = &part == denoiser ? pipeline->denoiser : part.component;
    if (models::architecture_of(part.class_name))
      pipeline->components[component] = {part.class_name, part.configuration};
  }
  pipeline->slug = path;
  return pipeline;
}

Result<models::Pipeline> find_pipeline(const std::string& name, const models::Catalogue& catalogue) {
  return is_path(name) ? pipeline_at(name, catalogue) : catalogue.find(name);
}

}  // namespace diffjoule::checkpoint
