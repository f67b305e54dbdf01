// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "cli/manual.h"

#include "cli/flags.h"

namespace diffjoule::cli {
namespace {

// Text that roff shows as it stands: no escapes, no requests at the beginning of a line, dashes that can be copied.
std::string plain(std::string_view text) {
  std::string out;
  bool line_begins = true;
  for (const char c : text) {
    if (line_begins && (c == '.' || c == '\'')) out += "\\&";
    line_begins = c == '\n';
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else {
      out += c;
    }
  }
  return out;
}

// Paragraphs: an empty line is not liked by roff, a new paragraph is.
std::string paragraphs(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    if (!line.empty()) out += (out.empty() ? "" : ".PP\n") + plain(line) + "\n";
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return out;
}

std::string entries(const std::vector<api::Field>& fields) {
  std::string out;
  for (const api::Field& field : fields)
    out += ".TP\n\\fB" + plain(spelling(field)) + "\\fR\n" + plain(explanation(field)) + "\n";
  return out;
}

std::string verb_section(const api::Verb& verb) {
  std::string out = ".SS " + plain(verb.name) + "\n" + plain(verb.summary) + ".\n.PP\n.B " + plain(usage(verb)) + "\n";
  out += ".PP\n" + paragraphs(verb.description) + entries(verb.fields);
  out += ".PP\nExamples:\n.PP\n.nf\n";
  for (const std::string& example : verb.examples) out += plain(example) + "\n";
  return out + ".fi\n";
}

}  // namespace

std::string manual(std::string_view version) {
  std::string out = ".TH DIFFJOULE 1 \"\" \"diffjoule " + plain(version) + "\" \"User Commands\"\n";
  out += ".SH NAME\ndiffjoule \\- exact work and predicted energy of image and video diffusion models\n";
  out += ".SH SYNOPSIS\n.B diffjoule\n.I VERB\n[flags]\n";
  out +=
      ".SH DESCRIPTION\nCounts the work of published diffusion models exactly, as operator graphs, and predicts the "
      "energy, time and emissions of running them by laws fitted on published measurements.\n";
  out += ".SH VERBS\n";
  for (const api::Verb& verb : api::all_verbs()) out += verb_section(verb);
  out += ".SH FLAGS OF EVERY VERB\n" + entries(common_flags());
  out += ".SH OTHER FLAGS\n" + entries(asking_flags());
  out += ".SH EXIT STATUS\n";
  for (const auto& [code, meaning] : exit_codes()) out += ".TP\n\\fB" + code + "\\fR\n" + plain(meaning) + "\n";
  return out;
}

}  // namespace diffjoule::cli
