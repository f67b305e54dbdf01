// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "diffjoule/dataset/observer.h"
#include "diffjoule/io/csv.h"
#include "diffjoule/law/observation.h"

// Measurement tables: CSV with the columns
//
//   source, model_id, task, gpu, num_gpus, parallelism, batch_size, width, height, frames, steps, cfg, dtype,
//   energy_j_per_item, avg_power_w, latency_s_per_batch, notes, boundary, sm_clock_mhz, throttled_share
//
// by name, in any order, others kept aside. model_id and gpu are needed; what else is empty, "unknown" or absent
// follows the model's defaults, with one GPU and a batch of one. avg_power_w is summed over the GPUs.
namespace diffjoule::dataset {

// What a row says of the run; what was measured is apart.
struct RowRequest {
  Workload workload;
  Run run;
};

// The columns of a table, found once.
class RowReader {
 public:
  // An error names the column that is missing.
  [[nodiscard]] static Result<RowReader> of(const io::Csv& table);

  // An error names line, column, what was found and what was expected.
  [[nodiscard]] Result<RowRequest> request(const io::Csv& table, std::size_t row) const;
  // Positive numbers; empty fields are absent.
  [[nodiscard]] Result<law::Measured> measured(const io::Csv& table, std::size_t row) const;
  [[nodiscard]] std::string source(const io::Csv& table, std::size_t row) const;

 private:
  std::optional<std::size_t> source_, model_, gpu_, num_gpus_, batch_, width_, height_, frames_, steps_, cfg_, dtype_,
      energy_, latency_, boundary_, metered_, clock_, throttled_;
};

// A table of measurements: `name` is for people ("mlenergy-v2/diffusion.csv").
struct Table {
  std::string name;
  std::string bytes;
};

// Why rows were left out, and how many.
struct LeftOut {
  std::string reason;  // "model nota-ai/bk-sdm-tiny cannot be counted yet"
  std::size_t rows = 0;
};

struct Dataset {
  std::vector<law::Observation> observations;
  std::vector<std::pair<std::string, std::string>> files;  // name, "97 of 97 rows"
  std::vector<LeftOut> left_out;
  std::size_t rows = 0;  // of all files

  // "241 of 854 rows"
  [[nodiscard]] std::string used_text() const;
};

// Rows become observations. Models that are not in the catalogue, rows without an energy, dtypes that are not known and
// the like are left out and counted; a malformed row is an error, or with `skip_bad` left out and counted too.
[[nodiscard]] Result<Dataset> read(const std::vector<Table>& tables, Observer& observer, bool skip_bad);

// The tables built into the program whose role in measurements/sources.toml is this: laws are fitted on "fit" only.
[[nodiscard]] Result<std::vector<Table>> bundled(const io::DataFiles& files, const std::string& role = "fit");

}  // namespace diffjoule::dataset
