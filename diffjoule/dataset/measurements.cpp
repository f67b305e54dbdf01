// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/dataset/measurements.h"

#include <algorithm>
#include <map>

#include "diffjoule/io/toml.h"

namespace diffjoule::dataset {
namespace {

using Column = std::optional<std::size_t>;

std::string_view field(const io::Csv& table, std::size_t row, Column column) {
  return column ? table.at(row, *column) : std::string_view{};
}

bool is_absent(std::string_view text) { return text.empty() || text == "unknown"; }

// A whole number from 1 up, or absent.
Result<std::optional<std::int64_t>> whole(const io::Csv& table, std::size_t row, Column column) {
  const std::string_view text = field(table, row, column);
  if (is_absent(text)) return std::nullopt;
  const auto number = io::csv_number(text);
  if (!number || *number < 1.0 || *number > 1e9 || *number != static_cast<double>(static_cast<std::int64_t>(*number))) {
    return tl::unexpected<Error>(table.unexpected(row, *column, "a whole number from 1 up"));
  }
  return static_cast<std::int64_t>(*number);
}

Result<std::optional<double>> positive(const io::Csv& table, std::size_t row, Column column) {
  const std::string_view text = field(table, row, column);
  if (is_absent(text)) return std::nullopt;
  const auto number = io::csv_number(text);
  if (!number || !(*number > 0.0)) return tl::unexpected<Error>(table.unexpected(row, *column, "a positive number"));
  return *number;
}

Result<std::optional<double>> share(const io::Csv& table, std::size_t row, Column column) {
  const std::string_view text = field(table, row, column);
  if (is_absent(text)) return std::nullopt;
  const auto number = io::csv_number(text);
  if (!number || !(*number >= 0.0) || *number > 1.0)
    return tl::unexpected<Error>(table.unexpected(row, *column, "a share from 0 to 1"));
  return *number;
}

Result<std::optional<bool>> guidance(const io::Csv& table, std::size_t row, Column column) {
  const std::string_view text = field(table, row, column);
  if (is_absent(text)) return std::nullopt;
  if (text == "1" || text == "true") return true;
  if (text == "0" || text == "false") return false;
  return tl::unexpected<Error>(table.unexpected(row, *column, "0, 1 or unknown"));
}

Result<std::optional<DType>> dtype(const io::Csv& table, std::size_t row, Column column) {
  const std::string_view text = field(table, row, column);
  if (is_absent(text)) return std::nullopt;
  if (const auto named = dtype_named(text)) return named;
  return tl::unexpected<Error>(table.unexpected(row, *column, "float32, bfloat16, float16 or float8"));
}

Result<law::Boundary> boundary(const io::Csv& table, std::size_t row, Column column) {
  const std::string_view text = field(table, row, column);
  if (is_absent(text)) return law::Boundary::gpu;
  if (const auto named = law::boundary_named(text)) return *named;
  return tl::unexpected<Error>(table.unexpected(row, *column, "gpu, gpu_above_idle, node_gpus or wall"));
}

// Counts what is left out, by reason.
class Tally {
 public:
  void add(const std::string& reason) {
    const auto [place, fresh] = places_.try_emplace(reason, left_out.size());
    if (fresh) left_out.push_back({reason, 0});
    ++left_out[place->second].rows;
  }
  std::vector<LeftOut> left_out;

 private:
  std::map<std::string, std::size_t> places_;
};

Status read_table(const Table& table, Observer& observer, bool skip_bad, Dataset& all, Tally& tally) {
  auto csv = io::parse_csv(table.bytes, skip_bad ? io::BadRecords::skip : io::BadRecords::refuse);
  if (!csv) return forward(csv, table.name);
  auto reader = RowReader::of(*csv);
  if (!reader) return forward(reader, table.name);
  std::size_t used = 0;
  for (const io::Csv::Skipped& bad : csv->skipped()) tally.add(table.name + ": " + bad.reason);
  for (std::size_t row = 0; row < csv->rows(); ++row) {
    auto request = reader->request(*csv, row);
    auto measured = reader->measured(*csv, row);
    if (!request || !measured) {
      Error error = request ? measured.error() : request.error();
      if (!skip_bad) return tl::unexpected<Error>(std::move(error).context(table.name));
      tally.add(table.name + ": " + error.message());
      continue;
    }
    if (!measured->energy_per_item) {
      tally.add("no energy in the row");
      continue;
    }
    auto seen = observer.observe(request->workload, request->run);
    if (!seen) {
      const bool model = !observer.pipeline(request->workload.model);
      tally.add(model ? "model " + request->workload.model + " cannot be counted yet" : seen.error().message());
      continue;
    }
    seen->observation.measured = *measured;
    seen->observation.source = reader->source(*csv, row);
    all.observations.push_back(std::move(seen->observation));
    ++used;
  }
  const std::size_t rows = csv->rows() + csv->skipped().size();
  all.rows += rows;
  all.files.emplace_back(table.name, std::to_string(used) + " of " + std::to_string(rows) + " rows");
  return {};
}

}  // namespace

Result<RowReader> RowReader::of(const io::Csv& table) {
  RowReader r;
  for (const char* needed : {"model_id", "gpu"}) {
    auto found = table.require(needed);
    if (!found) return forward(found);
  }
  r.source_ = table.column("source");
  r.model_ = table.column("model_id");
  r.gpu_ = table.column("gpu");
  r.num_gpus_ = table.column("num_gpus");
  r.batch_ = table.column("batch_size");
  r.width_ = table.column("width");
  r.height_ = table.column("height");
  r.frames_ = table.column("frames");
  r.steps_ = table.column("steps");
  r.cfg_ = table.column("cfg");
  r.dtype_ = table.column("dtype");
  r.energy_ = table.column("energy_j_per_item");
  r.latency_ = table.column("latency_s_per_batch");
  r.boundary_ = table.column("boundary");
  r.metered_ = table.column("gpu_count_metered");
  r.clock_ = table.column("sm_clock_mhz");
  r.throttled_ = table.column("throttled_share");
  return r;
}

Result<RowRequest> RowReader::request(const io::Csv& table, std::size_t row) const {
  RowRequest out;
  out.workload.model = std::string(field(table, row, model_));
  out.run.gpu = std::string(field(table, row, gpu_));
  if (out.workload.model.empty()) return tl::unexpected<Error>(table.unexpected(row, *model_, "a model"));
  if (out.run.gpu.empty()) return tl::unexpected<Error>(table.unexpected(row, *gpu_, "a GPU"));
  const auto take = [&](Column column, auto& into) -> Status {
    auto number = whole(table, row, column);
    if (!number) return forward(number);
    if (*number) into = **number;
    return {};
  };
  out.run.metered_devices = 1;
  for (Status status :
       {take(num_gpus_, out.run.devices), take(batch_, out.workload.batch), take(width_, out.workload.width),
        take(height_, out.workload.height), take(frames_, out.workload.frames), take(steps_, out.workload.steps),
        take(metered_, out.run.metered_devices)}) {
    if (!status) return forward(status);
  }
  auto cfg = guidance(table, row, cfg_);
  if (!cfg) return forward(cfg);
  auto type = dtype(table, row, dtype_);
  if (!type) return forward(type);
  auto where = boundary(table, row, boundary_);
  if (!where) return forward(where);
  out.workload.classifier_free = *cfg;
  out.workload.dtype = *type;
  out.run.boundary = *where;
  out.run.metered_devices = std::max(out.run.metered_devices, out.run.devices);
  return out;
}

Result<law::Measured> RowReader::measured(const io::Csv& table, std::size_t row) const {
  auto energy = positive(table, row, energy_);
  if (!energy) return forward(energy);
  auto latency = positive(table, row, latency_);
  if (!latency) return forward(latency);
  auto clock = positive(table, row, clock_);
  if (!clock) return forward(clock);
  auto throttled = share(table, row, throttled_);
  if (!throttled) return forward(throttled);
  law::Measured measured;
  constexpr double megahertz = 1e6;
  if (*clock) measured.clock = **clock * megahertz * hertz;
  measured.throttled_share = *throttled;
  if (*energy) measured.energy_per_item = **energy * joule;
  if (*latency) measured.latency_per_batch = **latency * second;
  return measured;
}

std::string RowReader::source(const io::Csv& table, std::size_t row) const {
  return std::string(field(table, row, source_));
}

std::string Dataset::used_text() const {
  return std::to_string(observations.size()) + " of " + std::to_string(rows) + " rows";
}

Result<Dataset> read(const std::vector<Table>& tables, Observer& observer, bool skip_bad) {
  Dataset all;
  Tally tally;
  for (const Table& table : tables) {
    if (auto status = read_table(table, observer, skip_bad, all, tally); !status) return forward(status);
  }
  all.left_out = std::move(tally.left_out);
  return all;
}

Result<std::vector<Table>> bundled(const io::DataFiles& files, const std::string& wanted) {
  auto roles =
      files.read("measurements/sources.toml").and_then([](const std::string& text) { return io::parse_toml(text); });
  if (!roles) return forward(roles, "measurements/sources.toml");
  std::vector<Table> tables;
  for (const std::string& path : files.list("measurements/", ".csv")) {
    const std::string name = path.substr(std::string_view("measurements/").size());
    const io::Document* source = roles->find(name.substr(0, name.find('/')));
    const io::Document* role = source == nullptr ? nullptr : source->find("role");
    if (role == nullptr || role->text() == nullptr || *role->text() != wanted) continue;
    auto bytes = files.read(path);
    if (!bytes) return forward(bytes);
    tables.push_back({name, std::move(*bytes)});
  }
  return tables;
}

}  // namespace diffjoule::dataset
