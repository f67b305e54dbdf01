// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "cli/completions.h"

#include <map>

#include "cli/flags.h"
#include "diffjoule/error/suggest.h"

namespace diffjoule::cli {
namespace {

using Kind = api::Field::Kind;

// What `diffjoule list` is asked for, by placeholder.
std::string catalogue_of(const api::Field& field) {
  static const std::map<std::string, std::string> catalogues{
      {"MODEL", "models"}, {"GPU", "gpus"}, {"ISO", "grids"}, {"REGION", "grids"}, {"ZONE", "grids"}};
  const auto place = catalogues.find(field.placeholder);
  return place == catalogues.end() ? "" : place->second;
}

std::string names_command(const std::string& catalogue) {
  return "diffjoule list " + catalogue + " --csv 2>/dev/null | tail -n +2 | cut -d, -f1";
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

// Inside single quotes of a POSIX shell.
std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

std::vector<api::Field> all_fields(const api::Verb& verb) {
  std::vector<api::Field> fields = verb.fields;
  const std::vector<api::Field> common = common_flags_of(verb);
  fields.insert(fields.end(), common.begin(), common.end());
  return fields;
}

std::vector<std::string> flags_of(const std::vector<api::Field>& fields) {
  std::vector<std::string> flags;
  for (const api::Field& field : fields) {
    if (field.positional) continue;
    if (field.letter != '\0') flags.push_back(std::string("-") + field.letter);
    flags.push_back("--" + field.name);
  }
  return flags;
}

std::string bash_values(const api::Field& field) {
  if (!field.choices.empty()) return "COMPREPLY=($(compgen -W " + quoted(joined(field.choices)) + " -- \"$word\"))";
  const std::string catalogue = catalogue_of(field);
  if (!catalogue.empty()) return "COMPREPLY=($(compgen -W \"$(" + names_command(catalogue) + ")\" -- \"$word\"))";
  const bool numbers = field.kind == Kind::integer || field.kind == Kind::real;
  return numbers ? "COMPREPLY=()" : "COMPREPLY=($(compgen -f -- \"$word\"))";
}

std::string bash() {
  std::string verbs;
  std::string out =
      "# bash completion of diffjoule\n_diffjoule() {\n  local word=${COMP_WORDS[COMP_CWORD]} "
      "before=${COMP_WORDS[COMP_CWORD-1]}\n"
      "  if [ \"$COMP_CWORD\" -gt 1 ]; then\n    case \"${COMP_WORDS[1]} $before\" in\n";
  std::string words, arguments;
  for (const api::Verb& verb : api::all_verbs()) {
    verbs += verb.name + " ";
    const std::vector<api::Field> fields = all_fields(verb);
    words += "      " + verb.name + ") words=" + quoted(joined(flags_of(fields))) + " ;;\n";
    for (const api::Field& field : fields) {
      if (field.positional) arguments += "      " + verb.name + ") " + bash_values(field) + " ;;\n";
      if (field.positional || field.kind == Kind::flag) continue;
      const std::string letter = field.letter != '\0' ? " | '" + verb.name + " -" + field.letter + "'" : "";
      out += "      '" + verb.name + " --" + field.name + "'" + letter + ") " + bash_values(field) + "; return ;;\n";
    }
  }
  out += "    esac\n  fi\n  if [ \"$COMP_CWORD\" -eq 1 ]; then\n    COMPREPLY=($(compgen -W " +
         quoted(verbs + joined(flags_of(asking_flags()))) + " -- \"$word\"))\n    return\n  fi\n";
  out += "  if [[ $word == -* ]]; then\n    local words=\n    case \"${COMP_WORDS[1]}\" in\n" + words +
         "    esac\n    COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n    return\n  fi\n";
  return out + "  case \"${COMP_WORDS[1]}\" in\n" + arguments + "  esac\n}\ncomplete -F _diffjoule diffjoule\n";
}

// The text of a zsh specification: brackets and colons end it.
std::string zsh_text(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '[' || c == ']' || c == ':' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string zsh_values(const api::Field& field) {
  if (!field.choices.empty()) return "(" + joined(field.choices) + ")";
  const std::string catalogue = catalogue_of(field);
  if (!catalogue.empty()) return "(${(f)\"$(" + names_command(catalogue) + ")\"})";
  return field.kind == Kind::text ? "_files" : " ";
}

std::string zsh() {
  std::string out = "#compdef diffjoule\n_diffjoule() {\n  local -a verbs\n  verbs=(\n";
  std::string cases;
  for (const api::Verb& verb : api::all_verbs()) {
    out += "    " + quoted(verb.name + ":" + zsh_text(verb.summary)) + "\n";
    cases += "    " + verb.name + ")\n      _arguments";
    for (const api::Field& field : all_fields(verb)) {
      const std::string help = zsh_text(explanation(field));
      const std::string place = field.many ? "*" : "";
      std::string value = ":" + zsh_text(field.name) + ":" + zsh_values(field);
      if (field.kind == Kind::flag) value.clear();
      if (field.positional) {
        cases += " \\\n        " + quoted((field.many ? "*" : ":") + value);
        continue;
      }
      cases += " \\\n        " + quoted(place + "--" + field.name + "[" + help + "]" + value);
      if (field.letter != '\0')
        cases += " \\\n        " + quoted(place + "-" + field.letter + "[" + help + "]" + value);
    }
    cases += "\n      ;;\n";
  }
  out += "  )\n  if (( CURRENT == 2 )); then\n    _describe 'verb' verbs\n    compadd -- " +
         joined(flags_of(asking_flags())) +
         "\n    return\n  fi\n  local verb=${words[2]}\n  shift words\n  (( CURRENT-- ))\n  case $verb in\n";
  return out + cases + "  esac\n}\n_diffjoule \"$@\"\n";
}

// Inside single quotes of fish.
std::string fish_quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

std::string fish_flag(const std::string& condition, const api::Field& field) {
  std::string out = "complete -c diffjoule -n " + fish_quoted(condition);
  if (!field.positional) out += " -l " + field.name;
  if (field.letter != '\0') out += std::string(" -s ") + field.letter;
  const std::string catalogue = catalogue_of(field);
  const bool numbers = field.kind == Kind::integer || field.kind == Kind::real;
  if (field.kind != Kind::flag && !field.positional) out += " -r";
  if (!field.choices.empty()) {
    out += " -f -a " + fish_quoted(joined(field.choices));
  } else if (!catalogue.empty()) {
    out += " -f -a " + fish_quoted("(" + names_command(catalogue) + ")");
  } else if (field.kind != Kind::flag && !numbers) {
    out += " -F";
  }
  return out + " -d " + fish_quoted(explanation(field)) + "\n";
}

std::string fish() {
  std::string out = "# fish completion of diffjoule\ncomplete -c diffjoule -f\n";
  for (const api::Field& field : asking_flags()) out += fish_flag("__fish_use_subcommand", field);
  for (const api::Verb& verb : api::all_verbs()) {
    out += "complete -c diffjoule -n __fish_use_subcommand -a " + verb.name + " -d " + fish_quoted(verb.summary) + "\n";
    for (const api::Field& field : all_fields(verb))
      out += fish_flag("__fish_seen_subcommand_from " + verb.name, field);
  }
  return out;
}

}  // namespace

Result<std::string> completions(const std::string& shell) {
  if (shell == "bash") return bash();
  if (shell == "zsh") return zsh();
  if (shell == "fish") return fish();
  return fail(ErrorCode::invalid_argument,
              unknown_name("shell", shell, std::vector<std::string>{"bash", "zsh", "fish"}, "diffjoule --help"));
}

}  // namespace diffjoule::cli
