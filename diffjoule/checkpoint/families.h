// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace diffjoule::checkpoint {

// What one tensor, or the number of blocks, says about a configuration. Names come in pairs: diffusers', the
// original's.
struct Fact {
  enum class Kind {
    count,    // how many blocks the list of this name has
    extent,   // of this tensor along `axis`, over `divisor`
    present,  // whether this tensor is there
  } kind;
  std::string_view key;  // of the class's configuration
  std::string_view name[2];
  int axis;
  std::int64_t divisor;
};

// A network is of the first family all of whose keys are there.
struct Family {
  std::string_view class_name;
  std::vector<std::string_view> keys[2];
  std::vector<Fact> facts;
};

[[nodiscard]] const std::vector<Family>& families();

}  // namespace diffjoule::checkpoint
