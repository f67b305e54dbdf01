// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "diffjoule/api/verb.h"

// A command line, understood.
namespace diffjoule::cli {

enum class Format { console, markdown, csv, json };

struct Options {
  // What is wanted instead of an answer.
  enum class Ask { answer, help, version, manual, completions } ask = Ask::answer;
  const api::Verb* verb = nullptr;  // none: the program itself
  io::Document request = io::Document::Object{};
  Format format = Format::console;
  std::optional<std::string> data;  // folder over the built-in catalogue
  std::string shell;                // of the completions
};

// `given`: the arguments without the program's name. Values are turned into what their fields say; whether they are
// acceptable is the verb's to say. An error offers the nearest verb or flag.
[[nodiscard]] Result<Options> read_options(const std::vector<std::string>& given);

}  // namespace diffjoule::cli
