// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/os/log_phases.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <regex>

#include "diffjoule/error/suggest.h"

namespace diffjoule::os {
namespace {

// A search takes time by the square of the text at worst: only the first characters of a line are looked at.
constexpr std::size_t longest_pattern = 500, longest_text = 1000, most_spans = 1'000'000;

// INFO lines of stable-diffusion.cpp, which gives seconds or, in some versions, milliseconds.
const std::map<std::string, std::vector<std::string>>& built_in() {
  static const std::map<std::string, std::vector<std::string>> sets{
      {"sd.cpp",
       {R"(load=loading tensors completed, taking ([0-9.]+) ?(ms|s)\b)",
        R"(encode=get_learned_condition completed, taking ([0-9.]+) ?(ms|s)\b)",
        R"(denoise=sampling(?:\([a-z ]*\))? completed, taking ([0-9.]+) ?(ms|s)\b)",
        R"(decode=decode_first_stage completed, taking ([0-9.]+) ?(ms|s)\b)"}}};
  return sets;
}

struct Pattern {
  std::string name, text;
  std::regex regex;
  std::size_t matched = 0;
};

Result<Pattern> pattern_of(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0 || equals + 1 == text.size())
    return fail(ErrorCode::invalid_argument,
                "phase pattern \"" + text + "\": expected NAME=REGEX, such as \"denoise=^sampling\"");
  if (text.size() > longest_pattern)
    return fail(ErrorCode::invalid_argument, "phase pattern \"" + text.substr(0, 40) + "...\" is longer than " +
                                                 std::to_string(longest_pattern) + " characters");
  try {
    // __polynomial: no line can make the search take exponential time or a deep stack; it refuses back-references.
    return Pattern{text.substr(0, equals), text,
                   std::regex(text.substr(equals + 1), std::regex::ECMAScript | std::regex_constants::__polynomial)};
  } catch (const std::regex_error& error) {
    return fail(ErrorCode::invalid_argument, "phase pattern \"" + text + "\": " + error.what());
  }
}

std::optional<Duration> duration_in(const std::cmatch& match) {
  if (match.size() < 2 || !match[1].matched) return std::nullopt;
  double value = 0.0;
  const auto [end, error] = std::from_chars(match[1].first, match[1].second, value);
  if (error != std::errc{} || end != match[1].second || !(value >= 0.0)) return std::nullopt;
  const bool milliseconds = match.size() > 2 && match[2].matched && match[2].str() == "ms";
  return value * (milliseconds ? 1e-3 : 1.0) * second;
}

}  // namespace

class LogPhases::Impl {
 public:
  std::vector<Pattern> patterns;
  std::vector<Span> spans;
  std::optional<Span> open;

  void close_open(Instant now) {
    if (open && spans.size() < most_spans) spans.push_back({open->name, open->begin, now});
    open.reset();
  }
  void matched(Pattern& pattern, const std::cmatch& match, Instant now) {
    ++pattern.matched;
    if (const auto took = duration_in(match)) {
      if (spans.size() < most_spans) spans.push_back({pattern.name, now - *took, now});
      return;
    }
    close_open(now);
    if (pattern.name != "-") open = Span{pattern.name, now, now};
  }
};

LogPhases::LogPhases(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
LogPhases::LogPhases(LogPhases&&) noexcept = default;
LogPhases& LogPhases::operator=(LogPhases&&) noexcept = default;
LogPhases::~LogPhases() = default;

Result<LogPhases> LogPhases::from(const std::vector<std::string>& patterns, const std::vector<std::string>& sets) {
  auto impl = std::make_unique<Impl>();
  std::vector<std::string> all = patterns;
  for (const std::string& name : sets) {
    const auto set = built_in().find(name);
    if (set == built_in().end())
      return fail(ErrorCode::not_found, unknown_name("set of phase patterns", name, set_names(), "--phase-patterns"));
    all.insert(all.end(), set->second.begin(), set->second.end());
  }
  for (const std::string& text : all) {
    auto pattern = pattern_of(text);
    if (!pattern) return forward(pattern);
    impl->patterns.push_back(std::move(*pattern));
  }
  return LogPhases(std::move(impl));
}

std::vector<std::string> LogPhases::set_names() {
  std::vector<std::string> names;
  for (const auto& [name, patterns] : built_in()) names.push_back(name);
  return names;
}

void LogPhases::see(std::string_view line, Instant now) {
  line = line.substr(0, longest_text);
  std::cmatch match;
  for (Pattern& pattern : impl_->patterns) {
    if (!std::regex_search(line.data(), line.data() + line.size(), match, pattern.regex)) continue;
    impl_->matched(pattern, match, now);
    return;
  }
}

std::vector<Span> LogPhases::spans(Instant begin, Instant end) {
  impl_->close_open(end);
  std::vector<Span> all = std::exchange(impl_->spans, {});
  for (Span& span : all) span.begin = std::clamp(span.begin, begin, std::max(begin, span.end));
  return all;
}

std::vector<std::string> LogPhases::notes() const {
  std::vector<std::string> all;
  for (const Pattern& pattern : impl_->patterns) {
    if (pattern.matched == 0) all.push_back("no line matched the phase pattern \"" + pattern.text + "\"");
  }
  return all;
}

}  // namespace diffjoule::os
