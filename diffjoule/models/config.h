// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "diffjoule/error/result.h"
#include "diffjoule/io/document.h"

// Reads a published config by its own keys, with the published class's defaults. The first mistake (wrong kind, out of
// range) is kept and named with its key; read everything, then ask problem(). Keys that nobody asks for are ignored.
namespace diffjoule::models {

class Config {
 public:
  // No width, count or size of a network is near this; larger ones are refused so that products stay exact.
  static constexpr std::int64_t largest = 1 << 24;

  // `document` outlives this.
  explicit Config(const io::Document& document) : document_(document) {}

  // A whole number in [least, largest].
  [[nodiscard]] std::int64_t integer(std::string_view key, std::int64_t otherwise, std::int64_t least = 1);
  [[nodiscard]] double number(std::string_view key, double otherwise);
  [[nodiscard]] bool flag(std::string_view key, bool otherwise);
  [[nodiscard]] std::string text(std::string_view key, std::string_view otherwise);
  // A list of whole numbers; a single one stands for `repeat` copies of it where repeat > 0.
  [[nodiscard]] std::vector<std::int64_t> integers(std::string_view key, std::vector<std::int64_t> otherwise,
                                                   std::size_t repeat = 0, std::int64_t least = 1);
  // A list of words (block types).
  [[nodiscard]] std::vector<std::string> texts(std::string_view key, std::vector<std::string> otherwise);
  // Absent or null.
  [[nodiscard]] bool is_null(std::string_view key) const;
  [[nodiscard]] const io::Document* find(std::string_view key) const { return document_.find(key); }

  // Keeps a mistake found by the caller, e.g. two keys that contradict each other.
  void refuse(std::string_view key, const std::string& found, const std::string& expected);
  // Keeps that the network is of a kind that is not counted yet: an error of code unavailable.
  void unsupported(std::string_view key, const std::string& found);
  [[nodiscard]] const std::optional<Error>& problem() const { return problem_; }

 private:
  const io::Document& document_;
  std::optional<Error> problem_;
};

}  // namespace diffjoule::models
