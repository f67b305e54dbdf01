// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/checkpoint/inspection.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "diffjoule/io/file.h"
#include "diffjoule/io/json.h"
#include "tests/checkpoint/made_files.h"

namespace diffjoule::checkpoint {
namespace {

namespace fs = std::filesystem;

const models::Catalogue catalogue{io::DataFiles()};
const std::string data = std::string(DIFFJOULE_SOURCE_DIR) + "/data";

// A safetensors file of a published header; as long as its weights would be, without them.
std::string made_file(const std::string& slug, const std::string& component, const std::string& name) {
  const io::Document header =
      io::parse_json(io::read_file(data + "/reference/" + slug + "/" + component + ".header.json").value()).value();
  const MadeFile made = safetensors_of(*header.find("tensors"));
  const std::string path = testing::TempDir() + "/" + name;
  std::ofstream(path, std::ios::binary) << made.head;
  fs::resize_file(path, made.file_bytes);
  return path;
}

TEST(Inspection, AWeightsFileFindsItsCatalogueEntryAndWhatIsMissing) {
  const std::string path = made_file("flux1-schnell", "transformer", "schnell.safetensors");
  const auto found = inspect(path, catalogue);
  ASSERT_TRUE(found) << found.error().message();
  ASSERT_EQ(found->parts.size(), 1U);
  EXPECT_EQ(found->parts[0].class_name, "FluxTransformer2DModel");
  EXPECT_EQ(found->parts[0].catalogue_entries, std::vector<std::string>{"flux1-schnell"});
  EXPECT_EQ(found->parts[0].parameters, 11891178560U);
  EXPECT_EQ(found->completed_by, std::vector<std::string>{"flux1-schnell"});
  EXPECT_FALSE(found->missing.empty());
  const auto pipeline = find_pipeline(path, catalogue);
  ASSERT_TRUE(pipeline) << pipeline.error().message();
  EXPECT_EQ(pipeline->slug, path);
  EXPECT_EQ(pipeline->defaults.steps, 4);
  fs::remove(path);
}

TEST(Inspection, ADiffusersFolderIsAPipeline) {
  const auto found = inspect(data + "/models/sdxl-base", catalogue);
  ASSERT_TRUE(found) << found.error().message();
  EXPECT_EQ(found->kind, "diffusers folder");
  EXPECT_TRUE(found->missing.empty());
  const auto pipeline = find_pipeline(data + "/models/sdxl-base", catalogue);
  ASSERT_TRUE(pipeline) << pipeline.error().message();
  EXPECT_EQ(pipeline->denoiser, "unet");
}

TEST(Inspection, OneConfigIsEnough) {
  const auto found = inspect(data + "/models/sana-1.6b/transformer/config.json", catalogue);
  ASSERT_TRUE(found) << found.error().message();
  EXPECT_EQ(found->parts[0].class_name, "SanaTransformer2DModel");
  EXPECT_EQ(found->parts[0].catalogue_entries, std::vector<std::string>{"sana-1.6b"});
}

TEST(Inspection, NamesThatAreNoPathsAreTheCatalogues) {
  EXPECT_FALSE(is_path("flux1-dev"));
  EXPECT_FALSE(is_path("black-forest-labs/FLUX.1-dev"));
  EXPECT_TRUE(is_path("x.safetensors"));
  EXPECT_FALSE(inspect("/nothing/here.safetensors", catalogue).has_value());
}

}  // namespace
}  // namespace diffjoule::checkpoint
