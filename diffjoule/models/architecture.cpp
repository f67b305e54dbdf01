// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/models/architecture.h"

#include <array>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "diffjoule/error/suggest.h"

namespace diffjoule::models {

Result<const Architecture*> architecture_of(const std::string& class_name) {
  static const std::unordered_map<std::string, const Architecture*> by_class = [] {
    std::unordered_map<std::string, const Architecture*> all;
    for (const Architecture& architecture : all_architectures()) {
      for (const std::string& name : architecture.class_names) all.emplace(name, &architecture);
    }
    return all;
  }();
  if (const auto found = by_class.find(class_name); found != by_class.end()) return found->second;
  std::vector<std::string> known;
  for (const Architecture& architecture : all_architectures())
    known.insert(known.end(), architecture.class_names.begin(), architecture.class_names.end());
  return fail(ErrorCode::not_found, unknown_name("component class", class_name, known, "diffjoule list architectures"));
}

Result<std::string> class_of(const io::Document& config) {
  if (const io::Document* name = config.find("_class_name"); name != nullptr && name->text() != nullptr)
    return *name->text();
  if (const io::Document* list = config.find("architectures");
      list != nullptr && list->array() != nullptr && !list->array()->empty()) {
    if (const std::string* name = list->array()->front().text()) return *name;
  }
  // Encoders cut from a larger checkpoint often keep the family alone.
  constexpr std::array<std::pair<std::string_view, const char*>, 5> families{{{"t5", "T5EncoderModel"},
                                                                              {"umt5", "UMT5EncoderModel"},
                                                                              {"mt5", "MT5EncoderModel"},
                                                                              {"clip_text_model", "CLIPTextModel"},
                                                                              {"bert", "BertModel"}}};
  if (const io::Document* type = config.find("model_type"); type != nullptr && type->text() != nullptr) {
    for (const auto& [family, class_name] : families) {
      if (family == *type->text()) return std::string(class_name);
    }
  }
  return fail(ErrorCode::invalid_data,
              "the config names no class: \"_class_name\", \"architectures\" and a known \"model_type\" are missing");
}

}  // namespace diffjoule::models
