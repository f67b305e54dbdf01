// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sweep/launcher.h"

#include <filesystem>

#include "diffjoule/io/file.h"

namespace diffjoule::sweep {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view store_extension = ".sqlite";

// "3" of "flux.task-1-of-3.sqlite", empty where it is no such name.
std::string tasks_in(const std::string& name, const std::string& begin) {
  constexpr std::string_view digits = "0123456789", middle = "-of-";
  if (!name.starts_with(begin) || !name.ends_with(store_extension)) return {};
  const std::string numbers = name.substr(begin.size(), name.size() - begin.size() - store_extension.size());
  const std::size_t at = numbers.find(middle);
  if (at == 0 || at == std::string::npos || numbers.find_first_not_of(digits) != at) return {};
  const std::string tasks = numbers.substr(at + middle.size());
  return tasks.find_first_not_of(digits) == std::string::npos ? tasks : std::string();
}

}  // namespace

std::string beside(const Launch& launch, std::string_view suffix) {
  const fs::path store(launch.store);
  return (store.parent_path() / store.stem()).string() + std::string(suffix);
}

std::string task_prefix(const Launch& launch) { return beside(launch, ".task-"); }

std::string task_suffix(const Launch& launch, std::string_view extension) {
  return "-of-" + std::to_string(launch.tasks) + std::string(extension);
}

std::string task_store(const Launch& launch, int task) {
  return task_prefix(launch) + std::to_string(task) + task_suffix(launch, store_extension);
}

std::string task_log(const Launch& launch, int task) {
  return task_prefix(launch) + std::to_string(task) + task_suffix(launch, ".log");
}

std::vector<std::string> share_command(const Launch& launch, int task) {
  std::vector<std::string> words{launch.program, "sweep"};
  words.insert(words.end(), launch.words.begin(), launch.words.end());
  if (launch.tasks > 1)
    words.insert(words.end(), {"--part", std::to_string(task) + "/" + std::to_string(launch.tasks)});
  words.insert(words.end(), {"--store", task_store(launch, task)});
  return words;
}

std::vector<std::string> merge_command(const Launch& launch) {
  std::vector<std::string> words{launch.program, "merge", launch.store};
  const std::size_t before = words.size();
  for (int task = 1; task <= launch.tasks; ++task) {
    if (fs::exists(task_store(launch, task))) words.push_back(task_store(launch, task));
  }
  return words.size() > before ? words : std::vector<std::string>();
}

Status check_same_division(const Launch& launch) {
  const std::string begin = fs::path(task_prefix(launch)).filename().string();
  const std::string ours = std::to_string(launch.tasks);
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(fs::path(launch.store).parent_path(), none)) {
    const std::string name = entry.path().filename().string();
    const std::string tasks = tasks_in(name, begin);
    if (tasks.empty() || tasks == ours) continue;
    return fail(ErrorCode::invalid_argument, "this sweep was begun in " + tasks + " shares (" + name +
                                                 " is there), now " + ours + " are asked for: continue with " + tasks +
                                                 " tasks, or give another --store");
  }
  return {};
}

Result<std::string> freeze_plan(const Launch& launch, const std::string& name, const std::string& text) {
  const std::string path = beside(launch, ".plan" + fs::path(name).extension().string());
  if (fs::exists(path)) {
    auto earlier = io::read_file(path);
    if (!earlier) return forward(earlier, "comparing the plan with the one of an earlier launch");
    if (*earlier != text)
      return fail(ErrorCode::invalid_argument, path + " holds the plan of an earlier launch, another than " + name +
                                                   ": give another --store, or remove it");
    return path;
  }
  if (auto written = io::write_file(path, text); !written) return forward(written, "keeping the plan for the tasks");
  return path;
}

}  // namespace diffjoule::sweep
