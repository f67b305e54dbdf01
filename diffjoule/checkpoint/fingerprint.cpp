// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/checkpoint/fingerprint.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string_view>
#include <unordered_map>

#include "diffjoule/checkpoint/families.h"

namespace diffjoule::checkpoint {
namespace {

struct Place {
  std::string_view prefix, role;
};
// Where single-file checkpoints keep their networks. Names that begin with none of them are a network on their own.
constexpr std::array<Place, 14> places{{{"model.diffusion_model.", "denoiser"},
                                        {"model.model.", "denoiser"},
                                        {"diffusion_model.", "denoiser"},
                                        {"net.", "denoiser"},
                                        {"first_stage_model.", "vae"},
                                        {"vae.", "vae"},
                                        {"cond_stage_model.transformer.", "text_encoder"},
                                        {"cond_stage_model.model.", "text_encoder"},
                                        {"conditioner.embedders.0.transformer.", "text_encoder"},
                                        {"conditioner.embedders.1.model.", "text_encoder_2"},
                                        {"text_encoders.clip_l.transformer.", "text_encoder"},
                                        {"text_encoders.clip_g.transformer.", "text_encoder_2"},
                                        {"text_encoders.t5xxl.transformer.", "text_encoder_3"},
                                        {"model_ema.", "average"}}};

using Index = std::unordered_map<std::string_view, const StoredTensor*>;

std::string_view role_of(const std::string& class_name) {
  if (class_name.starts_with("Autoencoder")) return "vae";
  if (class_name.starts_with("T5") || class_name.starts_with("CLIP")) return "text_encoder";
  return "denoiser";
}

std::int64_t blocks(const std::vector<StoredTensor>& tensors, std::string_view list) {
  std::set<std::string_view> numbers;
  for (const StoredTensor& t : tensors) {
    std::string_view rest = t.name;
    if (!rest.starts_with(list)) continue;
    rest.remove_prefix(list.size());
    numbers.insert(rest.substr(0, rest.find('.')));
  }
  return static_cast<std::int64_t>(numbers.size());
}

void read_fact(const Fact& fact, std::size_t naming, const std::vector<StoredTensor>& tensors, const Index& index,
               io::Document& configuration) {
  const std::string_view name = fact.name[naming];
  const std::string key(fact.key);
  if (fact.kind == Fact::Kind::count) {
    configuration.set(key, blocks(tensors, name));
    return;
  }
  const auto found = index.find(name);
  if (fact.kind == Fact::Kind::present) {
    configuration.set(key, found != index.end());
    return;
  }
  if (found == index.end() || fact.axis >= static_cast<int>(found->second->shape.size())) return;
  configuration.set(key, found->second->shape[static_cast<std::size_t>(fact.axis)] / fact.divisor);
}

std::optional<Fingerprint> recognise(const std::vector<StoredTensor>& tensors) {
  Index index;
  for (const StoredTensor& t : tensors) index.emplace(t.name, &t);
  for (const Family& family : families()) {
    for (const std::size_t naming : {std::size_t{0}, std::size_t{1}}) {
      const auto& keys = family.keys[naming];
      const bool all =
          std::all_of(keys.begin(), keys.end(), [&index](std::string_view key) { return index.contains(key); });
      if (keys.empty() || !all) continue;
      Fingerprint found{std::string(family.class_name), naming == 0 ? Naming::diffusers : Naming::original, "",
                        io::Document::Object{}};
      for (const Fact& fact : family.facts) read_fact(fact, naming, tensors, index, found.configuration);
      return found;
    }
  }
  return std::nullopt;
}

std::string known_families() {
  std::string text;
  for (const Family& family : families()) text += (text.empty() ? "" : ", ") + std::string(family.class_name);
  return text;
}

}  // namespace

bool is_side_tensor(const std::string& name) {
  constexpr std::array<std::string_view, 9> endings{".scale_weight",  ".scale_input",      ".weight_scale",
                                                    ".input_scale",   ".absmax",           ".quant_map",
                                                    ".nested_absmax", ".nested_quant_map", ".num_batches_tracked"};
  return name == "scaled_fp8" || name.starts_with("model_ema.") || name.find(".quant_state") != std::string::npos ||
         std::any_of(endings.begin(), endings.end(), [&name](std::string_view e) { return name.ends_with(e); });
}

Result<std::vector<Part>> parts_of(const Header& header) {
  std::vector<Part> parts;
  const auto part_at = [&parts](std::string_view prefix, std::string_view role) -> Part& {
    for (Part& p : parts) {
      if (p.fingerprint.prefix == prefix) return p;
    }
    parts.push_back({std::string(role), {}, {}, 0, 0});
    parts.back().fingerprint.prefix = std::string(prefix);
    return parts.back();
  };
  for (const StoredTensor& tensor : header.tensors) {
    if (is_side_tensor(tensor.name)) continue;
    const auto* place = std::find_if(places.begin(), places.end(),
                                     [&tensor](const Place& p) { return tensor.name.starts_with(p.prefix); });
    const bool placed = place != places.end();
    Part& part = part_at(placed ? place->prefix : "", placed ? place->role : "");
    part.tensors.push_back(tensor);
    part.tensors.back().name.erase(0, part.fingerprint.prefix.size());
    part.parameters += tensor.elements;
    part.bytes += tensor.bytes;
  }
  std::erase_if(parts, [](Part& part) {
    auto found = recognise(part.tensors);
    if (!found) return true;
    found->prefix = part.fingerprint.prefix;
    part.fingerprint = std::move(*found);
    if (part.role.empty()) part.role = role_of(part.fingerprint.class_name);
    return false;
  });
  if (parts.empty()) {
    std::string first;
    for (std::size_t i = 0; i < header.tensors.size() && i < 3; ++i) first += " \"" + header.tensors[i].name + "\"";
    return fail(ErrorCode::not_found, "no known network among " + std::to_string(header.tensors.size()) +
                                          " tensors, which begin with" + (first.empty() ? " nothing" : first) +
                                          "; known are " + known_families());
  }
  std::stable_sort(parts.begin(), parts.end(),
                   [](const Part& a, const Part& b) { return (a.role == "denoiser") > (b.role == "denoiser"); });
  return parts;
}

}  // namespace diffjoule::checkpoint
