// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdio>
#include <string>
#include <vector>

#include "cli/run.h"

// One run of the program inside the test, with what it printed.
namespace diffjoule::cli {

struct Captured {
  int code;
  std::string out, err;
};

inline std::string text_of(std::FILE* file) {
  std::string text;
  std::rewind(file);
  for (int c = std::fgetc(file); c != EOF; c = std::fgetc(file)) text += static_cast<char>(c);
  std::fclose(file);
  return text;
}

inline Captured captured(const std::vector<std::string>& arguments, bool utf8 = true) {
  const Surroundings surroundings{utf8, std::tmpfile(), std::tmpfile()};
  const int code = run(arguments, surroundings);
  return {code, text_of(surroundings.out), text_of(surroundings.err)};
}

// "diffjoule count sd15" as arguments.
inline std::vector<std::string> words_of(const std::string& line) {
  std::vector<std::string> words;
  std::string word;
  for (const char c : line + " ") {
    if (c != ' ') {
      word += c;
    } else if (!word.empty()) {
      words.push_back(word);
      word.clear();
    }
  }
  return words;
}

}  // namespace diffjoule::cli
