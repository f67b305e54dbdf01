// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "diffjoule/sensors/sensor.h"

// What drivers look at once, when they look for devices: folders and small files of /sys and /proc. Paths begin below
// the root of the surroundings: "sys/class/powercap".
namespace diffjoule::sensors {

class KernelTree {
 public:
  explicit KernelTree(std::string root) : root_(std::move(root)) {}

  [[nodiscard]] const std::string& root() const { return root_; }
  // As the system calls take it.
  [[nodiscard]] std::string at(std::string_view path) const;

  // Names in a folder that begin with prefix; card10 comes after card9. Empty where there is no such folder.
  [[nodiscard]] std::vector<std::string> entries(std::string_view folder, std::string_view prefix = "") const;
  [[nodiscard]] bool has(std::string_view path) const;
  [[nodiscard]] std::optional<std::string> text(std::string_view path) const;
  [[nodiscard]] std::optional<std::int64_t> whole(std::string_view path) const;
  // The last name of what a symbolic link stands for: "amdgpu" of ".../device/driver".
  [[nodiscard]] std::optional<std::string> link_end(std::string_view path) const;

  // Every path that fits: each part of the pattern may hold one "*".
  [[nodiscard]] std::vector<std::string> matches(std::string_view pattern) const;

 private:
  std::string root_;
};

}  // namespace diffjoule::sensors
