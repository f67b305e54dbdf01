// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
// The ML.ENERGY leaderboard: version 3, a file with `configurations`, and version 2, a file for each point.
#include <cmath>

#include "diffjoule/io/json.h"
#include "diffjoule/store/import.h"
#include "diffjoule/store/taken.h"

namespace diffjoule::store {
namespace {

constexpr const char* format = "ml_energy";
using io::Document;

bool recognises(const Input& input) {
  if (!trimmed(input.text).starts_with('{') && !trimmed(input.text).starts_with('[')) return false;
  const auto has = [&input](const char* words) { return input.text.find(words) != std::string::npos; };
  return (has("\"configurations\"") && has("batch_latency_s")) || has("\"Energy/image (J)\"") ||
         has("\"Energy/video (J)\"");
}

// A point's members; what it lacks is looked for in the file that holds it. Keeps the first that is wrong.
class Members {
 public:
  Members(const Document& point, const Document& file) : point_(point), file_(file) {}

  const Document* find(const char* key) const {
    const Document* found = point_.find(key);
    return found != nullptr ? found : file_.find(key);
  }
  std::string text(const char* key) {
    const Document* d = find(key);
    if (d == nullptr || d->is_null()) return {};
    if (d->text() == nullptr) problem(key, *d, "text");
    return d->text() == nullptr ? std::string() : *d->text();
  }
  std::optional<double> amount(const char* key) {
    const Document* d = find(key);
    if (d == nullptr || d->is_null()) return std::nullopt;
    if (!d->is_number() || !(d->number() > 0.0)) problem(key, *d, "a number above zero");
    return d->is_number() && d->number() > 0.0 ? std::optional(d->number()) : std::nullopt;
  }
  std::optional<std::int64_t> whole(const char* key) {
    const auto value = amount(key);
    if (!value) return std::nullopt;
    if (*value != std::floor(*value) || *value > 1e9) {
      problem(key, *find(key), "a whole number");
      return std::nullopt;
    }
    return static_cast<std::int64_t>(*value);
  }
  void problem(const char* key, const Document& found, const char* expected) {
    if (!wrong.empty()) return;
    std::string value = io::to_json_line(found);
    if (value.size() > 60) value = value.substr(0, 57) + "...";
    wrong = std::string("\"") + key + "\": found " + value + ", expected " + expected;
  }
  std::string wrong;

 private:
  const Document& point_;
  const Document& file_;
};

RunRow third_version(Members& m) {
  RunRow r;
  r.source = "mlenergy-v3";
  r.model = m.text("model_id");
  r.gpu = m.text("gpu_model");
  r.gpus = m.whole("num_gpus");
  r.batch = m.whole("batch_size");
  r.steps = m.whole("inference_steps");
  const bool video = m.find("energy_per_video_joules") != nullptr || m.find("video_height") != nullptr;
  r.task = video ? "text-to-video" : "text-to-image";
  r.height = m.whole(video ? "video_height" : "image_height");
  r.width = m.whole(video ? "video_width" : "image_width");
  r.frames = m.whole("num_frames");
  r.dtype = m.text("weight_precision");
  if (const auto ulysses = m.whole("ulysses_degree")) {
    r.parallelism = "ulysses" + std::to_string(*ulysses);
    if (const auto ring = m.whole("ring_degree")) r.parallelism += "+ring" + std::to_string(*ring);
  }
  if (const auto e = m.amount(video ? "energy_per_video_joules" : "energy_per_image_joules"))
    r.energy_per_item = *e * joule;
  if (const auto p = m.amount("avg_power_watts")) r.mean_power = *p * watt;
  if (const auto t = m.amount("batch_latency_s")) r.latency_per_batch = *t * second;
  return r;
}

RunRow second_version(Members& m) {
  RunRow r;
  r.source = "mlenergy-v2";
  r.model = m.text("Model");
  r.gpu = m.text("GPU");
  const bool video = m.find("Energy/video (J)") != nullptr;
  r.task = video ? "text-to-video" : "text-to-image";
  if (const auto e = m.amount(video ? "Energy/video (J)" : "Energy/image (J)")) r.energy_per_item = *e * joule;
  if (const auto t = m.amount("Batch latency (s)")) r.latency_per_batch = *t * second;
  r.batch = m.whole("Batch size");
  r.steps = m.whole("Denoising steps");
  r.frames = m.whole("Frames");
  r.gpus = 1;
  return r;
}

// One batch.
Record record_of_row(const RunRow& row, const std::string& bytes) {
  Record record = record_of(format, bytes);
  measure::Measurement& m = record.measurement;
  m.program = row.source;
  m.command = {row.model};
  m.whole.elapsed = row.latency_per_batch.value_or(Duration());
  const auto device =
      device_of(format, row.gpu + (row.gpus && *row.gpus > 1 ? " x " + std::to_string(*row.gpus) : ""), row.gpu);
  const double items = static_cast<double>(row.batch.value_or(1));
  measure::PartEnergy part = read_part(device, sensors::Part::gpu, items * *row.energy_per_item);
  part.mean_power = row.mean_power;
  if (!part.mean_power) set_mean_power(part, m.whole.elapsed);
  m.devices = {device};
  m.whole.parts = {std::move(part)};
  record.boundary = "gpu";
  record.caveats = {"one batch, mean over the benchmark's requests; idle power is included"};
  return record;
}

void take_point(const Document& point, const Document& file, const std::string& where, Imported& all) {
  Members members(point, file);
  const bool third = members.find("model_id") != nullptr || members.find("gpu_model") != nullptr;
  RunRow row = third ? third_version(members) : second_version(members);
  row.boundary = "gpu";
  if (members.wrong.empty() && (row.model.empty() || row.gpu.empty())) members.wrong = "no model or no GPU is named";
  if (members.wrong.empty() && !row.energy_per_item) members.wrong = "no energy of an image or a video";
  if (!members.wrong.empty()) {
    all.refused.push_back({where, members.wrong});
    return;
  }
  all.records.push_back(record_of_row(row, io::to_json_line(point) + row.model + row.gpu));
  all.rows.push_back(std::move(row));
}

Result<Imported> read(std::span<const Input> inputs) {
  Imported all;
  for (const Input& input : inputs) {
    auto file = io::parse_json(input.text);
    if (!file) return forward(file, input.name);
    const Document* points = file->array() != nullptr ? &*file : file->find("configurations");
    if (points == nullptr) {
      take_point(*file, *file, input.name, all);
      continue;
    }
    if (points->array() == nullptr)
      return fail(ErrorCode::invalid_data,
                  input.name + ": \"configurations\" is " + points->kind() + ", expected a list");
    for (std::size_t i = 0; i < points->array()->size(); ++i)
      take_point((*points->array())[i], *file, input.name + ", configuration " + std::to_string(i + 1), all);
  }
  return all;
}

}  // namespace

Import ml_energy() {
  return {format, "ML.ENERGY: configurations (v3), or one file a point (v2)", false, recognises, read};
}

}  // namespace diffjoule::store
