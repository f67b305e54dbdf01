// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "cli/flags.h"

#include <algorithm>
#include <cmath>

#include "diffjoule/io/json.h"

namespace diffjoule::cli {

using Kind = api::Field::Kind;

const std::vector<api::Field>& common_flags() {
  static const std::vector<api::Field> flags{
      {.name = "json", .kind = Kind::flag, .help = "the whole answer as JSON"},
      {.name = "csv", .kind = Kind::flag, .help = "the answer's tables as CSV"},
      {.name = "markdown", .kind = Kind::flag, .help = "the answer as Markdown"},
      {.name = "data",
       .help = "folder laid out as data/, whose files come before the built-in ones",
       .placeholder = "DIR"},
      {.name = "help", .kind = Kind::flag, .help = "this page", .letter = 'h'},
  };
  return flags;
}

std::vector<api::Field> common_flags_of(const api::Verb& verb) {
  std::vector<api::Field> flags;
  for (const api::Field& flag : common_flags()) {
    const auto is_meant = [&flag](const api::Field& field) { return field.name == flag.name; };
    if (std::none_of(verb.fields.begin(), verb.fields.end(), is_meant)) flags.push_back(flag);
  }
  return flags;
}

const std::vector<api::Field>& asking_flags() {
  static const std::vector<api::Field> flags{
      {.name = "help", .kind = Kind::flag, .help = "this page; after a verb: its flags", .letter = 'h'},
      {.name = "version", .kind = Kind::flag, .help = "name and version"},
      {.name = "man", .kind = Kind::flag, .help = "the man page (diffjoule --man | man -l -)"},
      {.name = "completions",
       .help = "the script that completes commands in a shell",
       .placeholder = "SHELL",
       .choices = {"bash", "zsh", "fish"}},
  };
  return flags;
}

std::string spelling(const api::Field& field) {
  const std::string value = field.placeholder.empty() ? "TEXT" : field.placeholder;
  if (field.rest) return field.required ? "-- " + value + "..." : "[-- " + value + "...]";
  if (field.positional) {
    const std::string text = field.many ? value + "..." : value;
    return field.required ? text : "[" + text + "]";
  }
  const std::string letter = field.letter != '\0' ? std::string("-") + field.letter + ", " : "";
  return letter + "--" + field.name + (field.kind == Kind::flag ? "" : " " + value);
}

std::string explanation(const api::Field& field) {
  std::string text = field.help;
  const auto number = [](double value) {
    const bool whole = value == std::floor(value) && std::abs(value) < 1e15;
    return whole ? std::to_string(static_cast<long long>(value)) : io::to_json_line(value);
  };
  if (field.least && field.most) {
    text += " (" + number(*field.least) + " to " + number(*field.most) + ")";
  } else if (field.least) {
    text += " (at least " + number(*field.least) + ")";
  } else if (field.most) {
    text += " (at most " + number(*field.most) + ")";
  }
  for (std::size_t i = 0; i < field.choices.size(); ++i) text += (i == 0 ? ": " : ", ") + field.choices[i];
  return text;
}

std::string usage(const api::Verb& verb) {
  std::string text = "diffjoule " + verb.name, rest;
  for (const api::Field& field : verb.fields) {
    if (field.rest) {
      rest = " " + spelling(field);
    } else if (field.positional || field.required) {
      text += " " + spelling(field);
    }
  }
  return text + " [flags]" + rest;
}

const std::vector<std::pair<std::string, std::string>>& exit_codes() {
  static const std::vector<std::pair<std::string, std::string>> codes{
      {"0", "done"},
      {"1", "answered, but something was left out; the warnings say what"},
      {"2", "could not: the request, the data or the output were not as they must be"},
      {"N",
       "measure: the command's own, 128 + n by signal, 127 not found, 126 not to be executed, 125 the meter failed"},
  };
  return codes;
}

}  // namespace diffjoule::cli
