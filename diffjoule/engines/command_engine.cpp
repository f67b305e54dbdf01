// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/engines/command_engine.h"

#include <algorithm>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <string_view>
#include <utility>

#include "diffjoule/engines/out_of_memory.h"
#include "diffjoule/io/json.h"
#include "diffjoule/os/worker.h"

namespace diffjoule::engines {
namespace {

using os::Worker;

constexpr const char* request_phase = "request";

// A folder for what the command writes, gone afterwards.
class Folder {
 public:
  Folder() {
    std::error_code error;
    std::string name = (std::filesystem::temp_directory_path(error) / "diffjoule-run-XXXXXX").string();
    if (::mkdtemp(name.data()) != nullptr) path_ = name;
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;  // empty: it could not be made
};

std::optional<std::string> words_of(std::optional<std::int64_t> value) {
  return value ? std::optional(std::to_string(*value)) : std::nullopt;
}

// What a terminal would show of a line in which a progress bar was drawn over and over.
std::string_view shown_part(std::string_view line) {
  while (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  const std::size_t last = line.rfind('\r');
  return last == std::string_view::npos ? line : line.substr(last + 1);
}

// Spans as phases: in order, apart, inside.
std::vector<RanPhase> phases_of(std::vector<os::Span> spans, os::Instant begin, os::Instant end) {
  std::stable_sort(spans.begin(), spans.end(), [](const auto& a, const auto& b) { return a.end < b.end; });
  std::vector<RanPhase> phases;
  os::Instant last = begin;
  for (os::Span& span : spans) {
    const os::Instant from = std::max(span.begin, last), to = std::min(span.end, end);
    if (span.name == request_phase || to <= from) continue;
    phases.push_back({std::move(span.name), from, to, 1, 1});
    last = to;
  }
  return phases;
}

}  // namespace

Values placeholders(const Task& task, const std::string& output) {
  const Workload& w = task.workload;
  const auto text = [](std::optional<double> value) -> std::optional<std::string> {
    return value ? std::optional(io::to_json_line(*value)) : std::nullopt;
  };
  return {{"model", w.model},
          {"width", words_of(w.width)},
          {"height", words_of(w.height)},
          {"steps", words_of(w.steps)},
          {"frames", words_of(w.frames)},
          {"batch", words_of(w.batch * w.images_per_prompt)},
          {"guidance", text(w.guidance)},
          {"dtype", w.dtype ? std::optional(std::string(name(*w.dtype))) : std::nullopt},
          {"prompt", task.prompt},
          {"seed", std::to_string(task.seed)},
          {"output", output}};
}

Result<std::unique_ptr<Engine>> CommandEngine::open(Start start, os::Clock& clock) {
  if (auto patterns = os::LogPhases::from(start.patterns, start.pattern_sets); !patterns) return forward(patterns);
  Values any = placeholders({}, "");
  for (auto& [name, value] : any) value = "1";
  for (const std::string& word : start.words) {
    if (auto text = filled(word, any); !text) return forward(text);
  }
  return std::unique_ptr<Engine>(new CommandEngine(std::move(start), clock));
}

Result<std::vector<std::string>> CommandEngine::words_for(const Task& task, const std::string& output) const {
  const Values values = placeholders(task, output);
  std::vector<std::string> words;
  for (const std::string& word : start_.words) {
    auto text = filled(word, values);
    if (!text) return forward(text);
    words.push_back(std::move(*text));
  }
  if (start_.more_words != nullptr) {
    for (std::string& word : start_.more_words(task)) words.push_back(std::move(word));
  }
  return words;
}

Status CommandEngine::prepare(const Task& task) {
  auto words = words_for(task, "output");
  if (!words) return forward(words);
  return {};
}

struct CommandEngine::Watched {
  os::LogPhases phases;
  os::Instant begin, end;
  std::deque<std::string> last;  // lines

  [[nodiscard]] std::string last_words() const {
    std::string text;
    for (const std::string& line : last) text += "\n" + line;
    return text.empty() ? "; it printed nothing" : "; the last it printed:" + text;
  }
};

Status CommandEngine::watch(const std::vector<std::string>& words, Watched& watched) const {
  constexpr std::size_t most_lines = 12, longest = 1000;
  Worker::Program program{words};
  program.is_asked = false;
  program.errors_are_lines = true;
  const os::Instant until = os::SystemClock().now() + start_.patience;
  watched.begin = clock_.now();
  auto worker = Worker::start(program);
  if (!worker) return forward(worker);
  Worker::Heard heard = (*worker)->hear(until);
  for (; heard.outcome == Worker::Outcome::fine || heard.outcome == Worker::Outcome::cut;
       heard = (*worker)->hear(until)) {
    const std::string_view line = shown_part(heard.line);
    watched.phases.see(line, clock_.now());
    if (line.empty()) continue;
    if (watched.last.size() == most_lines) watched.last.pop_front();
    watched.last.emplace_back(line.substr(0, longest));
  }
  watched.end = clock_.now();
  const std::string command = "the command \"" + words.front() + "\" ";
  // One that closed its streams may go on for a while.
  const bool ended = heard.outcome == Worker::Outcome::ended;
  const auto end = (*worker)->stop(ended ? std::max(Duration{}, until - os::SystemClock().now()) : Duration{});
  if (heard.outcome == Worker::Outcome::asked_to_end) return fail(ErrorCode::unavailable, command + "was interrupted");
  if (!ended || !end)
    return fail(ErrorCode::unavailable,
                command + "did not end in time (setting timeout) and was ended" + watched.last_words());
  if (end->exit_code == 0) return {};
  if (end->perhaps_for_memory())
    return fail(ErrorCode::exhausted, command + "was killed, perhaps for memory" + watched.last_words());
  const std::string said = watched.last_words();
  return fail(says_out_of_memory(said) ? ErrorCode::exhausted : ErrorCode::unavailable, command + end->words() + said);
}

Result<Ran> CommandEngine::run(const Task& task) {
  const Folder folder;
  if (folder.path().empty()) return fail(ErrorCode::unavailable, "making a temporary folder for the output failed");
  auto words = words_for(task, folder.path() + "/output.png");
  if (!words) return forward(words);
  auto phases = os::LogPhases::from(start_.patterns, start_.pattern_sets);
  if (!phases) return forward(phases);
  Watched watched{std::move(*phases), {}, {}, {}};
  if (auto status = watch(*words, watched); !status) return forward(status);
  std::vector<os::Span> spans = watched.phases.spans(watched.begin, watched.end);
  Ran ran{watched.begin, watched.end, {}, std::nullopt, watched.phases.notes()};
  const auto request =
      std::find_if(spans.begin(), spans.end(), [](const os::Span& span) { return span.name == request_phase; });
  if (request != spans.end()) {
    ran.begin = request->begin;
    ran.end = request->end;
  } else {
    ran.notes.emplace_back("the run is the whole command, with its start and what it loads");
  }
  ran.phases = phases_of(std::move(spans), ran.begin, ran.end);
  if (start_.patterns.empty() && start_.pattern_sets.empty()) ran.phases = {{"run", ran.begin, ran.end, 1, 1}};
  return ran;
}

std::string CommandEngine::provenance() const { return start_.name + ": " + start_.words.front(); }

}  // namespace diffjoule::engines
