// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sweep/slurm.h"

#include <filesystem>

#include "diffjoule/io/file.h"
#include "diffjoule/os/program_output.h"
#include "diffjoule/sweep/quoting.h"

namespace diffjoule::sweep {
namespace {

// Runs the share; see slurm.h. The id of one task is ARRAY_TASK: the bare id of the last one is that of the whole
// array.
constexpr const char* task_body = R"sh(
asked='' limit='' sweep=''
end_sweep() { [ -z "$sweep" ] || kill -TERM "$sweep" 2>/dev/null; }
trap 'asked=yes; end_sweep' TERM INT HUP
trap 'limit=yes; end_sweep' USR1

echo "$(date '+%F %T') share $share on $(hostname), start $((${SLURM_RESTART_COUNT:-0} + 1))"
"${command[@]}" &
sweep=$!
[ -z "$asked$limit" ] || end_sweep
wait "$sweep"
while kill -0 "$sweep" 2>/dev/null; do wait "$sweep"; done
wait "$sweep"
code=$?
echo "$(date '+%F %T') share $share ended with code $code"

again=$limit
[ "$code" -le 128 ] || [ -n "$asked" ] || again=yes
if [ -n "$again" ] && [ "${SLURM_RESTART_COUNT:-0}" -lt 20 ]; then
  scontrol requeue "${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID" && sleep 60
fi
exit "$code"
)sh";

// Slurm replaces %a and the like in names of files.
std::string without_patterns(const std::string& path) {
  std::string text;
  for (const char c : path) text += c == '%' ? std::string("%%") : std::string(1, c);
  return text;
}

std::string directive(const std::string& name, const std::string& value) {
  return "#SBATCH --" + name + "=" + sbatch_word(value) + "\n";
}

std::string optional_directive(const std::string& name, const std::string& value) {
  return value.empty() ? "" : directive(name, value);
}

// Backslashes, too: in names of files Slurm gives them a meaning of its own.
Status check_lines(const Launch& launch, const SlurmOptions& options) {
  std::vector<std::string> lines{options.job_name, options.folder,  options.partition, options.time,
                                 options.gres,     options.account, launch.store};
  lines.insert(lines.end(), options.more.begin(), options.more.end());
  for (const std::string& line : lines) {
    if (line.find_first_of("\n\r") != std::string::npos)
      return fail(ErrorCode::invalid_argument, "for Slurm \"" + line + "\" must be one line: take out the line feed");
  }
  for (const std::string& path : {options.folder, launch.store}) {
    if (path.find('\\') != std::string::npos)
      return fail(ErrorCode::invalid_argument,
                  "\"" + path + "\" has a backslash, which Slurm does not take as part of a name: use another folder");
  }
  if (launch.tasks < 1 || options.at_once.value_or(1) < 1)
    return fail(ErrorCode::invalid_argument, "a job array has at least one task, and one at once");
  return {};
}

// What both jobs have.
std::string shared_directives(const SlurmOptions& options) {
  std::string text = "#SBATCH --requeue\n#SBATCH --open-mode=append\n" + directive("chdir", options.folder) +
                     optional_directive("partition", options.partition) + optional_directive("time", options.time) +
                     optional_directive("account", options.account);
  for (const std::string& line : options.more) text += "#SBATCH " + line + "\n";
  return text;
}

std::string jobs_file(const Launch& launch) { return beside(launch, ".jobs"); }

// The jobs of an earlier submission must have ended, as far as Slurm still knows them.
Status check_earlier_jobs(const Launch& launch) {
  auto ids = io::read_file(jobs_file(launch));
  if (!ids) return {};
  while (!ids->empty() && ids->back() == '\n') ids->pop_back();
  const auto waiting = os::program_output({"sh", "-c", "squeue -h -o %A -j \"$1\" 2>/dev/null || true", "sh", *ids});
  if (!waiting || waiting->empty()) return {};
  return fail(ErrorCode::unavailable, "jobs " + *ids + " of this sweep have not ended (squeue -j " + *ids +
                                          " shows them): wait, or end them with scancel " + *ids);
}

Result<std::string> sbatch(const std::vector<std::string>& options, const std::string& script) {
  std::vector<std::string> words{"sbatch", "--parsable"};
  words.insert(words.end(), options.begin(), options.end());
  words.push_back(script);
  auto said = os::program_output(words);
  if (!said && said.error().code() == ErrorCode::not_found)
    return fail(ErrorCode::not_found, "sbatch is not here, Slurm's program that takes jobs; " + script +
                                          " is written: submit it where Slurm is");
  if (!said) return forward(said, "submitting " + script + " (it stays there)");
  const std::string id = said->substr(0, said->find_first_of(";\n"));  // "ID" or "ID;CLUSTER"
  if (id.empty() || id.find_first_not_of("0123456789") != std::string::npos)
    return fail(ErrorCode::invalid_data,
                "submitting " + script + ": sbatch said \"" + *said + "\", a job's number is meant");
  return id;
}

}  // namespace

Result<std::string> array_script(const Launch& launch, const SlurmOptions& options) {
  if (auto checked = check_lines(launch, options); !checked) return forward(checked);
  const std::string tasks = std::to_string(launch.tasks);
  const std::string part = launch.tasks > 1 ? " --part \"$share/" + tasks + "\"" : "";
  const std::string at_once = options.at_once ? "%" + std::to_string(*options.at_once) : "";
  const std::string log = without_patterns(task_prefix(launch)) + "%a" + without_patterns(task_suffix(launch, ".log"));
  std::vector<std::string> words{launch.program, "sweep"};
  words.insert(words.end(), launch.words.begin(), launch.words.end());
  return "#!/bin/bash\n" + directive("job-name", options.job_name) + "#SBATCH --array=1-" + tasks + at_once + "\n" +
         directive("output", log) + "#SBATCH --signal=B:USR1@60\n" + optional_directive("gres", options.gres) +
         shared_directives(options) +
         "# Written by \"diffjoule sweep --launcher slurm\": a task runs one share of the sweep into a store of its "
         "own;\n"
         "# started again, it runs only what that store lacks.\n"
         "set -u\n"
         "share=$SLURM_ARRAY_TASK_ID\n"
         "store=" +
         shell_word(task_prefix(launch)) + "$share" + shell_word(task_suffix(launch, ".sqlite")) + "\ncommand=(" +
         shell_line(words) + part + " --store \"$store\")\n" + task_body;
}

Result<std::string> merge_script(const Launch& launch, const SlurmOptions& options) {
  if (auto checked = check_lines(launch, options); !checked) return forward(checked);
  return "#!/bin/bash\n" + directive("job-name", options.job_name + "-merge") +
         directive("output", without_patterns(beside(launch, ".merge.log"))) + shared_directives(options) +
         "# Written by \"diffjoule sweep --launcher slurm\": joins what the tasks have stored. May be run again at any "
         "time.\n"
         "set -u\n"
         "stores=()\n"
         "for share in $(seq 1 " +
         std::to_string(launch.tasks) + "); do\n  store=" + shell_word(task_prefix(launch)) + "$share" +
         shell_word(task_suffix(launch, ".sqlite")) +
         "\n"
         "  if [ -f \"$store\" ]; then stores+=(\"$store\"); else echo \"share $share has left no store\"; fi\n"
         "done\n"
         "[ ${#stores[@]} -gt 0 ] || exit 1\n"
         "exec " +
         shell_line({launch.program, "merge", launch.store}) + " \"${stores[@]}\"\n";
}

Result<SlurmScripts> write_scripts(const Launch& launch, const SlurmOptions& options) {
  auto array = array_script(launch, options), merge = merge_script(launch, options);
  if (!array) return forward(array);
  if (!merge) return forward(merge);
  SlurmScripts scripts{beside(launch, ".array.sh"), beside(launch, ".merge.sh")};
  for (const auto& [path, text] : {std::pair(scripts.array, *array), std::pair(scripts.merge, *merge)}) {
    if (auto written = io::write_file(path, text); !written) return forward(written, "writing a script for Slurm");
  }
  return scripts;
}

Result<SlurmJobs> submit(const Launch& launch, const SlurmScripts& scripts) {
  if (auto checked = check_earlier_jobs(launch); !checked) return forward(checked);
  auto array = sbatch({}, scripts.array);
  if (!array) return forward(array);
  const std::string submitted = "job array " + *array + " is submitted";
  if (auto kept = io::write_file(jobs_file(launch), *array + "\n"); !kept) return forward(kept, submitted);
  auto merge = sbatch({"--dependency=afterany:" + *array}, scripts.merge);
  if (!merge) return forward(merge, submitted + ", the merge is not");
  if (auto kept = io::write_file(jobs_file(launch), *array + "," + *merge + "\n"); !kept)
    return forward(kept, submitted + " and " + *merge + ", the merge");
  return SlurmJobs{*array, *merge};
}

}  // namespace diffjoule::sweep
