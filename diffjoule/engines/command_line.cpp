// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/engines/command_line.h"

#include "diffjoule/error/suggest.h"

namespace diffjoule::engines {
namespace {

tl::unexpected<Error> unfit(std::string_view text, const std::string& why) {
  return fail(ErrorCode::invalid_argument, "command line \"" + std::string(text) + "\": " + why);
}

Result<std::string> value_of(std::string_view name, const Values& values) {
  const auto value = values.find(std::string(name));
  if (value == values.end()) {
    std::vector<std::string> known;
    for (const auto& [one, ignored] : values) known.push_back(one);
    return fail(ErrorCode::invalid_argument, unknown_name("placeholder", name, known, "docs/guide/engines.md"));
  }
  if (!value->second)
    return fail(ErrorCode::invalid_argument,
                "{" + std::string(name) + "}: the workload says nothing of it; give it a value or leave it out");
  return *value->second;
}

}  // namespace

Result<std::vector<std::string>> split_words(std::string_view text) {
  std::vector<std::string> words;
  std::optional<std::string> word;  // the one that is being read; "" is one, too
  char quote = '\0';
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\\' && quote != '\'') {
      if (++i == text.size()) return unfit(text, "nothing stands behind its last \\");
      word = word.value_or("") + text[i];
    } else if (quote != '\0') {
      if (c == quote) {
        quote = '\0';
      } else {
        *word += c;
      }
    } else if (c == '\'' || c == '"') {
      quote = c;
      if (!word) word.emplace();
    } else if (c == ' ' || c == '\t' || c == '\n') {
      if (word) words.push_back(std::move(*word));
      word.reset();
    } else {
      word = word.value_or("") + c;
    }
  }
  if (quote != '\0') return unfit(text, std::string("a quote ") + quote + " stays open");
  if (word) words.push_back(std::move(*word));
  if (words.empty()) return unfit(text, "it has no word");
  return words;
}

Result<std::string> filled(std::string_view word, const Values& values) {
  std::string text;
  for (std::size_t i = 0; i < word.size(); ++i) {
    const char c = word[i];
    const bool brace = c == '{' || c == '}';
    if (!brace) {
      text += c;
    } else if (i + 1 < word.size() && word[i + 1] == c) {
      text += c;
      ++i;
    } else if (c == '}') {
      return unfit(word, "a } without its {; }} stands for the brace itself");
    } else {
      const std::size_t close = word.find('}', i);
      if (close == std::string_view::npos) return unfit(word, "a { stays open; {{ stands for the brace itself");
      auto value = value_of(word.substr(i + 1, close - i - 1), values);
      if (!value) return forward(value);
      text += *value;
      i = close;
    }
  }
  return text;
}

}  // namespace diffjoule::engines
