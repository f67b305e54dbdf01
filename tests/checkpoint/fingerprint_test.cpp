// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/checkpoint/fingerprint.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "diffjoule/checkpoint/families.h"
#include "diffjoule/checkpoint/safetensors.h"
#include "diffjoule/io/file.h"
#include "diffjoule/io/json.h"
#include "tests/checkpoint/made_files.h"

namespace diffjoule::checkpoint {
namespace {

namespace fs = std::filesystem;

io::Document golden(const fs::path& path) { return io::parse_json(io::read_file(path.string()).value()).value(); }

std::vector<fs::path> golden_headers() {
  std::vector<fs::path> found;
  for (const auto& entry : fs::recursive_directory_iterator(std::string(DIFFJOULE_SOURCE_DIR) + "/data/reference")) {
    if (entry.path().string().ends_with(".header.json")) found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

bool has_family(const std::string& class_name) {
  return std::any_of(families().begin(), families().end(), [&](const Family& f) { return f.class_name == class_name; });
}

// Families that share the keys of another, and are told apart by the number of parameters.
std::string stand_in(const std::string& class_name) {
  if (class_name == "AutoencoderKLQwenImage" || class_name == "AutoencoderKLWan") return "AutoencoderKLWan";
  return class_name;
}

TEST(Fingerprint, RecognisesEveryPublishedHeaderOfAKnownFamily) {
  int recognised = 0;
  for (const fs::path& path : golden_headers()) {
    const io::Document header = golden(path);
    const std::string class_name = stand_in(*header.find("class")->text());
    if (!has_family(class_name)) continue;
    const MadeFile made = safetensors_of(*header.find("tensors"));
    const auto parts = parts_of(parse_safetensors(made.head, made.file_bytes).value());
    ASSERT_TRUE(parts) << path << ": " << parts.error().message();
    EXPECT_EQ(parts->front().fingerprint.class_name, class_name) << path;
    EXPECT_EQ(parts->front().parameters, static_cast<std::uint64_t>(*header.find("state_dict_elements")->integer()));
    ++recognised;
  }
  EXPECT_GE(recognised, 60);
}

TEST(Fingerprint, TheShapesSayWhatTheConfigSays) {
  const fs::path data = fs::path(DIFFJOULE_SOURCE_DIR) / "data";
  for (const fs::path& path : golden_headers()) {
    const io::Document header = golden(path);
    if (!has_family(*header.find("class")->text())) continue;
    const MadeFile made = safetensors_of(*header.find("tensors"));
    const auto parts = parts_of(parse_safetensors(made.head, made.file_bytes).value());
    ASSERT_TRUE(parts);
    const io::Document config =
        golden(data / "models" / path.parent_path().filename() / *header.find("component")->text() / "config.json");
    for (const auto& [key, value] : *parts->front().fingerprint.configuration.object()) {
      const io::Document* published = config.find(key);
      if (published == nullptr || published->is_null()) continue;  // the class's default
      EXPECT_EQ(value, *published) << path << ": " << key;
    }
  }
}

TEST(Fingerprint, ThePrefixOfASingleFileIsTakenOff) {
  const io::Document header =
      golden(fs::path(DIFFJOULE_SOURCE_DIR) / "data/reference/flux1-schnell/transformer.header.json");
  const MadeFile made = safetensors_of(*header.find("tensors"), "model.diffusion_model.");
  const auto parts = parts_of(parse_safetensors(made.head, made.file_bytes).value());
  ASSERT_TRUE(parts) << parts.error().message();
  EXPECT_EQ(parts->front().fingerprint.class_name, "FluxTransformer2DModel");
  EXPECT_EQ(parts->front().fingerprint.prefix, "model.diffusion_model.");
}

TEST(Fingerprint, OriginalNamesAreKnownToo) {
  io::Document shapes;
  const auto add = [&shapes](const std::string& name, std::int64_t rows, std::int64_t columns) {
    shapes.set(name, io::Document().push(rows).push(columns));
  };
  for (int i = 0; i < 19; ++i) add("double_blocks." + std::to_string(i) + ".img_attn.norm.key_norm.scale", 128, 1);
  for (int i = 0; i < 38; ++i) add("single_blocks." + std::to_string(i) + ".linear1.weight", 4, 4);
  add("img_in.weight", 3072, 64);
  add("txt_in.weight", 3072, 4096);
  add("guidance_in.in_layer.weight", 3072, 256);
  const MadeFile made = safetensors_of(shapes);
  const auto parts = parts_of(parse_safetensors(made.head, made.file_bytes).value());
  ASSERT_TRUE(parts) << parts.error().message();
  const Fingerprint& found = parts->front().fingerprint;
  EXPECT_EQ(found.class_name, "FluxTransformer2DModel");
  EXPECT_EQ(found.naming, Naming::original);
  EXPECT_EQ(*found.configuration.find("num_layers")->integer(), 19);
  EXPECT_EQ(*found.configuration.find("num_single_layers")->integer(), 38);
  EXPECT_EQ(*found.configuration.find("num_attention_heads")->integer(), 24);
  EXPECT_TRUE(*found.configuration.find("guidance_embeds")->boolean());
}

TEST(Fingerprint, UnknownTensorsAreShownWithTheKnownFamilies) {
  const MadeFile made = safetensors_of(io::Document().set("quux.weight", io::Document().push(2)));
  const auto parts = parts_of(parse_safetensors(made.head, made.file_bytes).value());
  ASSERT_FALSE(parts);
  for (const char* part : {"quux.weight", "FluxTransformer2DModel"})
    EXPECT_NE(parts.error().message().find(part), std::string::npos);
}

TEST(Fingerprint, SideTensorsOfQuantisationDoNotCount) {
  EXPECT_TRUE(is_side_tensor("x.weight.absmax"));
  EXPECT_TRUE(is_side_tensor("x.scale_weight"));
  EXPECT_FALSE(is_side_tensor("x.weight"));
}

}  // namespace
}  // namespace diffjoule::checkpoint
