// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "diffjoule/error/result.h"
#include "diffjoule/io/data_files.h"
#include "diffjoule/io/document.h"
#include "diffjoule/report/page.h"

// A verb is one thing a user can ask: its fields, what it does, and how its answer looks to people. Every door (today
// the command line) is made from these; a door only translates. One file in verbs/ defines one member, `Verb count();`.
namespace diffjoule::api {

// One input of a verb.
struct Field {
  enum class Kind { text, integer, real, flag };

  std::string name;  // "text-tokens": lower case, dashes
  Kind kind = Kind::text;
  std::string help;              // a phrase without a full stop, units in it
  std::string placeholder = {};  // "GPU", "N", "FILE"
  char letter = '\0';            // short form on a command line
  bool positional = false;
  bool required = false;
  bool many = false;                      // a list of texts
  bool rest = false;                      // of a list: everything after "--", untouched (a command to run)
  std::vector<std::string> choices = {};  // all that may be said; empty: anything
  std::optional<double> least = std::nullopt, most = std::nullopt;
};

// A request that passed check(): every member is a field of the verb and of its kind. Absent members are nullopt
// (flags: false, lists: empty).
class Request {
 public:
  explicit Request(io::Document members) : members_(std::move(members)) {}
  [[nodiscard]] const io::Document& members() const { return members_; }
  [[nodiscard]] std::optional<std::string> text(std::string_view field) const;
  [[nodiscard]] std::optional<std::int64_t> integer(std::string_view field) const;
  [[nodiscard]] std::optional<double> real(std::string_view field) const;
  [[nodiscard]] bool flag(std::string_view field) const;
  [[nodiscard]] std::vector<std::string> texts(std::string_view field) const;

 private:
  io::Document members_;
};

struct Context {
  io::DataFiles data;
  std::string version;
  std::string root = "/";  // of the machine whose /sys and /proc are looked at
};

struct Answer {
  io::Document document;
  bool partial = false;                   // answered, but something was left out: exit code 1
  std::vector<std::string> warnings;      // for people, beside the answer
  std::optional<std::string> text = {};   // the answer in a form that was asked for by a field of the verb
  std::optional<int> exit_code = {};      // another's, handed on
  std::vector<std::string> program = {};  // this one with these arguments is the answer: the door runs it
};

struct Verb {
  std::string name;
  std::string summary;      // one line
  std::string description;  // paragraphs
  std::vector<Field> fields;
  std::vector<std::string> examples;  // command lines that run as they stand
  Result<Answer> (*run)(const Request& request, const Context& context);
  report::Page (*view)(const io::Document& answer);
  // Standard output belongs to what the verb runs: the answer goes to the file of its field "output", else to standard
  // error, and what the verb could not do is exit code 125, as distinct from what the command could not do.
  bool runs_a_command = false;
};

// The members of verbs/, by name of file.
[[nodiscard]] const std::vector<Verb>& all_verbs();

// An error offers the nearest names.
[[nodiscard]] Result<const Verb*> verb_named(const std::string& name);

// Members that are no field, of the wrong kind, out of range or not among the choices, and required ones that are
// missing, are errors that name the field, what was found and what was expected.
[[nodiscard]] Result<Request> check(const Verb& verb, const io::Document& request);

// find, check, run.
[[nodiscard]] Result<Answer> call(const std::string& verb, const io::Document& request, const Context& context);

}  // namespace diffjoule::api
