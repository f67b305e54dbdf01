// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "cli/run.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "cli/completions.h"
#include "cli/help.h"
#include "cli/manual.h"
#include "cli/options.h"
#include "diffjoule/api/version.h"
#include "diffjoule/io/file.h"
#include "diffjoule/io/json.h"
#include "diffjoule/os/process.h"

namespace diffjoule::cli {
namespace {

constexpr int done = 0, in_part = 1, could_not = 2, meter_failed = 125;

void tell(const Surroundings& s, const std::string& line) { std::fprintf(s.err, "diffjoule: %s\n", line.c_str()); }

// All of it, or an error: a full disk or a closed pipe must not look like success.
int print(const Surroundings& s, const std::string& text, int code = done) {
  errno = 0;
  const bool whole = std::fwrite(text.data(), 1, text.size(), s.out) == text.size();
  if (whole && std::fflush(s.out) == 0) return code;
  tell(s, std::string("the answer could not be written: ") + std::strerror(errno));
  return could_not;
}

std::string formatted(const Options& options, const io::Document& answer, const Surroundings& s) {
  if (options.format == Format::json) return io::to_json(answer) + "\n";
  const report::Page page = options.verb->view(answer);
  if (options.format == Format::csv) return report::to_csv(page);
  if (options.format == Format::markdown) return report::to_markdown(page);
  return report::to_console(page, report::Style{.utf8 = s.utf8});
}

Result<api::Answer> asked(const Options& options) {
  api::Context context{io::DataFiles(), std::string(api::version())};
  if (options.data) {
    auto files = io::DataFiles::with_overlay(*options.data);
    if (!files) return forward(files);
    context.data = std::move(*files);
  }
  return api::call(options.verb->name, options.request, context);
}

// The program that is the answer, in our place or as our child.
int run_program(const std::vector<std::string>& program, const Surroundings& s) {
  if (s.may_become) {
    std::vector<std::string> texts = program;
    std::vector<char*> arguments;
    for (std::string& text : texts) arguments.push_back(text.data());
    arguments.push_back(nullptr);
    execv(arguments.front(), arguments.data());
    tell(s, "\"" + program.front() + "\" could not be started: " + std::strerror(errno));
    return could_not;
  }
  auto signals = os::SignalWatch::begin();
  const auto ended =
      signals ? os::run_command({program}, **signals, os::SystemClock()) : Result<os::Ended>(forward(signals));
  if (ended && ended->not_started.empty()) return ended->exit_code;
  tell(s, ended ? "\"" + program.front() + "\" could not be started: " + ended->not_started : ended.error().message());
  return could_not;
}

// A verb that runs a command leaves it standard output.
int print_beside(const Options& options, const std::string& text, int code, const Surroundings& s) {
  const io::Document* output = options.request.find("output");
  if (output != nullptr && output->text() != nullptr) {
    const auto written = io::write_file(*output->text(), text);
    if (written) return code;
    tell(s, "the report could not be written: " + written.error().message());
  } else {
    if (std::fwrite(text.data(), 1, text.size(), s.err) == text.size() && std::fflush(s.err) == 0) return code;
  }
  return meter_failed;
}

int answer(const Options& options, const Surroundings& s) {
  const bool beside = options.verb->runs_a_command;
  auto given = asked(options);
  if (!given) {
    tell(s, given.error().message());
    return beside ? meter_failed : could_not;
  }
  if (!given->program.empty()) return run_program(given->program, s);
  for (const std::string& warning : given->warnings) tell(s, "note: " + warning);
  const std::string text = given->text ? *given->text : formatted(options, given->document, s);
  const int code = given->exit_code.value_or(given->partial ? in_part : done);
  return beside ? print_beside(options, text, code, s) : print(s, text, code);
}

// Whose arguments they are, as far as that can be seen where they were not understood.
bool for_a_command(const std::vector<std::string>& arguments) {
  const auto runs = [&arguments](const api::Verb& verb) {
    return verb.runs_a_command && std::find(arguments.begin(), arguments.end(), verb.name) != arguments.end();
  };
  return std::any_of(api::all_verbs().begin(), api::all_verbs().end(), runs);
}

}  // namespace

int run(const std::vector<std::string>& arguments, const Surroundings& s) {
  const auto options = read_options(arguments);
  if (!options) {
    tell(s, options.error().message());
    return for_a_command(arguments) ? meter_failed : could_not;
  }
  switch (options->ask) {
    case Options::Ask::help:
      return print(s, options->verb == nullptr ? overview() : help_page(*options->verb));
    case Options::Ask::version:
      return print(s, "diffjoule " + std::string(api::version()) + "\n");
    case Options::Ask::manual:
      return print(s, manual(api::version()));
    case Options::Ask::completions: {
      const auto script = completions(options->shell);
      if (script) return print(s, *script);
      tell(s, script.error().message());
      return could_not;
    }
    case Options::Ask::answer:
      break;
  }
  return answer(*options, s);
}

bool is_utf8(const char* lc_all, const char* lc_ctype, const char* lang) {
  for (const char* value : {lc_all, lc_ctype, lang}) {
    if (value == nullptr || *value == '\0') continue;
    std::string name;
    for (const char c : std::string(value)) {
      if (c != '-') name += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return name.find("utf8") != std::string::npos;
  }
  return false;
}

}  // namespace diffjoule::cli
