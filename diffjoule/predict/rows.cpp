// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/predict/rows.h"

#include <array>
#include <charconv>
#include <map>

#include "diffjoule/io/csv.h"

namespace diffjoule::predict {
namespace {

constexpr std::array<std::string_view, 8> added{
    "predicted_energy_j", "energy_low_j", "energy_high_j", "predicted_duration_s",
    "predicted_power_w",  "law",          "boundary",      "warning"};
constexpr std::size_t boundary_column = 6, warning_column = 7;

// Shortest text that reads back to nine digits.
std::string number(double value) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::general, 9).ptr;
  return {text.data(), end};
}

std::string warning_of(const law::Prediction& p, const dataset::Observed& seen) {
  std::string text;
  const auto say = [&text](const std::string& more) { text += (text.empty() ? "" : "; ") + more; };
  for (const std::string& note : seen.notes) say(note);
  for (const std::string& axis : p.extrapolations) say("extrapolation: " + axis);
  if (p.card_unseen) say("extrapolation: GPU not measured, its data sheet stands in");
  for (const std::string& input : seen.assumed) say("assumed: " + input);
  if (seen.observation.device.idle_assumed && seen.observation.boundary != law::Boundary::gpu)
    say("assumed: idle power, 10 % of the power limit");
  return text;
}

std::array<std::string, added.size()> cells_of(const law::Prediction& p, const dataset::Observed& seen,
                                               const std::string& law) {
  std::array<std::string, added.size()> cells;
  cells[0] = number(p.energy.in(joule));
  cells[1] = number(p.energy_low.in(joule));
  cells[2] = number(p.energy_high.in(joule));
  if (p.duration) {
    cells[3] = number(p.duration->in(second));
    cells[4] = number(mean_power(p, seen.observation.batch).in(watt));
  }
  cells[5] = law;
  cells[boundary_column] = law::name(seen.observation.boundary);
  cells[warning_column] = warning_of(p, seen);
  return cells;
}

// The table being written: the input's columns, then those of `added` that it does not have already.
class Output {
 public:
  explicit Output(const io::Csv& table) : table_(table) {
    std::vector<std::string_view> header(table.header().begin(), table.header().end());
    for (std::size_t k = 0; k < added.size(); ++k) {
      place_[k] = table.column(added[k]).value_or(header.size());
      if (place_[k] == header.size()) header.push_back(added[k]);
    }
    columns_ = header.size();
    io::append_csv(text, header);
  }

  void write(std::size_t row, const std::array<std::string, added.size()>& cells) {
    std::vector<std::string_view> fields(table_.row(row).begin(), table_.row(row).end());
    fields.resize(columns_);
    for (std::size_t k = 0; k < added.size(); ++k) fields[place_[k]] = cells[k];
    io::append_csv(text, fields);
  }

  std::string text;

 private:
  const io::Csv& table_;
  std::array<std::size_t, added.size()> place_{};
  std::size_t columns_ = 0;
};

}  // namespace

Result<PredictedRows> predict_rows(const std::string& csv, const Predictor& predictor, dataset::Observer& observer,
                                   bool skip_bad) {
  auto table = io::parse_csv(csv, skip_bad ? io::BadRecords::skip : io::BadRecords::refuse);
  if (!table) return forward(table);
  auto reader = dataset::RowReader::of(*table);
  if (!reader) return forward(reader);
  Output output(*table);
  PredictedRows done;
  std::map<std::string, std::size_t> reasons;
  for (const io::Csv::Skipped& bad : table->skipped())
    ++reasons["line " + std::to_string(bad.line) + ": " + bad.reason + " (not in the output)"];
  for (std::size_t row = 0; row < table->rows(); ++row) {
    auto request = reader->request(*table, row);
    if (!request && !skip_bad) return forward(request);
    auto seen = request ? observer.observe(request->workload, request->run)
                        : Result<dataset::Observed>(tl::unexpected<Error>(request.error()));
    auto prediction =
        seen ? predictor.predict(seen->observation) : Result<law::Prediction>(tl::unexpected<Error>(seen.error()));
    if (prediction) {
      output.write(row, cells_of(*prediction, *seen, predictor.law().form));
      ++done.predicted;
    } else {
      std::array<std::string, added.size()> cells;
      if (request) cells[boundary_column] = law::name(request->run.boundary);
      cells[warning_column] = prediction.error().message();
      ++reasons[cells[warning_column]];
      output.write(row, cells);
    }
  }
  done.rows = table->rows() + table->skipped().size();
  done.csv = std::move(output.text);
  for (const auto& [reason, count] : reasons) done.left_out.push_back({reason, count});
  return done;
}

}  // namespace diffjoule::predict
