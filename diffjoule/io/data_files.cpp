// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/io/data_files.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>

#include "diffjoule/io/embedded.h"
#include "diffjoule/io/file.h"

namespace diffjoule::io {
namespace {

namespace fs = std::filesystem;

const EmbeddedFile* embedded(std::string_view path) {
  const auto& files = embedded_files();
  const auto place = std::lower_bound(files.begin(), files.end(), path,
                                      [](const EmbeddedFile& f, std::string_view p) { return f.path < p; });
  return place != files.end() && place->path == path ? &*place : nullptr;
}

}  // namespace

Result<DataFiles> DataFiles::with_overlay(const std::string& folder) {
  std::error_code error;
  if (!fs::is_directory(folder, error))
    return fail(ErrorCode::not_found, "data folder \"" + folder + "\": there is no such folder");
  DataFiles files;
  files.folder_ = folder;
  return files;
}

Result<std::string> DataFiles::read(const std::string& path) const {
  std::error_code error;
  if (!folder_.empty() && fs::is_regular_file(folder_ + "/" + path, error)) return read_file(folder_ + "/" + path);
  if (const EmbeddedFile* file = embedded(path)) return std::string(file->bytes);
  return fail(ErrorCode::not_found, "the catalogue has no file \"" + path + "\"");
}

bool DataFiles::contains(const std::string& path) const {
  std::error_code error;
  return embedded(path) != nullptr || (!folder_.empty() && fs::is_regular_file(folder_ + "/" + path, error));
}

std::vector<std::string> DataFiles::list(std::string_view prefix, std::string_view suffix) const {
  const auto wanted = [&](std::string_view path) { return path.starts_with(prefix) && path.ends_with(suffix); };
  std::set<std::string> paths;
  for (const EmbeddedFile& file : embedded_files()) {
    if (wanted(file.path)) paths.insert(std::string(file.path));
  }
  if (!folder_.empty()) {
    std::error_code error;
    for (fs::recursive_directory_iterator it(folder_, error), end; !error && it != end; it.increment(error)) {
      const std::string path = fs::path(*it).lexically_relative(folder_).generic_string();
      if (it->is_regular_file(error) && wanted(path)) paths.insert(path);
    }
  }
  return {paths.begin(), paths.end()};
}

}  // namespace diffjoule::io
