// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "cli/help.h"

#include <algorithm>

#include "cli/flags.h"
#include "diffjoule/report/text.h"

namespace diffjoule::cli {
namespace {

constexpr const char* tagline = "Exact work and predicted energy of image and video diffusion models.";

// "  left   right" with the right side wrapped under itself.
std::string entry(const std::string& left, const std::string& right, std::size_t column) {
  std::string text = report::wrapped(right, column);
  if (report::display_width(left) + 4 > column) return "  " + left + "\n" + text;
  return report::padded_right("  " + left, column) + text.substr(column);
}

std::string section(const std::string& title, const std::vector<api::Field>& fields) {
  if (fields.empty()) return "";
  std::size_t column = 0;
  for (const api::Field& field : fields) column = std::max(column, report::display_width(spelling(field)) + 4);
  std::string text = "\n" + title + "\n";
  for (const api::Field& field : fields)
    text += entry(spelling(field), explanation(field), std::min<std::size_t>(column, 26));
  return text;
}

std::string exit_section() {
  std::string text = "\nExit codes\n";
  for (const auto& [code, meaning] : exit_codes()) text += entry(code, meaning, 6);
  return text;
}

}  // namespace

std::string overview() {
  std::string text = std::string(tagline) + "\n\nUsage: diffjoule VERB [flags]\n\nVerbs\n";
  std::size_t column = 0;
  for (const api::Verb& verb : api::all_verbs()) column = std::max(column, verb.name.size() + 4);
  for (const api::Verb& verb : api::all_verbs()) text += entry(verb.name, verb.summary, column);
  text += "\n\"diffjoule VERB --help\" shows a verb's flags and examples.\n";
  return text + section("Other questions", asking_flags()) + exit_section();
}

std::string help_page(const api::Verb& verb) {
  std::vector<api::Field> positionals, flags;
  for (const api::Field& field : verb.fields) (field.positional ? positionals : flags).push_back(field);
  std::string text = "diffjoule " + verb.name + ": " + verb.summary + "\n\nUsage: " + usage(verb) + "\n\n";
  text += report::wrapped(verb.description, 0);
  text += section("Arguments", positionals) + section("Flags", flags) +
          section("Flags of every verb", common_flags_of(verb));
  text += "\nExamples\n";
  for (const std::string& example : verb.examples) text += "  " + example + "\n";
  return text;
}

}  // namespace diffjoule::cli
