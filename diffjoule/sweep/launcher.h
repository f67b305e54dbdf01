// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "diffjoule/error/result.h"

// A sweep divided among tasks: each is this program with one share of the plan and a store of its own, so that tasks
// never wait for each other and one that is started again runs only what its store lacks. In the end the stores are
// merged. All files lie beside the store that was asked for and begin with its name.
namespace diffjoule::sweep {

struct Launch {
  std::string program;             // the diffjoule that runs the shares: a path
  std::vector<std::string> words;  // of its verb sweep, all but the share and the store
  std::string store;               // where the shares come together: an absolute path
  int tasks = 1;                   // shares are counted from 1
};

// "/data/flux.sqlite" and ".plan.toml": "/data/flux.plan.toml".
[[nodiscard]] std::string beside(const Launch& launch, std::string_view suffix);

// The name of a task's file is task_prefix(), its number, task_suffix(): "/data/flux.task-2-of-4.sqlite".
[[nodiscard]] std::string task_prefix(const Launch& launch);
[[nodiscard]] std::string task_suffix(const Launch& launch, std::string_view extension);
[[nodiscard]] std::string task_store(const Launch& launch, int task);
[[nodiscard]] std::string task_log(const Launch& launch, int task);

// Where there is one task only, it is the whole.
[[nodiscard]] std::vector<std::string> share_command(const Launch& launch, int task);

// Of the tasks' stores that are there; empty: none is.
[[nodiscard]] std::vector<std::string> merge_command(const Launch& launch);

// An error where the sweep was begun with another number of tasks, whose stores lie there: its shares are other ones,
// and what they hold would be run again.
[[nodiscard]] Status check_same_division(const Launch& launch);

// Keeps the plan beside the store, where tasks that begin tomorrow find it as it is now, and gives the path. `name`:
// of the file it comes from, whose extension it keeps. An error where another plan lies there.
[[nodiscard]] Result<std::string> freeze_plan(const Launch& launch, const std::string& name, const std::string& text);

}  // namespace diffjoule::sweep
