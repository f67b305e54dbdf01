// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/api/launch_fields.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>

#include "diffjoule/api/meter_fields.h"
#include "diffjoule/io/json.h"
#include "diffjoule/os/own_program.h"
#include "diffjoule/sweep/local.h"
#include "diffjoule/sweep/slurm.h"

namespace diffjoule::api {
namespace {

using io::Document;
using Kind = Field::Kind;
namespace fs = std::filesystem;

constexpr const char* local = "local";
constexpr const char* slurm = "slurm";

// Of the launchers, what only Slurm has a use for.
constexpr std::array for_slurm{"at-once", "partition", "time", "gres", "account", "sbatch"};

Result<sweep::Launch> launch_of(const Request& request, const Context& context, const LaunchedPlan& plan) {
  if (request.text("part"))
    return fail(ErrorCode::invalid_argument,
                "--part is one task's share, --launcher makes the shares: give one of them");
  const auto store = request.text("store");
  if (!store)
    return fail(ErrorCode::invalid_argument, "--launcher: give --store FILE too; the tasks' files are laid beside it");
  auto program = os::own_program("diffjoule");
  if (!program) return forward(program, "--launcher");
  sweep::Launch launch{*program, {}, fs::absolute(*store).lexically_normal().string(), 1};
  std::error_code error;
  fs::create_directories(fs::path(launch.store).parent_path(), error);
  launch.words = words_of(request, plan.fields);
  if (const std::string& overlay = context.data.overlay(); !overlay.empty())
    launch.words.push_back("--data=" + fs::absolute(overlay).string());
  return launch;
}

// Keeps the plan; from then on tasks can be begun.
Status ready(sweep::Launch& launch, const LaunchedPlan& plan) {
  if (launch.tasks > 1 && !plan.is_divisible)
    return fail(ErrorCode::invalid_argument,
                "an adaptive design chooses each run by all those before and cannot be "
                "divided: give --tasks 1, or another --design");
  if (auto checked = sweep::check_same_division(launch); !checked) return forward(checked);
  auto path = sweep::freeze_plan(launch, plan.name + ".json", io::to_json(plan.plan) + "\n");
  if (!path) return forward(path);
  launch.words.insert(launch.words.begin(), "--plan=" + *path);
  return {};
}

Document answer_of(const Request& request, const sweep::Launch& launch) {
  Document answer;
  answer.set("launcher", *request.text("launcher")).set("tasks", std::int64_t{launch.tasks});
  return std::move(answer.set("store", launch.store));
}

Result<Answer> launch_on_slurm(const Request& request, sweep::Launch launch, const LaunchedPlan& plan, bool submits) {
  const auto tasks = request.integer("tasks");
  if (!tasks) return fail(ErrorCode::invalid_argument, "--launcher slurm: give --tasks N, the size of the job array");
  launch.tasks = static_cast<int>(*tasks);
  if (auto prepared = ready(launch, plan); !prepared) return forward(prepared);
  sweep::SlurmOptions options;
  options.job_name = plan.name;
  options.folder = fs::current_path().string();
  if (const auto most = request.integer("at-once")) options.at_once = static_cast<int>(*most);
  options.partition = request.text("partition").value_or("");
  options.time = request.text("time").value_or("");
  options.gres = request.text("gres").value_or("");
  options.account = request.text("account").value_or("");
  options.more = request.texts("sbatch");
  auto scripts = sweep::write_scripts(launch, options);
  if (!scripts) return forward(scripts);
  Answer answer{answer_of(request, launch), false, {}};
  answer.document.set("array_script", scripts->array).set("merge_script", scripts->merge);
  if (submits) {
    auto jobs = sweep::submit(launch, *scripts);
    if (!jobs) return forward(jobs);
    answer.document.set("array_job", jobs->array).set("merge_job", jobs->merge);
  }
  answer.document.set("logs", sweep::task_prefix(launch) + "*" + sweep::task_suffix(launch, ".log"));
  return answer;
}

Result<std::vector<std::string>> gpus_of(const Request& request, const Context& context) {
  os::SystemClock clock;
  auto found = sensors_of(request, context, clock);
  if (!found) return forward(found);
  std::vector<std::string> gpus;
  for (const auto& device : found->devices) {
    if (device->info().driver == "nvml" && !device->info().partition) gpus.push_back(device->info().id);
  }
  return gpus;
}

Result<Answer> launch_here(const Request& request, const Context& context, sweep::Launch launch,
                           const LaunchedPlan& plan, bool submits) {
  for (const char* name : for_slurm) {
    const Document* given = request.members().find(name);
    if (given != nullptr && !given->is_null())
      return fail(ErrorCode::invalid_argument, std::string("--") + name + " is for --launcher slurm");
  }
  if (!submits)
    return fail(ErrorCode::invalid_argument,
                "--launcher local has no dry run; without it --dry-run lists the "
                "configurations");
  auto signals = os::SignalWatch::begin();  // before any thread
  if (!signals) return forward(signals);
  auto gpus = gpus_of(request, context);
  if (!gpus) return forward(gpus);
  launch.tasks = static_cast<int>(request.integer("tasks").value_or(std::max<std::int64_t>(1, std::ssize(*gpus))));
  if (auto prepared = ready(launch, plan); !prepared) return forward(prepared);
  // Each task is given its own; with one GPU or none, what was asked for stands.
  if (gpus->size() > 1) {
    std::erase_if(launch.words, [](const std::string& word) { return word.starts_with("--devices="); });
  } else {
    gpus->clear();
  }
  auto run = sweep::run_local(launch, *gpus, **signals, [](const std::string& line) {
    static_cast<void>(std::fprintf(stderr, "diffjoule: %s\n", line.c_str()));
  });
  if (!run) return forward(run);
  Answer answer{answer_of(request, launch), false, {}};
  Document shares = Document::Array{};
  for (const sweep::LocalShare& share : run->shares) {
    shares.push(Document()
                    .set("share", std::int64_t{share.task})
                    .set("gpu", share.gpu.empty() ? Document() : Document(share.gpu))
                    .set("exit_code", std::int64_t{share.exit_code}));
    answer.partial = answer.partial || share.exit_code != 0;
  }
  answer.partial = answer.partial || !run->merged || std::ssize(run->shares) < launch.tasks;
  answer.document.set("shares", std::move(shares)).set("merged", run->merged);
  if (run->asked) answer.exit_code = 128 + *run->asked;
  if (answer.partial)
    answer.warnings.emplace_back(
        "not all shares are complete: the same command runs what they lack (--retry-failed: and what "
        "failed)");
  return answer;
}

std::string text_at(const Document& answer, const char* name) {
  const Document* value = answer.find(name);
  return value != nullptr && value->text() != nullptr ? *value->text() : std::string();
}

}  // namespace

std::vector<Field> launch_fields() {
  return {
      {.name = "launcher",
       .help = "hand the sweep to tasks with a share each: a job array of Slurm, or one for each GPU of this machine",
       .placeholder = "WHICH",
       .choices = {slurm, local}},
      {.name = "tasks",
       .kind = Kind::integer,
       .help = "shares; local: else the number of GPUs",
       .placeholder = "N",
       .least = 1,
       .most = 1000},
      {.name = "at-once",
       .kind = Kind::integer,
       .help = "Slurm: so many tasks at the same time at most",
       .placeholder = "N",
       .least = 1,
       .most = 1000},
      {.name = "partition", .help = "Slurm: where tasks run", .placeholder = "NAME"},
      {.name = "time",
       .help = "Slurm: limit of one task, such as 04:00:00; it goes on in another one",
       .placeholder = "TIME"},
      {.name = "gres", .help = "Slurm: what one task needs, such as gpu:1", .placeholder = "LIST"},
      {.name = "account", .help = "Slurm: who is charged", .placeholder = "NAME"},
      {.name = "sbatch",
       .help = "Slurm: one more option of sbatch, such as --sbatch=--mem=64G; may be repeated",
       .placeholder = "OPTION",
       .many = true},
  };
}

bool is_launched(const Request& request) { return request.text("launcher").has_value(); }

std::vector<std::string> words_of(const Request& request, const std::vector<Field>& fields) {
  std::vector<std::string> words;
  for (const Field& field : fields) {
    if (field.positional) continue;
    const std::string flag = "--" + field.name;
    if (field.kind == Kind::flag) {
      if (request.flag(field.name)) words.push_back(flag);
    } else if (field.many) {
      for (const std::string& text : request.texts(field.name)) words.push_back(flag + "=" + text);
    } else if (const Document* value = request.members().find(field.name); value != nullptr && !value->is_null()) {
      words.push_back(flag + "=" + (value->text() != nullptr ? *value->text() : io::to_json_line(*value)));
    }
  }
  return words;
}

Result<Answer> launch(const Request& request, const Context& context, const LaunchedPlan& plan, bool submits) {
  auto launch = launch_of(request, context, plan);
  if (!launch) return forward(launch);
  if (*request.text("launcher") == slurm) return launch_on_slurm(request, std::move(*launch), plan, submits);
  return launch_here(request, context, std::move(*launch), plan, submits);
}

bool is_launch(const Document& answer) { return answer.find("launcher") != nullptr; }

report::Page page_of_launch(const Document& answer) {
  report::Page page;
  const std::string store = text_at(answer, "store"), array = text_at(answer, "array_job");
  if (text_at(answer, "launcher") == local) {
    page.text("What the shares have measured is in " + store + ".");
    return page;
  }
  const std::string scripts = text_at(answer, "array_script") + " and " + text_at(answer, "merge_script");
  if (array.empty()) {
    page.text("Written, not submitted: " + scripts + ".");
    return page;
  }
  const std::string merge = text_at(answer, "merge_job");
  page.text("Submitted: job array " + array + ", and job " + merge + ", which merges the stores into " + store + ".");
  page.text("squeue -j " + array + "," + merge + "    what waits and runs\ntail -n 3 " + text_at(answer, "logs") +
            "    how far each task is\nscancel " + array + "    ends the tasks; what they measured is merged");
  return page;
}

}  // namespace diffjoule::api
