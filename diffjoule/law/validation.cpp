// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/law/validation.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <functional>
#include <set>
#include <thread>

#include "diffjoule/law/interval.h"
#include "diffjoule/law/suggestion.h"
#include "diffjoule/stats/bootstrap.h"
#include "diffjoule/stats/correlation.h"
#include "diffjoule/stats/distributions.h"
#include "diffjoule/stats/summary.h"
#include "diffjoule/units/text.h"

namespace diffjoule::law {
namespace {

// One predicted row, in natural logarithms of joules or seconds.
struct Outcome {
  std::size_t group;
  double measured, predicted, low, high;
};

struct Outcomes {
  std::vector<Outcome> energy, time;
};

void add_outcome(const Observation& o, const Prediction& p, std::size_t group, Outcomes& all) {
  if (o.measured.energy_per_item) {
    all.energy.push_back({group, std::log(o.measured.energy_per_item->in(joule)), std::log(p.energy.in(joule)),
                          std::log(p.energy_low.in(joule)), std::log(p.energy_high.in(joule))});
  }
  if (o.measured.latency_per_batch && p.duration && p.duration_low) {
    all.time.push_back({group, std::log(o.measured.latency_per_batch->in(second)), std::log(p.duration->in(second)),
                        std::log(p.duration_low->in(second)), std::log(p.duration_high->in(second))});
  }
}

// Sum over rows with every group weighing one.
double weighted_r2(const std::vector<Outcome>& rows, const std::vector<double>& per_group) {
  double mean = 0.0, total = 0.0;
  for (const Outcome& o : rows) {
    mean += o.measured / per_group[o.group];
    total += 1.0 / per_group[o.group];
  }
  mean /= total;
  double residual = 0.0, around = 0.0;
  for (const Outcome& o : rows) {
    residual += (o.measured - o.predicted) * (o.measured - o.predicted) / per_group[o.group];
    around += (o.measured - mean) * (o.measured - mean) / per_group[o.group];
  }
  return around > 0.0 ? 1.0 - residual / around : 0.0;
}

std::optional<Scores> scores_of(const std::vector<Outcome>& rows, std::size_t groups) {
  if (rows.empty()) return std::nullopt;
  std::vector<double> count(groups, 0.0), error(groups, 0.0), relative(groups, 0.0), inside(groups, 0.0),
      score(groups, 0.0);
  std::vector<double> measured, predicted, widths;
  for (const Outcome& o : rows) {
    count[o.group] += 1.0;
    error[o.group] += std::abs(o.measured - o.predicted);
    relative[o.group] += std::abs(std::exp(o.predicted - o.measured) - 1.0);
    inside[o.group] += o.measured >= o.low && o.measured <= o.high ? 1.0 : 0.0;
    measured.push_back(o.measured);
    predicted.push_back(o.predicted);
    widths.push_back(o.high - o.low);
    constexpr double outside = 2.0 / 0.10;
    score[o.group] +=
        o.high - o.low + outside * (std::max(0.0, o.low - o.measured) + std::max(0.0, o.measured - o.high));
  }
  Scores s;
  std::vector<double> errors, relatives, scores;
  for (std::size_t g = 0; g < groups; ++g) {
    if (count[g] == 0.0) continue;
    errors.push_back(error[g] / count[g]);
    relatives.push_back(relative[g] / count[g]);
    if (inside[g] / count[g] > 0.5) ++s.covered;
    scores.push_back(score[g] / count[g]);
  }
  s.interval_score = stats::mean(scores);
  s.rows = rows.size();
  s.groups = errors.size();
  s.mean = stats::mean(errors);
  s.median = stats::median(errors);
  s.p90 = stats::quantile(errors, 0.9);
  s.mape = stats::mean(relatives);
  s.r2 = weighted_r2(rows, count);
  s.pearson = stats::pearson(measured, predicted);
  s.spearman = stats::spearman(measured, predicted);
  const auto interval = stats::clopper_pearson(s.covered, s.groups, 0.95);
  s.coverage_low = interval.low;
  s.coverage_high = interval.high;
  s.width = stats::median(widths);
  return s;
}

// The law with the `given` rows of a fold that tell most; marks them. The law as it is where its form cannot.
Law sharpened(const Form& form, const Law& law, std::span<const Observation> rows, const Labels& folds,
              std::size_t fold, std::size_t given, std::vector<bool>& seen) {
  if (form.update == nullptr) return law;
  std::vector<std::size_t> places;
  std::vector<Observation> candidates, chosen;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const bool complete = rows[i].measured.energy_per_item && rows[i].measured.latency_per_batch;
    if (folds.of_row[i] != fold || rows[i].devices > 1.0 || !complete) continue;
    places.push_back(i);
    candidates.push_back(rows[i]);
  }
  const auto suggestions = suggest(law, candidates, given);
  if (!suggestions) return law;
  for (const Suggestion& s : suggestions->runs) {
    seen[places[s.candidate]] = true;
    chosen.push_back(candidates[s.candidate]);
  }
  auto updated = form.update(law, chosen);
  return updated ? std::move(*updated) : law;
}

// work(0) ... work(count - 1), on all cores.
void for_each_index(std::size_t count, const std::function<void(std::size_t)>& work) {
  std::atomic<std::size_t> next = 0;
  const auto take = [&] {
    for (std::size_t i = next++; i < count; i = next++) work(i);
  };
  std::vector<std::thread> others;
  const std::size_t cores = std::max(1U, std::thread::hardware_concurrency());
  for (std::size_t k = 1; k < std::min(cores, count); ++k) others.emplace_back(take);
  take();
  for (std::thread& other : others) other.join();
}

std::vector<GroupError> group_errors(const Outcomes& all, const Labels& groups,
                                     const std::vector<const Observation*>& example) {
  std::vector<GroupError> errors;
  for (std::size_t g = 0; g < groups.names.size(); ++g) {
    const auto mean_of = [g](const std::vector<Outcome>& rows) -> std::optional<double> {
      double sum = 0.0, n = 0.0;
      for (const Outcome& o : rows) {
        if (o.group == g) sum += o.measured - o.predicted, n += 1.0;
      }
      return n > 0.0 ? std::optional<double>(sum / n) : std::nullopt;
    };
    const auto energy = mean_of(all.energy);
    if (!energy) continue;
    double size = 0.0, n = 0.0;
    Outcome sum{g, 0.0, 0.0, 0.0, 0.0};
    for (const Outcome& o : all.energy) {
      if (o.group != g) continue;
      size += std::abs(o.measured - o.predicted);
      sum = {g, sum.measured + o.measured, sum.predicted + o.predicted, sum.low + o.low, sum.high + o.high};
      n += 1.0;
    }
    GroupError error{.group = groups.names[g], .energy = *energy, .time = mean_of(all.time), .size = size / n};
    error.measured = std::exp(sum.measured / n) * joule;
    error.predicted = std::exp(sum.predicted / n) * joule;
    error.low = std::exp(sum.low / n) * joule;
    error.high = std::exp(sum.high / n) * joule;
    error.several = example[g]->devices > 1.0;
    error.family = example[g]->family;
    error.card = example[g]->card;
    errors.push_back(std::move(error));
  }
  return errors;
}

}  // namespace

const char* name(LeaveOut by) {
  switch (by) {
    case LeaveOut::model:
      return "model";
    case LeaveOut::gpu:
      return "gpu";
    case LeaveOut::source:
      return "source";
    case LeaveOut::family:
      return "family";
    case LeaveOut::resolution:
      return "resolution";
    case LeaveOut::model_and_gpu:
      return "model-and-gpu";
  }
  return "";
}

Labels fold_labels(std::span<const Observation> observations, LeaveOut by) {
  return labels(observations, [by](const Observation& o) -> std::string {
    switch (by) {
      case LeaveOut::model:
        return o.model;
      case LeaveOut::gpu:
        return o.card;
      case LeaveOut::source:
        return o.source;
      case LeaveOut::family:
        return o.family;
      case LeaveOut::resolution:
        return to_text(o.pixels, 8);
      case LeaveOut::model_and_gpu:
        return o.model + " on " + o.card;
    }
    return "";
  });
}

Validation validate(const Form& form, std::span<const Observation> rows, LeaveOut by, std::size_t given) {
  Validation v{form.name, form.baseline, {}, {}, {}, {}, {}, {}};
  const Labels folds = fold_labels(rows, by), groups = labels(rows, group_of);
  // Folds know nothing of each other: each core takes its share. What they say is put together in their order.
  struct Fold {
    Outcomes outcomes;
    std::vector<std::string> problems;
  };
  std::vector<Fold> said(folds.names.size());
  const auto run = [&](std::size_t fold) {
    const auto first =
        static_cast<std::size_t>(std::find(folds.of_row.begin(), folds.of_row.end(), fold) - folds.of_row.begin());
    std::vector<Observation> rest;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const bool shares = by == LeaveOut::model_and_gpu
                              ? rows[i].model == rows[first].model || rows[i].card == rows[first].card
                              : folds.of_row[i] == fold;
      if (!shares) rest.push_back(rows[i]);
    }
    auto law = rest.empty() ? Result<Law>(fail(ErrorCode::unidentifiable, "nothing is left to fit")) : fit(form, rest);
    if (!law) {
      said[fold].problems.push_back("without " + folds.names[fold] + ": " + law.error().message());
      return;
    }
    std::vector<bool> seen(rows.size(), false);
    if (given > 0) *law = sharpened(form, *law, rows, folds, fold, given, seen);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (folds.of_row[i] != fold || seen[i]) continue;
      const auto prediction = predict(form, *law, rows[i]);
      if (prediction) {
        add_outcome(rows[i], *prediction, groups.of_row[i], said[fold].outcomes);
      } else {
        said[fold].problems.push_back(groups.names[groups.of_row[i]] + ": " + prediction.error().message());
      }
    }
  };
  for_each_index(folds.names.size(), run);
  Outcomes all;
  std::set<std::string> problems;
  for (const Fold& fold : said) {
    all.energy.insert(all.energy.end(), fold.outcomes.energy.begin(), fold.outcomes.energy.end());
    all.time.insert(all.time.end(), fold.outcomes.time.begin(), fold.outcomes.time.end());
    problems.insert(fold.problems.begin(), fold.problems.end());
  }
  std::vector<const Observation*> example(groups.names.size());  // a row of each group
  for (std::size_t i = 0; i < rows.size(); ++i) example[groups.of_row[i]] = &rows[i];
  const auto part = [&](const std::vector<Outcome>& outcomes, bool wanted) {
    std::vector<Outcome> some;
    for (const Outcome& o : outcomes) {
      if ((example[o.group]->devices > 1.0) == wanted) some.push_back(o);
    }
    return scores_of(some, groups.names.size());
  };
  v.energy = scores_of(all.energy, groups.names.size());
  v.time = scores_of(all.time, groups.names.size());
  v.one_gpu = {part(all.energy, false), part(all.time, false)};
  v.several_gpus = {part(all.energy, true), part(all.time, true)};
  v.groups = group_errors(all, groups, example);
  v.problems.assign(problems.begin(), problems.end());
  return v;
}

std::optional<Paired> paired(const Validation& a, const Validation& b) {
  constexpr std::size_t fewest = 5;
  std::vector<double> first, second;
  for (const GroupError& g : a.groups) {
    if (g.several) continue;
    const auto same = std::find_if(b.groups.begin(), b.groups.end(),
                                   [&g](const GroupError& other) { return other.group == g.group; });
    if (same == b.groups.end()) continue;
    first.push_back(g.size);
    second.push_back(same->size);
  }
  if (first.size() < fewest) return std::nullopt;
  const auto interval = stats::bootstrap(first.size(), [&](std::span<const std::size_t> drawn) {
    double sum = 0.0;
    for (const std::size_t i : drawn) sum += first[i] - second[i];
    return sum / static_cast<double>(drawn.size());
  });
  if (!interval) return std::nullopt;
  return Paired{interval->estimate, interval->interval.low, interval->interval.high,
                stats::mean(first) / stats::mean(second)};
}

}  // namespace diffjoule::law
