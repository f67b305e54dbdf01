// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/law/trends.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>

#include "diffjoule/law/groups.h"
#include "diffjoule/law/shares.h"
#include "diffjoule/stats/least_squares.h"
#include "diffjoule/stats/summary.h"
#include "diffjoule/units/text.h"

namespace diffjoule::law {
namespace {

struct Points {
  std::vector<double> x, y;
};
struct Line {
  double slope, error, degrees_of_freedom;
};

// Absent with fewer than three points, or where x does not vary.
std::optional<Line> line_through(const Points& p) {
  stats::Matrix x(p.x.size(), 2, 1.0);
  for (std::size_t i = 0; i < p.x.size(); ++i) x(i, 1) = p.x[i];
  const auto fit = stats::least_squares(x, p.y);
  if (!fit || fit->columns.size() < 2 || !fit->covariance) return std::nullopt;
  return Line{fit->coefficients[1], std::sqrt((*fit->covariance)(1, 1)), static_cast<double>(fit->dof)};
}

// Rows alike in all but the batch, and their mean residual at each.
struct Series {
  std::map<double, Points> at;  // batch, residuals in y
  std::size_t smallest = 0;     // row of the smallest batch
};

std::map<std::string, Series> series_of(const Subject& s) {
  std::map<std::string, Series> all;
  for (std::size_t i = 0; i < s.rows.size(); ++i) {
    if (!s.residuals[i]) continue;
    const Observation& o = s.rows[i];
    Series& series = all[group_of(o) + ", " + count_text(o.steps) + " steps, " + to_text(o.pixels / 1e6, 3) +
                         " megapixels" + (o.guided ? "" : ", no guidance") + (o.float32 ? ", float32" : "")];
    if (series.at.empty() || o.batch < s.rows[series.smallest].batch) series.smallest = i;
    series.at[o.batch].y.push_back(*s.residuals[i]);
  }
  std::erase_if(all, [](const auto& entry) { return entry.second.at.size() < 3; });
  return all;
}

const char* batch_advice(Bound bound) {
  switch (bound) {
    case Bound::launches:
      return "at its smallest batch the host sets the pace: measure this host there, fit --update LAW ROWS; CUDA "
             "graphs "
             "or compilation change it";
    case Bound::memory:
      return "at its smallest batch memory sets the pace: weights are read once a call, activations once an item; "
             "check "
             "weight format and offloading";
    case Bound::power:
      return "the power limit sets the pace even at its smallest batch: check the limit that was set on the card";
    case Bound::compute:
    case Bound::exchange:
      break;
  }
  return "arithmetic sets the pace even at its smallest batch: check whether large batches ran out of memory, were "
         "split, or throttled";
}

Symptom batch_symptom(const Subject& s, const std::string& where, const Series& series, const Law& roofline,
                      std::size_t comparisons) {
  Points points;
  for (const auto& [batch, at] : series.at) {
    points.x.push_back(std::log(batch));
    points.y.push_back(stats::mean(at.y));
  }
  Symptom symptom{.look = Look::batch, .of = s.of, .where = where};
  const auto line = line_through(points);
  if (!line) return symptom;
  constexpr double concern = 0.10;
  symptom.units = points.x.size();
  symptom.estimate = estimated(line->slope, line->error, line->degrees_of_freedom, comparisons);
  const double range = points.x.back() - points.x.front();
  judge(symptom, range * least_concern / concern);
  const auto shares = shares_of(roofline, s.rows[series.smallest]);
  const std::string bound = shares ? name(shares->bound) : "unknown";
  symptom.seen = text_of(*symptom.estimate) + " for each ln of batch, " + signed_text(line->slope * range) + " from " +
                 count_text(series.at.begin()->first) + " to " + count_text(series.at.rbegin()->first) +
                 "; bound at the smallest: " + bound;
  if (symptom.flagged) {
    symptom.points_to = std::string(line->slope > 0.0 ? "large batches cost more" : "large batches cost less") +
                        " than predicted, next to small ones";
    symptom.advice = batch_advice(shares ? shares->bound : Bound::compute);
  }
  return symptom;
}

// Residuals less their mean on each card, against x less its.
Points within_cards(const Subject& s, const std::function<std::optional<double>(const Observation&)>& x_of) {
  std::map<std::string, Points> cards;
  for (std::size_t i = 0; i < s.rows.size(); ++i) {
    const auto x = x_of(s.rows[i]);
    if (!x || !s.residuals[i]) continue;
    cards[s.rows[i].gpu].x.push_back(*x);
    cards[s.rows[i].gpu].y.push_back(*s.residuals[i]);
  }
  Points all;
  for (const auto& [card, p] : cards) {
    const double x = stats::mean(p.x), y = stats::mean(p.y);
    for (std::size_t i = 0; i < p.x.size(); ++i) {
      all.x.push_back(p.x[i] - x);
      all.y.push_back(p.y[i] - y);
    }
  }
  return all;
}

// Mean power as a share of the limit, where energy, time and boundary tell it.
std::optional<double> power_share(const Observation& o) {
  const Measured& m = o.measured;
  if (o.boundary != Boundary::gpu || !m.energy_per_item || !m.latency_per_batch) return std::nullopt;
  return o.batch * *m.energy_per_item / *m.latency_per_batch / (o.devices * o.device.power_limit);
}

struct PowerGroup {
  std::string name;
  double share = 0.0;              // of the power limit
  double time = 0.0;               // residual
  double against_predicted = 0.0;  // ln of measured over predicted power
};

std::vector<PowerGroup> power_groups(const Subject& energy, const Subject& time) {
  std::map<std::string, std::pair<PowerGroup, double>> sums;
  for (std::size_t i = 0; i < time.rows.size(); ++i) {
    const auto share = power_share(time.rows[i]);
    if (!share || !time.residuals[i] || !energy.residuals[i]) continue;
    auto& [group, rows] = sums[group_of(time.rows[i])];
    group.share += *share;
    group.time += *time.residuals[i];
    group.against_predicted += *energy.residuals[i] - *time.residuals[i];
    rows += 1.0;
  }
  std::vector<PowerGroup> groups;
  for (const auto& [name, sum] : sums) {
    const auto& [group, rows] = sum;
    groups.push_back({name, group.share / rows, group.time / rows, group.against_predicted / rows});
  }
  return groups;
}

}  // namespace

Looked batch_trends(const Subject& s, const Law& roofline) {
  Looked all;
  const auto series = series_of(s);
  const std::string look = "batch, " + s.of + ": ";
  if (series.empty()) {
    all.notes.push_back(look + "no group was measured at three batches with all else alike");
    return all;
  }
  std::size_t flagged = 0;
  std::vector<double> slopes;
  for (const auto& [where, one] : series) {
    Symptom symptom = batch_symptom(s, where, one, roofline, series.size());
    if (!symptom.estimate) continue;
    slopes.push_back(symptom.estimate->value);
    flagged += symptom.flagged ? 1 : 0;
    all.symptoms.push_back(std::move(symptom));
  }
  all.notes.push_back(look + std::to_string(flagged) + " of " + std::to_string(series.size()) +
                      " groups move with it; median slope " + signed_text(stats::median(slopes)) + " for each ln");
  return all;
}

Looked clock_trends(const Subject& s) {
  Looked all;
  const auto look_at = [&](const std::string& what, const Points& points, const char* points_to, const char* advice) {
    const auto line = points.x.size() < 4 ? std::nullopt : line_through(points);
    if (!line) {
      all.notes.push_back("clock and throttling, " + s.of + ": " + std::to_string(points.x.size()) + " rows say the " +
                          what + (points.x.empty() ? "" : ": too few, or it does not vary"));
      return;
    }
    Symptom symptom{.look = Look::clock, .of = s.of, .where = what};
    symptom.units = points.x.size();
    symptom.estimate = estimated(line->slope, line->error, line->degrees_of_freedom, 2);
    judge(symptom,
          *std::max_element(points.x.begin(), points.x.end()) - *std::min_element(points.x.begin(), points.x.end()));
    symptom.seen = "slope " + text_of(*symptom.estimate) + " over " + std::to_string(symptom.units) + " rows";
    if (symptom.flagged) {
      symptom.points_to = points_to;
      symptom.advice = advice;
    }
    all.symptoms.push_back(std::move(symptom));
  };
  look_at("ln of the SM clock",
          within_cards(s,
                       [](const Observation& o) -> std::optional<double> {
                         if (!o.measured.clock) return std::nullopt;
                         return std::log(o.measured.clock->in(hertz));
                       }),
          "clocks other than the law's: it has the data sheet's peak and the power cap",
          "a slope of -1 is work bound by the clock; unlock the clocks, or fit these rows as a card of their own");
  look_at("share of time throttled", within_cards(s, [](const Observation& o) { return o.measured.throttled_share; }),
          "throttling beyond the power cap", "check temperature and the power limit that was set");
  return all;
}

Looked power_trend(const Subject& energy, const Subject& time) {
  Looked all;
  const std::vector<PowerGroup> groups = power_groups(energy, time);
  Points points;
  std::string slow;
  for (const PowerGroup& g : groups) {
    constexpr double late = 0.10, low = -0.10;  // ln
    points.x.push_back(g.share);
    points.y.push_back(g.time);
    if (g.time > late && g.against_predicted < low)
      slow += (slow.empty() ? "" : ", ") + g.name + " at " + percent_text(g.share) + " of its limit, predicted " +
              percent_text(g.share * std::exp(-g.against_predicted)) + ", time " + signed_text(g.time);
  }
  const auto line = points.x.size() < 4 ? std::nullopt : line_through(points);
  if (!line) {
    all.notes.push_back("mean power: " + std::to_string(points.x.size()) +
                        " groups have energy and time of the GPU alone; four that differ are needed");
    return all;
  }
  Symptom symptom{.look = Look::power, .of = time.of, .where = "groups"};
  symptom.units = groups.size();
  symptom.estimate = estimated(line->slope, line->error, line->degrees_of_freedom, 1);
  judge(symptom);
  symptom.flagged = symptom.flagged || !slow.empty();
  symptom.seen = "slope " + text_of(*symptom.estimate) + " for each power limit, " + std::to_string(groups.size()) +
                 " groups" + (slow.empty() ? "; none slow at low power" : "; slow at low power: " + slow);
  if (symptom.flagged) {
    symptom.points_to = "runs in which the card waited: the host or the framework held it";
    symptom.advice = "look at the host's cores, loading and saving inside the timing, eager against compiled";
  }
  all.symptoms.push_back(std::move(symptom));
  return all;
}

}  // namespace diffjoule::law
