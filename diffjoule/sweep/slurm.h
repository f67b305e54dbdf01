// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "diffjoule/error/result.h"
#include "diffjoule/sweep/launcher.h"

// A sweep as a job array of Slurm (sbatch(1), "--array"), and a job after it that merges the stores.
//
// A task that Slurm requeues goes on with its store. 60 s before its time limit it ends its sweep in order and requeues
// itself; so it does after a death that nobody asked for (killed for want of memory), up to 20 restarts in all.
namespace diffjoule::sweep {

struct SlurmOptions {
  std::string job_name = "diffjoule-sweep";
  std::string folder;                  // where the tasks are started: an absolute path
  std::optional<int> at_once = {};     // so many tasks at most; absent: as Slurm has room
  std::string partition = {};          // these: empty says nothing to Slurm
  std::string time = {};               // limit of one task, "02:00:00"
  std::string gres = {};               // of one task: "gpu:1"
  std::string account = {};            //
  std::vector<std::string> more = {};  // options of sbatch as they stand: "--mem=64G"
};

// Scripts for sbatch. A line feed in what must stand in one line is an error that quotes it.
[[nodiscard]] Result<std::string> array_script(const Launch& launch, const SlurmOptions& options);
[[nodiscard]] Result<std::string> merge_script(const Launch& launch, const SlurmOptions& options);

struct SlurmScripts {
  std::string array, merge;  // paths
};
// Beside the store: ".array.sh", ".merge.sh".
[[nodiscard]] Result<SlurmScripts> write_scripts(const Launch& launch, const SlurmOptions& options);

struct SlurmJobs {
  std::string array, merge;  // ids
};
// Hands both to sbatch, the merge as dependent on the end of all tasks. An error where a job of an earlier submission
// has not ended: two tasks must not share a store. Errors leave the scripts where they are and say so.
[[nodiscard]] Result<SlurmJobs> submit(const Launch& launch, const SlurmScripts& scripts);

}  // namespace diffjoule::sweep
