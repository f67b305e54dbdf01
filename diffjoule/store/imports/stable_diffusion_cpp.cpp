// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
// The INFO log of stable-diffusion.cpp: what each stage took, "sampling completed, taking 4.08s". It has no energy.
#include <algorithm>

#include "diffjoule/io/csv.h"
#include "diffjoule/store/import.h"
#include "diffjoule/store/taken.h"

namespace diffjoule::store {
namespace {

constexpr const char* format = "stable_diffusion_cpp";

struct Stage {
  std::string_view words;
  const char* phase;
};
constexpr Stage stages[] = {{"loading tensors completed", "load"},
                            {"get_learned_condition completed", "text encode"},
                            {"sampling completed", "denoise"},
                            {"decode_first_stage completed", "decode"}};

bool recognises(const Input& input) {
  return std::any_of(std::begin(stages), std::end(stages), [&input](const Stage& s) {
    return input.text.find(std::string(s.words) + ", taking ") != std::string::npos;
  });
}

// "..., taking 4.08s"
std::optional<double> taken_by(std::string_view line) {
  constexpr std::string_view before = ", taking ";
  const std::size_t at = line.find(before);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view text = line.substr(at + before.size());
  const std::size_t end = text.find('s');
  const auto value = end == std::string_view::npos ? std::nullopt : io::csv_number(text.substr(0, end));
  return value && *value >= 0.0 ? value : std::nullopt;
}

Imported read_one(const Input& input) {
  Imported all;
  Record record = record_of(format, input.text);
  measure::Measurement& m = record.measurement;
  const auto device = device_of(format, "gpu", "");
  const auto no_energy = [&device] {
    return missing_part(device, sensors::Part::gpu,
                        "a log of stable-diffusion.cpp has times only; run it under diffjoule measure for its energy");
  };
  std::string_view rest = input.text;
  for (std::size_t line = 1; !rest.empty(); ++line) {
    const std::size_t end = rest.find('\n');
    const std::string_view text = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    const auto stage = std::find_if(std::begin(stages), std::end(stages),
                                    [text](const Stage& s) { return text.find(s.words) != std::string_view::npos; });
    if (stage == std::end(stages)) continue;
    const auto seconds = taken_by(text);
    if (!seconds) {
      all.refused.push_back({input.name + " line " + std::to_string(line),
                             std::string(stage->words) + ": expected \", taking SECONDSs\" after it"});
      continue;
    }
    auto phase = std::find_if(m.phases.begin(), m.phases.end(),
                              [stage](const measure::Phase& p) { return p.name == stage->phase; });
    if (phase == m.phases.end()) {
      phase = m.phases.insert(m.phases.end(), measure::Phase{stage->phase, 0, {}, {no_energy()}});
    }
    ++phase->count;
    phase->elapsed = phase->elapsed + *seconds * second;
    m.whole.elapsed = m.whole.elapsed + *seconds * second;
  }
  if (m.phases.empty()) return all;
  m.program = "stable-diffusion.cpp";
  m.devices = {device};
  m.whole.parts = {no_energy()};
  record.boundary = "times only";
  record.caveats = {"the run is its stages added up; what is between them is not in it"};
  all.records.push_back(std::move(record));
  return all;
}

Result<Imported> read(std::span<const Input> inputs) {
  Imported all;
  for (const Input& input : inputs) {
    Imported one = read_one(input);
    if (one.records.empty() && one.refused.empty())
      return fail(ErrorCode::invalid_data,
                  input.name + ": no line \"sampling completed, taking ...s\"; run sd with -v");
    for (Record& r : one.records) all.records.push_back(std::move(r));
    for (Refused& r : one.refused) all.refused.push_back(std::move(r));
  }
  return all;
}

}  // namespace

Import stable_diffusion_cpp() {
  return {format, "stable-diffusion.cpp's log: the times of its stages", false, recognises, read};
}

}  // namespace diffjoule::store
