// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/law/carriers.h"

#include <algorithm>
#include <cmath>

#include "diffjoule/law/groups.h"
#include "diffjoule/law/shares.h"
#include "diffjoule/stats/correlation.h"
#include "diffjoule/stats/least_squares.h"
#include "diffjoule/units/text.h"

namespace diffjoule::law {
namespace {

struct GroupMean {
  std::string model;
  Shares shares{};
  double residual = 0.0, rows = 0.0;
};

std::vector<GroupMean> group_means(const Subject& s, const Law& roofline) {
  const Labels groups = labels(s.rows, group_of);
  std::vector<GroupMean> means(groups.names.size());
  for (std::size_t i = 0; i < s.rows.size(); ++i) {
    if (!s.residuals[i]) continue;
    const auto shares = shares_of(roofline, s.rows[i]);
    if (!shares) continue;
    GroupMean& g = means[groups.of_row[i]];
    g.model = s.rows[i].model;
    g.residual += *s.residuals[i];
    g.rows += 1.0;
    for (std::size_t k = 0; k < share_classes; ++k) g.shares[k] += (s.of == "time" ? shares->time : shares->energy)[k];
  }
  std::erase_if(means, [](const GroupMean& g) { return g.rows == 0.0; });
  for (GroupMean& g : means) {
    g.residual /= g.rows;
    for (double& share : g.shares) share /= g.rows;
  }
  return means;
}

struct Words {
  const char* points_to;
  const char* advice;
};
Words words_of(std::size_t k, bool time) {
  constexpr std::array<Words, work_classes> of_operators{
      {{"matrix products",
        "check dtype and weight format (TF32, 8 bit), tokens counted, and whether guidance ran twice"},
       {"convolutions", "check the size of images, TF32, and the layout (channels last saves the bytes assumed here)"},
       {"attention",
        "check which kernel runs (eager, SDPA, flash) and the number of tokens; 'count --by class' shows it"},
       {"operators that only move bytes", "check for fusion (torch.compile) or for work outside the networks"}}};
  if (k < work_classes) return of_operators[k];
  return time
             ? Words{"launches of host and framework", "measure at batch 1 and sharpen the host: fit --update LAW ROWS"}
             : Words{"static and idle power", "check the boundary, other work on the card, and its idle power"};
}

Result<stats::LinearFit> regress(const std::vector<GroupMean>& means, const std::vector<std::size_t>& classes) {
  stats::Matrix x(means.size(), classes.size());
  std::vector<double> y;
  std::vector<std::size_t> clusters;
  std::vector<std::string> models;
  for (std::size_t i = 0; i < means.size(); ++i) {
    for (std::size_t k = 0; k < classes.size(); ++k) x(i, k) = means[i].shares[classes[k]];
    y.push_back(means[i].residual);
    const auto place = std::find(models.begin(), models.end(), means[i].model);
    clusters.push_back(static_cast<std::size_t>(place - models.begin()));
    if (place == models.end()) models.push_back(means[i].model);
  }
  return stats::least_squares(x, y, {.clusters = clusters});
}

std::optional<double> correlation(const std::vector<GroupMean>& means, std::size_t k) {
  std::vector<double> share, residual;
  for (const GroupMean& g : means) {
    share.push_back(g.shares[k]);
    residual.push_back(g.residual);
  }
  return stats::pearson(share, residual);
}

}  // namespace

Looked carriers(const Subject& s, const Law& roofline) {
  constexpr double smallest = 0.05;
  Looked all;
  const std::vector<GroupMean> means = group_means(s, roofline);
  std::vector<std::size_t> classes;
  for (std::size_t k = 0; k < share_classes; ++k) {
    if (std::any_of(means.begin(), means.end(), [k](const GroupMean& g) { return g.shares[k] > smallest; }))
      classes.push_back(k);
  }
  const std::string look = "class of operation, " + s.of + ": ";
  if (means.size() < classes.size() + 2) {
    all.notes.push_back(look + std::to_string(means.size()) + " groups cannot tell " + std::to_string(classes.size()) +
                        " classes apart");
    return all;
  }
  const auto fit = regress(means, classes);
  if (!fit || !fit->covariance) {
    all.notes.push_back(look + (fit ? "the shares cannot be told apart" : fit.error().message()));
    return all;
  }
  const bool clustered = fit->cluster_covariance && *fit->cluster_dof > fit->columns.size();
  bool any = false;
  for (std::size_t c = 0; c < fit->columns.size(); ++c) {
    const std::size_t k = classes[fit->columns[c]];
    const std::string last = s.of == "time" ? "launches" : "static";
    Symptom symptom{.look = Look::operation, .of = s.of, .where = k < work_classes ? work_class_names[k] : last};
    const double variance = (clustered ? *fit->cluster_covariance : *fit->covariance)(c, c);
    symptom.estimate = estimated(fit->coefficients[c], std::sqrt(variance),
                                 static_cast<double>(clustered ? *fit->cluster_dof : fit->dof), fit->columns.size());
    symptom.units = means.size();
    judge(symptom);
    const auto r = correlation(means, k);
    const bool more = symptom.estimate->value > 0.0;
    symptom.seen = "costs exp(" + text_of(*symptom.estimate) + ") = " + to_text(std::exp(symptom.estimate->value), 3) +
                   " times its prediction" + (r ? "; share and residual correlate by " + signed_text(*r) : "");
    if (symptom.flagged) {
      const Words words = words_of(k, s.of == "time");
      symptom.points_to = std::string(words.points_to) + " that cost " + (more ? "more" : "less") + " than predicted";
      symptom.advice = words.advice;
    }
    any = any || symptom.flagged;
    all.symptoms.push_back(std::move(symptom));
  }
  if (!any) all.notes.push_back(look + "none carries the residual significantly");
  return all;
}

}  // namespace diffjoule::law
