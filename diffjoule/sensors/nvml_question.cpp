// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sensors/nvml_question.h"

#include <algorithm>
#include <array>

#include "diffjoule/error/contract.h"

namespace diffjoule::sensors::nvidia {
namespace {

using Call = Question::Call;

// Calls one of the functions that write a single number; null where the library lacks it.
template <class Number, class Function, class... Arguments>
Reading call(Function* function, Handle device, Arguments... arguments) {
  if (function == nullptr) return {.absence = Absence::not_supported};
  Number number{};
  const Return code = function(device, arguments..., &number);
  if (code != success) return {.absence = absence(code)};
  return {.value = static_cast<double>(number)};
}

Reading temperature(const Api& api, Handle device) {
  const Reading plain = call<unsigned>(api.temperature, device, 0U);
  if (plain.absence != Absence::not_supported || api.temperature_v == nullptr) return plain;
  Temperature answer;
  const Return code = api.temperature_v(device, &answer);
  if (code != success) return {.absence = absence(code)};
  return {.value = static_cast<double>(answer.degrees)};
}

Reading utilization(const Api& api, Handle device) {
  if (api.utilization == nullptr) return {.absence = Absence::not_supported};
  Utilization percent{};
  const Return code = api.utilization(device, &percent);
  if (code != success) return {.absence = absence(code)};
  return {.value = static_cast<double>(percent.gpu)};
}

Reading ask_one(const Api& api, Handle device, const Question& question) {
  switch (question.call) {
    case Call::field:
      break;
    case Call::total_energy:
      return call<unsigned long long>(api.total_energy, device);
    case Call::power_usage:
      return call<unsigned>(api.power_usage, device);
    case Call::enforced_power_limit:
      return call<unsigned>(api.enforced_power_limit, device);
    case Call::clock:
      return call<unsigned>(api.clock, device, question.id);
    case Call::temperature:
      return temperature(api, device);
    case Call::clock_reasons:
      return call<unsigned long long>(api.clock_reasons, device);
    case Call::utilization:
      return utilization(api, device);
  }
  return {.absence = Absence::failed};
}

// Fills the status of every field; says what the driver said to the call as a whole.
Return ask_fields(const Api& api, Handle device, std::span<FieldValue> fields) {
  const Return code = api.field_values == nullptr
                          ? function_not_found
                          : api.field_values(device, static_cast<int>(fields.size()), fields.data());
  if (code != success) {
    for (FieldValue& field : fields) field.status = code;
  }
  return code;
}

}  // namespace

void ask(const Api& api, Handle device, std::span<const Question> questions, std::span<Reading> answers) {
  expect(questions.size() == answers.size(), "one answer a question");
  constexpr std::size_t most = 64;  // fields in one call; a device has some thirty
  std::array<FieldValue, most> fields;
  std::size_t count = 0;
  for (std::size_t i = 0; i < questions.size(); ++i) {
    if (questions[i].call == Call::field) {
      expect(count < most, "no more fields than one call takes");
      fields[count++] = {.field = questions[i].id, .scope = questions[i].scope};
    } else {
      answers[i] = ask_one(api, device, questions[i]);
      answers[i].value *= questions[i].unit;
    }
  }
  if (count == 0) return;
  const std::span<FieldValue> asked(fields.data(), count);
  const Return code = ask_fields(api, device, asked);
  // A driver that refuses all for the sake of one that it does not know still answers the others alone.
  if (absence(code) == Absence::not_supported && code != function_not_found && count > 1) {
    for (std::size_t i = 0; i < count; ++i) ask_fields(api, device, asked.subspan(i, 1));
  }
  std::size_t next = 0;
  for (std::size_t i = 0; i < questions.size(); ++i) {
    if (questions[i].call != Call::field) continue;
    answers[i] = number(fields[next++]);
    answers[i].value *= questions[i].unit;
  }
}

}  // namespace diffjoule::sensors::nvidia
