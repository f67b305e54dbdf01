// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sweep/plan_files.h"

#include "diffjoule/error/suggest.h"
#include "diffjoule/io/file.h"
#include "diffjoule/io/json.h"
#include "diffjoule/io/toml.h"

namespace diffjoule::sweep {
namespace {

constexpr std::string_view folder = "plans/", ending = ".toml", json = ".json";

Result<Plan> plan_in(const Result<std::string>& text, bool is_json) {
  if (!text) return tl::unexpected<Error>(text.error());
  return (is_json ? io::parse_json(*text) : io::parse_toml(*text)).and_then(plan_from);
}

}  // namespace

std::vector<std::string> ready_plans(const io::DataFiles& files) {
  std::vector<std::string> names;
  for (const std::string& path : files.list(folder, ending))
    names.push_back(path.substr(folder.size(), path.size() - folder.size() - ending.size()));
  return names;
}

Result<Plan> plan_at(const io::DataFiles& files, const std::string& text) {
  const bool is_path = text.find('/') != std::string::npos || text.ends_with(ending) || text.ends_with(json);
  const std::string inside = std::string(folder) + text + std::string(ending);
  if (!is_path && !files.contains(inside))
    return fail(ErrorCode::not_found, unknown_name("plan", text, ready_plans(files), "diffjoule list plans"));
  auto plan = plan_in(is_path ? io::read_file(text) : files.read(inside), text.ends_with(json));
  if (!plan) return forward(plan, "plan " + text);
  return plan;
}

}  // namespace diffjoule::sweep
