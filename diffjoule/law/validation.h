// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "diffjoule/law/fit.h"
#include "diffjoule/law/groups.h"

// How well a form predicts what it has not seen: every row by a law fitted, spread and all, without any row of its
// label. Groups (model x GPU x source) are weighted equally, whatever their rows.
namespace diffjoule::law {

struct Scores {
  std::size_t rows = 0, groups = 0;
  // Over groups, of the group's mean |ln(measured / predicted)|.
  double mean = 0.0, median = 0.0, p90 = 0.0;
  double mape = 0.0;         // mean |predicted / measured - 1|, a fraction
  std::optional<double> r2;  // of ln energy (or time)
  std::optional<double> pearson, spearman;
  // 90 % intervals: groups whose rows are inside for the most part, with the Clopper-Pearson interval of that share.
  std::size_t covered = 0;
  double coverage_low = 0.0, coverage_high = 0.0;
  double width = 0.0;  // median ln(high / low)
  // Mean interval score in ln: width, plus 20 times what a value lies outside (Gneiting and Raftery, 2007, level 0.90).
  double interval_score = 0.0;
};

struct GroupError {
  std::string group;
  double energy = 0.0;  // mean ln(measured / predicted)
  std::optional<double> time;
  double size = 0.0;     // mean |ln(measured / predicted)| of energy
  bool several = false;  // GPUs
  std::string family = {}, card = {};
  Energy measured = {}, predicted = {}, low = {}, high = {};  // geometric means over its rows, of one item
};

// Of some of the groups.
struct Part {
  std::optional<Scores> energy, time;
};

struct Validation {
  std::string form;
  bool baseline = false;
  std::optional<Scores> energy, time;
  Part one_gpu, several_gpus;  // the same, of the groups that ran on one GPU and on more
  std::vector<GroupError> groups;
  std::vector<std::string> problems;  // folds that could not be fitted, or rows that could not be predicted
};

// `gpu` leaves out a card with all its variants, `family` an architecture of the denoiser, `resolution` a number of
// pixels; `model_and_gpu` predicts a model on a card from rows that have neither.
// Two forms on the same groups: the mean difference of their sizes of error of energy on one GPU, the first less the
// second, with the 95 % interval of a bootstrap over groups (seed 1). Nothing where they share too few groups.
struct Paired {
  double difference = 0.0, low = 0.0, high = 0.0;
  double ratio = 0.0;  // of the means
};
[[nodiscard]] std::optional<Paired> paired(const Validation& a, const Validation& b);

enum class LeaveOut { model, gpu, source, family, resolution, model_and_gpu };
inline constexpr std::array<LeaveOut, 6> all_folds{LeaveOut::model,  LeaveOut::gpu,        LeaveOut::source,
                                                   LeaveOut::family, LeaveOut::resolution, LeaveOut::model_and_gpu};
[[nodiscard]] const char* name(LeaveOut by);

// Of `model_and_gpu`: a label for each pair.
[[nodiscard]] Labels fold_labels(std::span<const Observation> observations, LeaveOut by);

// With `given`, a law that can be updated first sees as many of the rows left out, those that suggest() picks, and is
// scored on the others: what a few measurements on a new card are worth.
[[nodiscard]] Validation validate(const Form& form, std::span<const Observation> observations, LeaveOut by,
                                  std::size_t given = 0);

}  // namespace diffjoule::law
