// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

// A folder with programs made of a few lines of shell, for what starts programs.
namespace diffjoule::sweep {

inline std::string empty_folder() {
  std::string folder = testing::TempDir() + "launched_XXXXXX";
  return mkdtemp(folder.data()) == nullptr ? std::string() : folder;
}

inline std::string text_of(const std::string& path) {
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

inline void write_program(const std::string& path, const std::string& lines) {
  std::ofstream(path) << "#!/bin/sh\n" << lines;
  std::filesystem::permissions(path, std::filesystem::perms::owner_all);
}

// A `diffjoule` whose sweep notes its arguments and CUDA_VISIBLE_DEVICES in its store and then does `then`, and whose
// merge writes the names of what it was given and their contents into the first.
inline std::string stand_in(const std::string& folder, const std::string& then = "") {
  std::string program = folder + "/stand in";
  write_program(program,
                "verb=$1; shift\n"
                "if [ $verb = merge ]; then into=$1; shift; cat \"$@\" >\"$into\"; exit; fi\n"
                "given=$*\n"
                "while [ \"$1\" != --store ]; do shift; done\n"
                "echo \"gpu=$CUDA_VISIBLE_DEVICES $given\" >>\"$2\"\n" +
                    then + "\n");
  return program;
}

}  // namespace diffjoule::sweep
