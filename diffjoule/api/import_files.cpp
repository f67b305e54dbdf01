// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/api/import_files.h"

#include <sys/stat.h>

#include <algorithm>

#include "diffjoule/io/file.h"

namespace diffjoule::api {
namespace {

struct Group {
  const store::Import* import;
  std::vector<store::Input> inputs;
};

}  // namespace

Result<std::vector<store::Input>> read_inputs(const std::vector<std::string>& paths) {
  std::vector<store::Input> inputs;
  for (const std::string& path : paths) {
    auto text = io::read_file(path);
    if (!text) return forward(text);
    store::Input input{path, std::move(*text), std::nullopt};
    struct stat info {};
    if (path != "-" && ::stat(path.c_str(), &info) == 0)
      input.modified =
          (static_cast<double>(info.st_mtim.tv_sec) + static_cast<double>(info.st_mtim.tv_nsec) * 1e-9) * second;
    inputs.push_back(std::move(input));
  }
  return inputs;
}

Result<ImportedAll> import_inputs(const std::vector<store::Input>& inputs, const std::optional<std::string>& format) {
  ImportedAll all;
  std::vector<Group> groups;
  for (const store::Input& input : inputs) {
    auto import = format ? store::import_named(*format) : store::import_for(input);
    if (!import && format) return forward(import);
    if (!import) {
      all.refused.push_back({input.name, import.error().message().substr(input.name.size() + 2)});
      continue;
    }
    const store::Import* chosen = *import;
    const auto same = std::find_if(groups.begin(), groups.end(),
                                   [chosen](const Group& g) { return g.import == chosen && chosen->together; });
    if (same != groups.end()) {
      same->inputs.push_back(input);
    } else {
      groups.push_back({chosen, {input}});
    }
  }
  for (const Group& group : groups) {
    ImportedFiles files{group.import->name, {}, {}};
    for (const store::Input& input : group.inputs) files.files.push_back(input.name);
    auto imported = group.import->read(group.inputs);
    if (!imported) {
      all.refused.push_back({files.files.front(), group.import->name + ": " + imported.error().message()});
      continue;
    }
    files.imported = std::move(*imported);
    all.groups.push_back(std::move(files));
  }
  return all;
}

}  // namespace diffjoule::api
