// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
// Verbs and answers of the C door.
#include <algorithm>

#include "bindings/c/border.h"
#include "diffjoule/api/verb.h"
#include "diffjoule/api/version.h"

namespace {

using namespace diffjoule;

// The folder of "data" is the door's own, as the flag --data is the command line's.
Result<io::DataFiles> data_of(io::Document& members) {
  auto& object = *members.object();
  const auto place = std::find_if(object.begin(), object.end(), [](const auto& m) { return m.first == "data"; });
  if (place == object.end()) return io::DataFiles();
  const io::Document folder = place->second;
  object.erase(place);
  if (folder.is_null()) return io::DataFiles();
  if (folder.text() == nullptr)
    return fail(ErrorCode::invalid_argument, "data: found " + folder.kind() + ", expected the path of a folder");
  return io::DataFiles::with_overlay(*folder.text());
}

tl::unexpected<Error> belongs_to_the_command_line(const std::string& verb) {
  return fail(ErrorCode::unavailable, verb + " runs processes or does not end: start `diffjoule " + verb +
                                          "` as a program, or measure this one through diffjoule_meter_open");
}

Result<api::Answer> asked(const std::string& name, const char* request_json) {
  auto verb = api::verb_named(name);
  if (!verb) return forward(verb);
  if ((*verb)->runs_a_command) return belongs_to_the_command_line(name);
  auto members = c::members_of(request_json, "the request of " + name);
  if (!members) return forward(members);
  auto data = data_of(*members);
  if (!data) return forward(data, name);
  auto answer = api::call(name, *members, api::Context{std::move(*data), std::string(api::version())});
  if (answer && !answer->program.empty()) return belongs_to_the_command_line(name);
  return answer;
}

}  // namespace

extern "C" {

const char* diffjoule_version(void) { return DIFFJOULE_VERSION; }

diffjoule_code diffjoule_call(const char* verb, const char* request_json, diffjoule_answer** answer) {
  return c::guarded(answer, [&] {
    auto given = asked(c::text_of(verb), request_json);
    if (!given) return c::refuse(given.error(), answer);
    std::string notes;
    for (const std::string& note : given->warnings) notes += (notes.empty() ? "" : "\n") + note;
    return c::give(given->document, given->partial, notes, answer);
  });
}

const char* diffjoule_answer_text(const diffjoule_answer* answer) {
  return answer == nullptr ? "" : answer->text.c_str();
}

const char* diffjoule_answer_notes(const diffjoule_answer* answer) {
  return answer == nullptr ? "" : answer->notes.c_str();
}

void diffjoule_answer_free(diffjoule_answer* answer) { delete answer; }
}
