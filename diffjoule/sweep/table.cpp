// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sweep/table.h"

#include <algorithm>
#include <charconv>

#include "diffjoule/io/csv.h"

namespace diffjoule::sweep {
namespace {

template <class Number>
std::string exact(Number number) {
  char digits[64];
  const auto [end, error] = std::to_chars(digits, digits + sizeof digits, number);
  return error == std::errc() ? std::string(digits, end) : std::string();
}

std::string exact(const std::optional<std::int64_t>& number) { return number ? std::to_string(*number) : ""; }

struct Conditions {
  std::int64_t gpus = 0;
  std::optional<Frequency> clock;
  std::optional<double> throttled;  // share of the time, of the worst reason
};

Conditions conditions_of(const measure::Measurement& m) {
  Conditions c;
  for (const measure::PartEnergy& part : m.whole.parts) {
    if (part.part != sensors::Part::gpu || !part.counted) continue;
    ++c.gpus;
    if (part.clock) c.clock = part.clock;
    for (const auto& [reason, share] : part.throttled) c.throttled = std::max(c.throttled.value_or(0.0), share);
  }
  return c;
}

// The trial's, or the GPUs' share of it.
std::optional<Energy> energy_of(const Record& record) {
  if (!record.trial.energy || record.trial.energy_assumed) return std::nullopt;
  const measure::Totals totals = measure::totals(record.measurement.whole);
  const Energy all = record.trial.energy->value;
  if (!totals.gpu || !totals.all || !(totals.all->value > Energy{})) return all;
  return (totals.gpu->value / totals.all->value) * all;
}

std::string notes_of(const Trial& trial) {
  std::string notes = "repeat " + std::to_string(trial.replicate + 1);
  if (trial.scaled > 1.0) notes += "; scaled from a part of the evaluations by " + exact(trial.scaled);
  if (trial.energy_assumed) notes += "; energy was assumed and is left out";
  if (!trial.energy) notes += "; no energy sensor";
  return notes;
}

std::vector<std::string> row_of(const Record& record, const std::string& source) {
  const Workload& w = record.trial.configuration.workload;
  const std::int64_t items = w.batch * w.images_per_prompt;
  const auto energy = energy_of(record);
  const Conditions conditions = conditions_of(record.measurement);
  const auto elapsed = record.trial.elapsed;
  constexpr double megahertz = 1e6;
  return {source,
          w.model,
          "",
          record.device,
          "1",
          "",
          std::to_string(items),
          exact(w.width),
          exact(w.height),
          exact(w.frames),
          exact(w.steps),
          w.classifier_free ? (*w.classifier_free ? "1" : "0") : "",
          w.dtype ? std::string(name(*w.dtype)) : "",
          energy ? exact(energy->in(joule) / static_cast<double>(items)) : "",
          energy ? exact((*energy / elapsed).in(watt)) : "",
          exact(elapsed.in(second)),
          notes_of(record.trial),
          "gpu",
          conditions.clock ? exact(conditions.clock->in(hertz) / megahertz) : "",
          conditions.throttled ? exact(*conditions.throttled) : "",
          std::to_string(std::max<std::int64_t>(1, conditions.gpus))};
}

}  // namespace

std::string to_csv(const std::vector<Record>& records, const std::string& plan_name) {
  std::string out;
  io::append_csv(out, {"source",
                       "model_id",
                       "task",
                       "gpu",
                       "num_gpus",
                       "parallelism",
                       "batch_size",
                       "width",
                       "height",
                       "frames",
                       "steps",
                       "cfg",
                       "dtype",
                       "energy_j_per_item",
                       "avg_power_w",
                       "latency_s_per_batch",
                       "notes",
                       "boundary",
                       "sm_clock_mhz",
                       "throttled_share",
                       "gpu_count_metered"});
  for (const Record& record : records) {
    if (!record.trial.failure.empty()) continue;
    const std::vector<std::string> row = row_of(record, "sweep:" + plan_name);
    io::append_csv(out, row);
  }
  return out;
}

}  // namespace diffjoule::sweep
