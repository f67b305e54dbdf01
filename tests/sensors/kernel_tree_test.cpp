// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sensors/kernel_tree.h"

#include <gtest/gtest.h>

#include "tests/fakes/made_tree.h"

namespace diffjoule::sensors {
namespace {

using Names = std::vector<std::string>;

TEST(KernelTree, NumbersInNamesAreOrderedAsNumbers) {
  fakes::MadeTree made;
  for (const char* name : {"card10", "card9", "card1", "card1-HDMI", "renderD128", "card01"})
    made.folder(std::string("drm/") + name);
  EXPECT_EQ(KernelTree(made.root()).entries("drm", "card"),
            (Names{"card01", "card1", "card1-HDMI", "card9", "card10"}));
  EXPECT_TRUE(KernelTree(made.root()).entries("nothing").empty());
}

TEST(KernelTree, PatternsFindEveryPathThatFits) {
  fakes::MadeTree made;
  made.file("a/hwmon/hwmon3/power1_input", 1).file("a/hwmon/hwmon12/power1_input", 2).file("b/hwmon/hwmon1/other", 3);
  const KernelTree tree(made.root());
  EXPECT_EQ(tree.matches("*/hwmon/hwmon*/power1_input"),
            (Names{"a/hwmon/hwmon3/power1_input", "a/hwmon/hwmon12/power1_input"}));
  EXPECT_EQ(tree.matches("b/hwmon/hwmon1/other"), Names{"b/hwmon/hwmon1/other"});
  EXPECT_TRUE(tree.matches("*/nothing").empty());
  EXPECT_TRUE(tree.matches("").empty());
}

TEST(KernelTree, FilesAndLinksAreReadBelowItsRoot) {
  fakes::MadeTree made;
  made.file("name", "xe").file("value", -4).link("driver", "../../bus/pci/drivers/amdgpu");
  for (const std::string& root : {made.root(), made.root() + "/"}) {
    const KernelTree tree(root);
    EXPECT_EQ(tree.text("name"), "xe");
    EXPECT_EQ(tree.whole("value"), -4);
    EXPECT_EQ(tree.whole("name"), std::nullopt);
    EXPECT_EQ(tree.text("nothing"), std::nullopt);
    EXPECT_EQ(tree.link_end("driver"), "amdgpu");
    EXPECT_EQ(tree.link_end("name"), std::nullopt);
    EXPECT_TRUE(tree.has("name"));
    EXPECT_EQ(tree.at("name"), made.at("name"));
  }
  EXPECT_EQ(KernelTree("/").at("sys"), "/sys");
}

}  // namespace
}  // namespace diffjoule::sensors
