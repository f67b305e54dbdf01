// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/law/biases.h"

#include <cmath>
#include <map>

#include "diffjoule/stats/summary.h"
#include "diffjoule/units/text.h"

namespace diffjoule::law {
namespace {

std::string label_of(const Observation& o, Look by) {
  switch (by) {
    case Look::family:
      return o.family;
    case Look::card:
      return card_text(o.card);
    case Look::source:
      return o.source;
    case Look::resolution:
      return to_text(o.pixels / 1e6, 3) + " megapixels";
    case Look::devices:
      return count_text(o.devices) + (o.devices == 1.0 ? " GPU" : " GPUs");
    default:
      return "";
  }
}

struct Words {
  const char* points_to;
  const char* advice;
};
Words words_of(Look by) {
  switch (by) {
    case Look::family:
      return {"an architecture",
              "see which class of operation its models have most of: explain, and the first rows here"};
    case Look::card:
      return {"a card that differs from its data sheet or variant",
              "check its variant and power limit; fit --update LAW ROWS"};
    case Look::source:
      return {"a way of measuring: meter, boundary, warm-up, framework, host",
              "compare one model that two sources measured; never pool boundaries"};
    case Look::resolution:
      return {"how cost grows with the size", "check width and height of the rows; small sizes are bound by launches"};
    case Look::devices:
      return {"exchange between GPUs", "check which parallel scheme ran; its link is known by few rows"};
    default:
      return {"", ""};
  }
}

// Mean residual of each model of each label: groups of a model count equally in it.
using ModelMeans = std::map<std::string, std::vector<double>>;
ModelMeans model_means(const Subject& s, Look by) {
  struct Sum {
    double sum = 0.0, rows = 0.0;
  };
  std::map<std::string, std::map<std::string, std::map<std::string, Sum>>> sums;  // label, model, card and source
  for (std::size_t i = 0; i < s.rows.size(); ++i) {
    if (!s.residuals[i]) continue;
    const Observation& o = s.rows[i];
    Sum& place = sums[label_of(o, by)][o.model][o.gpu + " " + o.source];
    place.sum += *s.residuals[i];
    place.rows += 1.0;
  }
  ModelMeans means;
  for (const auto& [label, models] : sums) {
    for (const auto& [model, groups] : models) {
      double mean = 0.0;
      for (const auto& [group, sum] : groups) mean += sum.sum / sum.rows / static_cast<double>(groups.size());
      means[label].push_back(mean);
    }
  }
  return means;
}

}  // namespace

Looked biases(const Subject& s, Look by) {
  Looked all;
  const ModelMeans means = model_means(s, by);
  const std::string look = std::string(name(by)) + ", " + s.of + ": ";
  double squares = 0.0, dof = 0.0;
  for (const auto& [label, values] : means) {
    const double mean = stats::mean(values);
    for (const double v : values) squares += (v - mean) * (v - mean);
    dof += static_cast<double>(values.size()) - 1.0;
  }
  if (means.size() < 2 || dof < 1.0) {
    all.notes.push_back(look + (means.empty()       ? "no residual"
                                : means.size() == 1 ? "only " + means.begin()->first
                                                    : "one model each: no deviation between models to judge by"));
    return all;
  }
  const double deviation = std::sqrt(squares / dof);
  std::size_t flagged = 0;
  for (const auto& [label, values] : means) {
    Symptom symptom{.look = by, .of = s.of, .where = label};
    symptom.units = values.size();
    symptom.estimate =
        estimated(stats::mean(values), deviation / std::sqrt(static_cast<double>(values.size())), dof, means.size());
    judge(symptom);
    symptom.seen = text_of(*symptom.estimate) + " over " + std::to_string(values.size()) +
                   (values.size() == 1 ? " model" : " models");
    if (symptom.flagged) {
      ++flagged;
      symptom.points_to = words_of(by).points_to;
      symptom.advice = words_of(by).advice;
    }
    all.symptoms.push_back(std::move(symptom));
  }
  const double by_chance = 0.05 * static_cast<double>(means.size());
  all.notes.push_back(look + std::to_string(flagged) + " of " + std::to_string(means.size()) + " lie to one side; " +
                      to_text(by_chance, 2) + " would by chance");
  return all;
}

}  // namespace diffjoule::law
