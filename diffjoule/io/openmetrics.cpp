// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/io/openmetrics.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <map>

namespace diffjoule::io {
namespace {

constexpr std::size_t most_skipped = 100;

bool is_space(char c) { return c == ' ' || c == '\t'; }

void skip_spaces(std::string_view& text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

std::string_view take_word(std::string_view& text) {
  skip_spaces(text);
  std::size_t length = 0;
  while (length < text.size() && !is_space(text[length])) ++length;
  const std::string_view word = text.substr(0, length);
  text.remove_prefix(length);
  return word;
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

// [a-zA-Z_:][a-zA-Z0-9_:]*; label names have no colons, which nobody depends on.
std::string_view take_name(std::string_view& text) {
  std::size_t length = 0;
  while (length < text.size() &&
         (is_letter(text[length]) || text[length] == ':' || (length > 0 && text[length] >= '0' && text[length] <= '9')))
    ++length;
  const std::string_view name = text.substr(0, length);
  text.remove_prefix(length);
  return name;
}

// After the opening quote, up to and with the closing one. An unknown escape stays as it is.
std::optional<std::string> take_quoted(std::string_view& text) {
  std::string value;
  while (!text.empty()) {
    const char c = text.front();
    text.remove_prefix(1);
    if (c == '"') return value;
    if (c != '\\' || text.empty()) {
      value += c;
      continue;
    }
    const char escaped = text.front();
    text.remove_prefix(1);
    if (escaped == 'n') {
      value += '\n';
    } else if (escaped == '"' || escaped == '\\') {
      value += escaped;
    } else {
      value += '\\';
      value += escaped;
    }
  }
  return std::nullopt;
}

std::string unescaped(std::string_view text) {
  std::string value;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size() && (text[i + 1] == 'n' || text[i + 1] == '\\' || text[i + 1] == '"'))
      value += text[++i] == 'n' ? '\n' : text[i];
    else
      value += text[i];
  }
  return value;
}

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return (x >= 'A' && x <= 'Z' ? static_cast<char>(x - 'A' + 'a') : x) == y; });
}

std::optional<double> number_of(std::string_view text) {
  bool negative = false;
  if (!text.empty() && (text.front() == '+' || text.front() == '-')) {
    negative = text.front() == '-';
    text.remove_prefix(1);
  }
  if (text.empty() || text.front() == '+' || text.front() == '-') return std::nullopt;
  double value = 0.0;
  if (equals_ignoring_case(text, "nan")) {
    value = std::numeric_limits<double>::quiet_NaN();
  } else if (equals_ignoring_case(text, "inf") || equals_ignoring_case(text, "infinity")) {
    value = std::numeric_limits<double>::infinity();
  } else {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  }
  return negative ? -value : value;
}

struct Braces {
  std::string name;  // a quoted name of the metric itself
  MetricLabels labels;
};

// After "{", up to and with "}". `bare`: values may stand without quotes, as people type them.
std::optional<std::string> take_labels(std::string_view& text, Braces& found, bool bare) {
  for (;;) {
    skip_spaces(text);
    if (take(text, '}')) return std::nullopt;
    std::string key;
    const bool in_quotes = take(text, '"');
    if (in_quotes) {
      auto quoted = take_quoted(text);
      if (!quoted) return "a quote that never ends";
      key = std::move(*quoted);
    } else {
      key = take_name(text);
      if (key.empty()) return "a label's name is missing";
    }
    skip_spaces(text);
    if (take(text, '=')) {
      skip_spaces(text);
      std::optional<std::string> value;
      if (take(text, '"')) {
        value = take_quoted(text);
        if (!value) return "a quote that never ends";
      } else if (bare) {
        const std::size_t end = std::min(text.find_first_of(",} \t"), text.size());
        value = std::string(text.substr(0, end));
        text.remove_prefix(end);
      } else {
        return "the value of label \"" + key + "\" has no quotes";
      }
      found.labels.emplace_back(std::move(key), std::move(*value));
    } else if (in_quotes && found.name.empty() && found.labels.empty()) {
      found.name = std::move(key);
    } else {
      return "label \"" + key + "\" has no value";
    }
    skip_spaces(text);
    if (take(text, ',')) continue;
    if (take(text, '}')) return std::nullopt;
    return "labels without their closing brace";
  }
}

MetricType type_of(std::string_view word) {
  for (const MetricType type :
       {MetricType::counter, MetricType::gauge, MetricType::histogram, MetricType::gauge_histogram, MetricType::summary,
        MetricType::state_set, MetricType::info})
    if (word == name(type)) return type;
  return MetricType::unknown;  // "untyped" of the text format 0.0.4 too
}

// What a family's samples may have behind its name.
bool has_suffix(MetricType type, std::string_view suffix) {
  const auto any = [suffix](std::initializer_list<std::string_view> all) {
    return std::find(all.begin(), all.end(), suffix) != all.end();
  };
  switch (type) {
    case MetricType::counter:
      return any({"_total", "_created"});
    case MetricType::histogram:
      return any({"_bucket", "_sum", "_count", "_created"});
    case MetricType::gauge_histogram:
      return any({"_bucket", "_gsum", "_gcount"});
    case MetricType::summary:
      return any({"_sum", "_count", "_created"});
    case MetricType::info:
      return any({"_info"});
    default:
      return false;
  }
}

class Parser {
 public:
  Exposition parse(std::string_view text) {
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    for (std::size_t number = 1; !text.empty() && !result_.ended; ++number) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      std::string_view line = text.substr(0, end);
      text.remove_prefix(std::min(end + 1, text.size()));
      while (!line.empty() && (line.back() == '\r' || is_space(line.back()))) line.remove_suffix(1);
      skip_spaces(line);
      if (line.empty()) continue;
      const auto reason = line.front() == '#' ? comment(line.substr(1)) : sample(line);
      if (!reason) continue;
      ++result_.skipped_lines;
      if (result_.skipped.size() < most_skipped) result_.skipped.push_back({number, *reason});
    }
    scale_timestamps();
    return std::move(result_);
  }

 private:
  MetricFamily& family_named(std::string_view name) {
    const auto [place, is_new] = index_.try_emplace(std::string(name), result_.families.size());
    if (is_new) result_.families.push_back(MetricFamily{.name = std::string(name)});
    return result_.families[place->second];
  }

  MetricFamily& family_of(std::string_view sample) {
    if (index_.contains(sample)) return family_named(sample);
    const std::size_t underscore = sample.rfind('_');
    if (underscore != std::string_view::npos) {
      const auto found = index_.find(sample.substr(0, underscore));
      if (found != index_.end() && has_suffix(result_.families[found->second].type, sample.substr(underscore)))
        return result_.families[found->second];
    }
    return family_named(sample);
  }

  std::optional<std::string> comment(std::string_view rest) {
    const std::string_view keyword = take_word(rest);
    if (keyword == "EOF") {
      result_.ended = true;
      return std::nullopt;
    }
    if (keyword != "TYPE" && keyword != "HELP" && keyword != "UNIT") return std::nullopt;
    skip_spaces(rest);
    std::string name;
    if (take(rest, '"')) {
      auto quoted = take_quoted(rest);
      if (!quoted) return "a quote that never ends";
      name = std::move(*quoted);
    } else {
      name = take_word(rest);
    }
    if (name.empty()) return "a comment " + std::string(keyword) + " without a name";
    skip_spaces(rest);
    MetricFamily& family = family_named(name);
    if (keyword == "TYPE") family.type = type_of(rest);
    if (keyword == "HELP") family.help = unescaped(rest);
    if (keyword == "UNIT") family.unit = rest;
    return std::nullopt;
  }

  std::optional<std::string> sample(std::string_view rest) {
    MetricSample s;
    s.name = take_name(rest);
    skip_spaces(rest);
    if (take(rest, '{')) {
      Braces braces;
      if (auto reason = take_labels(rest, braces, false)) return reason;
      if (!s.name.empty() && !braces.name.empty()) return "two names, \"" + s.name + "\" and \"" + braces.name + "\"";
      if (s.name.empty()) s.name = std::move(braces.name);
      s.labels = std::move(braces.labels);
    }
    if (s.name.empty()) return "it begins with no metric's name";
    const std::string_view word = take_word(rest);
    const auto value = number_of(word);
    if (!value) return "the value is \"" + std::string(word.substr(0, 40)) + "\", expected a number";
    s.value = *value;
    skip_spaces(rest);
    if (!rest.empty() && rest.front() != '#') {
      const std::string_view time = take_word(rest);
      s.timestamp = number_of(time);
      if (!s.timestamp || !std::isfinite(*s.timestamp))
        return "the time is \"" + std::string(time.substr(0, 40)) + "\", expected a number";
      skip_spaces(rest);
    }
    if (!rest.empty() && rest.front() != '#') return "text after the value";  // "#": an exemplar
    MetricFamily& family = family_of(s.name);
    family.samples.push_back(std::move(s));
    return std::nullopt;
  }

  // The text format 0.0.4 counts milliseconds, OpenMetrics seconds; only the latter ends with "# EOF".
  void scale_timestamps() {
    if (result_.ended) return;
    for (MetricFamily& family : result_.families) {
      for (MetricSample& s : family.samples) {
        if (s.timestamp) *s.timestamp /= 1000.0;
      }
    }
  }

  Exposition result_;
  std::map<std::string, std::size_t, std::less<>> index_;
};

}  // namespace

const std::string* MetricSample::label(std::string_view key) const {
  for (const auto& [known, text] : labels) {
    if (known == key) return &text;
  }
  return nullptr;
}

const MetricFamily* Exposition::family(std::string_view name) const {
  const auto is_it = [name](const MetricFamily& f) { return f.name == name; };
  const auto found = std::find_if(families.begin(), families.end(), is_it);
  return found == families.end() ? nullptr : &*found;
}

Exposition parse_openmetrics(std::string_view text) { return Parser().parse(text); }

bool MetricSelector::chooses(const MetricSample& sample) const {
  return sample.name == name && std::all_of(labels.begin(), labels.end(), [&sample](const auto& wanted) {
           const std::string* value = sample.label(wanted.first);
           return (value == nullptr ? std::string_view() : std::string_view(*value)) == wanted.second;
         });
}

Result<MetricSelector> parse_metric_selector(std::string_view text) {
  const std::string whole(text);
  MetricSelector selector;
  skip_spaces(text);
  selector.name = take_name(text);
  skip_spaces(text);
  std::optional<std::string> reason;
  if (take(text, '{')) {
    Braces braces;
    reason = take_labels(text, braces, true);
    if (selector.name.empty()) selector.name = std::move(braces.name);
    selector.labels = std::move(braces.labels);
  }
  skip_spaces(text);
  if (!reason && selector.name.empty()) reason = "it names no metric";
  if (!reason && !text.empty()) reason = "text after it: \"" + std::string(text) + "\"";
  if (!reason) return selector;
  return fail(ErrorCode::invalid_argument,
              "\"" + whole + "\" chooses no metric: " + *reason + "; expected NAME or NAME{label=\"value\"}");
}

std::vector<const MetricSample*> chosen(const Exposition& exposition, const MetricSelector& selector) {
  std::vector<const MetricSample*> all;
  for (const MetricFamily& family : exposition.families) {
    for (const MetricSample& sample : family.samples) {
      if (selector.chooses(sample)) all.push_back(&sample);
    }
  }
  return all;
}

const char* name(MetricType type) {
  switch (type) {
    case MetricType::unknown:
      return "unknown";
    case MetricType::counter:
      return "counter";
    case MetricType::gauge:
      return "gauge";
    case MetricType::histogram:
      return "histogram";
    case MetricType::gauge_histogram:
      return "gaugehistogram";
    case MetricType::summary:
      return "summary";
    case MetricType::state_set:
      return "stateset";
    case MetricType::info:
      return "info";
  }
  return "";
}

}  // namespace diffjoule::io
