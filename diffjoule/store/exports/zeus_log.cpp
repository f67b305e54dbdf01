// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
// Zeus' log of windows: a line for the run and one for each phase, a column for each GPU, in s and J. The log knows no
// missing value but an empty field, and no repeated window: a phase that was entered several times is one line.
#include "diffjoule/io/csv.h"
#include "diffjoule/io/json.h"
#include "diffjoule/store/export.h"

namespace diffjoule::store {
namespace {

bool is_gpu(const measure::PartEnergy& p) {
  return p.counted && (p.part == sensors::Part::gpu || p.part == sensors::Part::module);
}

std::vector<std::string> line_of(const measure::Phase& phase, Duration started, const std::vector<std::string>& gpus) {
  std::vector<std::string> fields{io::to_json_line(started.in(second)), phase.name,
                                  io::to_json_line(phase.elapsed.in(second))};
  for (const std::string& gpu : gpus) {
    std::string field;
    for (const measure::PartEnergy& p : phase.parts) {
      if (p.device == gpu && is_gpu(p) && p.energy) field = io::to_json_line(p.energy->value.in(joule));
    }
    fields.push_back(std::move(field));
  }
  return fields;
}

Result<std::string> write(const measure::Measurement& m, const ExportOptions&) {
  std::vector<std::string> gpus, header{"start_time", "window_name", "elapsed_time"};
  for (const measure::PartEnergy& p : m.whole.parts) {
    if (!is_gpu(p)) continue;
    header.push_back("gpu" + std::to_string(gpus.size()) + "_energy");
    gpus.push_back(p.device);
  }
  if (gpus.empty())
    return fail(ErrorCode::unavailable,
                "Zeus' log has columns for GPUs only, and no GPU was measured; "
                "write codecarbon_csv or prometheus_text instead");
  std::string out;
  io::append_csv(out, header);
  io::append_csv(out, line_of(m.whole, m.started, gpus));
  // When a phase began is not in the record: its lines have the start of the run.
  for (const measure::Phase& phase : m.phases) io::append_csv(out, line_of(phase, m.started, gpus));
  return out;
}

}  // namespace

Export zeus_log() { return {"zeus_log", "Zeus' log of windows: s and J, a column for each GPU", write}; }

}  // namespace diffjoule::store
