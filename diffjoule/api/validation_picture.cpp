// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/api/validation_picture.h"

#include <algorithm>
#include <map>

#include "diffjoule/law/symptom.h"
#include "diffjoule/units/text.h"

namespace diffjoule::api {

report::Chart picture_of(const law::Validation& shown, std::span<const law::Validation> all,
                         const std::string& left_out, const std::string& colour) {
  report::Chart chart;
  chart.title = "Energy of one item, form " + shown.form + ", one " + left_out + " left out at a time";
  chart.x_label = "predicted, median and 90 % interval";
  chart.y_label = "measured";
  chart.unit = "J";
  std::map<std::string, report::ChartSeries> series;
  bool several = false;
  for (const law::GroupError& g : shown.groups) {
    const std::string name = colour == "card" ? law::card_text(g.card) : g.family;
    report::ChartSeries& s = series[name];
    s.name = name.empty() ? "unknown" : name;
    s.points.push_back({g.predicted.in(joule), g.measured.in(joule), g.low.in(joule), g.high.in(joule), g.several,
                        g.group + ": measured " + to_text(g.measured) + ", predicted " + to_text(g.predicted) + " [" +
                            to_text(g.low) + ", " + to_text(g.high) + "]"});
    several = several || g.several;
  }
  for (auto& [name, s] : series) chart.series.push_back(std::move(s));
  if (several) chart.hollow_means = "hollow: several GPUs";
  chart.bars_title = "mean |ln| of energy, one GPU";
  for (const law::Validation& v : all) {
    if (v.one_gpu.energy) chart.bars.push_back({v.form, v.one_gpu.energy->mean});
  }
  std::stable_sort(chart.bars.begin(), chart.bars.end(),
                   [](const report::Bar& a, const report::Bar& b) { return a.share < b.share; });
  chart.description = "Measured against predicted energy of " + std::to_string(shown.groups.size()) +
                      " groups (model x GPU x source) on logarithmic axes, coloured by " + colour +
                      ", with the diagonal and the band within a factor of two.";
  for (const report::Bar& bar : chart.bars)
    chart.description += " Mean |ln| of form " + bar.label + " on one GPU: " + to_text(bar.share, 2) + ".";
  return chart;
}

}  // namespace diffjoule::api
