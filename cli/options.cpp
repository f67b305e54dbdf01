// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "cli/options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <list>
#include <map>
#include <utility>

#include "cli/flags.h"
#include "diffjoule/error/suggest.h"

namespace diffjoule::cli {
namespace {

using Kind = api::Field::Kind;

// What was said for one field.
struct Said {
  const api::Field* field;
  CLI::Option* option = nullptr;
  std::vector<std::string> values = {};
  std::size_t times = 0;  // set once parsed
};

std::string names_of(const api::Field& field) {
  if (field.positional) return field.name;
  return (field.letter != '\0' ? std::string("-") + field.letter + "," : "") + "--" + field.name;
}

void add_options(CLI::App& app, const std::vector<api::Field>& fields, std::list<Said>& said) {
  for (const api::Field& field : fields) {
    if (field.rest) continue;  // taken off before anything is parsed
    Said& entry = said.emplace_back(Said{&field});
    if (field.kind == Kind::flag) {
      entry.option = app.add_flag(names_of(field));
      continue;
    }
    entry.option = app.add_option(names_of(field), entry.values);
    if (field.positional && field.many) continue;
    // One value after each flag; that one came twice is found below.
    entry.option->allow_extra_args(false);
    if (field.positional) entry.option->expected(1);
  }
}

// Text becomes what the field is of where it can; where it cannot it stays text, which the verb then refuses.
io::Document value_of(const api::Field& field, const std::string& text) {
  const auto whole = [&text](auto number) -> io::Document {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc{} && end == text.data() + text.size()) return number;
    return text;
  };
  if (field.kind == Kind::integer) return whole(std::int64_t{0});
  if (field.kind == Kind::real) return whole(0.0);
  return text;
}

Status fill_request(const std::list<Said>& said, io::Document& request) {
  for (const Said& entry : said) {
    const api::Field& field = *entry.field;
    if (entry.times == 0) continue;
    if (field.kind == Kind::flag) {
      request.set(field.name, true);
    } else if (field.many) {
      io::Document list = io::Document::Array{};
      for (const std::string& value : entry.values) list.push(value_of(field, value));
      request.set(field.name, std::move(list));
    } else if (entry.values.size() == 1) {
      request.set(field.name, value_of(field, entry.values.front()));
    } else {
      return fail(ErrorCode::invalid_argument,
                  spelling(field) + " was given " + std::to_string(entry.values.size()) + " times, expected once");
    }
  }
  return {};
}

std::string first_of(const std::list<Said>& said, std::string_view name) {
  for (const Said& entry : said) {
    if (entry.field->name == name && entry.times > 0) return entry.values.empty() ? "yes" : entry.values.back();
  }
  return "";
}

tl::unexpected<Error> not_understood(const std::vector<std::string>& rest, const api::Verb* verb,
                                     const std::vector<const std::vector<api::Field>*>& known) {
  const auto is_flag = [](const std::string& text) { return text.size() > 1 && text.front() == '-'; };
  const auto place = std::find_if(rest.begin(), rest.end(), is_flag);
  const std::string help = verb == nullptr ? "diffjoule --help" : "diffjoule " + verb->name + " --help";
  if (place != rest.end()) {
    std::vector<std::string> flags;
    for (const auto* fields : known) {
      for (const api::Field& field : *fields) {
        if (!field.positional) flags.push_back("--" + field.name);
      }
    }
    return fail(ErrorCode::invalid_argument, unknown_name("flag", place->substr(0, place->find('=')), flags, help));
  }
  return fail(ErrorCode::invalid_argument,
              "\"" + rest.front() + "\" is one argument too many; \"" + help + "\" shows what is expected");
}

Status choose_format(const std::list<Said>& said, Options& options) {
  for (const auto& [name, format] :
       {std::pair("json", Format::json), {"csv", Format::csv}, {"markdown", Format::markdown}}) {
    if (first_of(said, name).empty()) continue;
    if (options.format != Format::console)
      return fail(ErrorCode::invalid_argument, "--json, --csv and --markdown exclude each other; give one");
    options.format = format;
  }
  return {};
}

// What the parser makes of the arguments of one verb, or of the program itself.
struct Parsed {
  std::list<Said> said, own;  // the verb's fields, the door's
  std::vector<std::string> rest;
};

Result<Parsed> parsed(const std::vector<std::string>& arguments, const std::vector<api::Field>& fields,
                      const std::vector<api::Field>& own) {
  Parsed result;
  CLI::App app;
  app.set_help_flag("");
  app.allow_extras();
  add_options(app, fields, result.said);
  add_options(app, own, result.own);
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::ArgumentMismatch& error) {
    const std::string text = error.what();  // begins with the flag and a colon
    return fail(ErrorCode::invalid_argument, text.substr(0, text.find(':')) + " needs a value");
  } catch (const CLI::ParseError& error) {
    return fail(ErrorCode::invalid_argument, error.what());
  }
  // The options go with the parser; how often each was said stays.
  for (auto* list : {&result.said, &result.own}) {
    for (Said& entry : *list) entry.times = std::exchange(entry.option, nullptr)->count();
  }
  result.rest = app.remaining();
  std::erase(result.rest, "--");  // what ends the flags is no argument
  return result;
}

Result<Options> read_question(const std::vector<std::string>& arguments) {
  std::vector<api::Field> own = asking_flags();
  auto line = parsed(arguments, {}, own);
  if (!line) return forward(line);
  if (!line->rest.empty()) return not_understood(line->rest, nullptr, {&own});
  Options options;
  options.ask = Options::Ask::help;
  if (!first_of(line->own, "version").empty()) options.ask = Options::Ask::version;
  if (!first_of(line->own, "man").empty()) options.ask = Options::Ask::manual;
  options.shell = first_of(line->own, "completions");
  if (!options.shell.empty()) options.ask = Options::Ask::completions;
  return options;
}

// Whether it is one of these flags and the next argument is its value.
const api::Field* flag_of(const std::vector<api::Field>& fields, const std::string& argument) {
  const std::string said = argument.substr(0, argument.find('='));
  for (const api::Field& field : fields) {
    if (!field.positional &&
        (said == "--" + field.name || (field.letter != '\0' && said == std::string("-") + field.letter)))
      return &field;
  }
  return nullptr;
}
bool takes_next(const api::Field& flag, const std::string& argument) {
  return flag.kind != Kind::flag && argument.find('=') == std::string::npos;
}

// Flags that every verb takes may stand before it: they are moved behind it.
std::vector<std::string> verb_first(const std::vector<std::string>& arguments) {
  std::size_t verb = 0;
  while (verb < arguments.size()) {
    const api::Field* flag = flag_of(common_flags(), arguments[verb]);
    if (flag == nullptr || flag->name == "help") break;
    verb += takes_next(*flag, arguments[verb]) ? 2 : 1;
  }
  if (verb >= arguments.size()) return arguments;
  std::vector<std::string> ordered = arguments;
  const auto place = ordered.begin() + static_cast<std::ptrdiff_t>(verb);
  std::rotate(ordered.begin(), place, place + 1);
  return ordered;
}

// A verb that runs a command takes it as it stands: what comes after "--", or from the first word that is neither a
// flag nor a flag's value.
void take_rest(const api::Verb& verb, std::vector<std::string>& arguments, io::Document& request) {
  const auto field = std::find_if(verb.fields.begin(), verb.fields.end(), [](const api::Field& f) { return f.rest; });
  if (field == verb.fields.end()) return;
  std::vector<api::Field> flags = common_flags_of(verb);
  flags.insert(flags.end(), verb.fields.begin(), verb.fields.end());
  std::size_t first = 0;
  while (first < arguments.size() && arguments[first].starts_with('-') && arguments[first] != "--") {
    const api::Field* flag = flag_of(flags, arguments[first]);
    first += flag != nullptr && takes_next(*flag, arguments[first]) ? 2 : 1;
  }
  if (first >= arguments.size()) return;
  const auto place = arguments.begin() + static_cast<std::ptrdiff_t>(first);
  io::Document list = io::Document::Array{};
  for (auto argument = place + (*place == "--" ? 1 : 0); argument != arguments.end(); ++argument) list.push(*argument);
  if (!list.array()->empty()) request.set(field->name, std::move(list));
  arguments.erase(place, arguments.end());
}

}  // namespace

Result<Options> read_options(const std::vector<std::string>& given) {
  const std::vector<std::string> arguments = verb_first(given);
  if (arguments.empty() || arguments.front().starts_with('-')) return read_question(arguments);
  auto verb = api::verb_named(arguments.front());
  if (!verb) return forward(verb);
  const api::Verb& chosen = **verb;
  Options options;
  options.verb = &chosen;
  std::vector<std::string> before{arguments.begin() + 1, arguments.end()};
  take_rest(chosen, before, options.request);
  const std::vector<api::Field> common = common_flags_of(chosen);
  auto line = parsed(before, chosen.fields, common);
  if (!line) return forward(line, chosen.name);
  if (!first_of(line->own, "help").empty()) {
    options.ask = Options::Ask::help;
    return options;
  }
  if (!line->rest.empty()) return not_understood(line->rest, &chosen, {&chosen.fields, &common});
  if (auto status = fill_request(line->said, options.request); !status) return forward(status, chosen.name);
  io::Document own;
  if (auto status = fill_request(line->own, own); !status) return forward(status, chosen.name);
  if (const io::Document* folder = own.find("data")) options.data = *folder->text();
  if (auto status = choose_format(line->own, options); !status) return forward(status, chosen.name);
  return options;
}

}  // namespace diffjoule::cli
