// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/law/groups.h"

#include <map>

namespace diffjoule::law {

std::string group_of(const Observation& o) {
  const std::string several = o.devices > 1.0 ? std::to_string(static_cast<int>(o.devices)) + " x " : "";
  return o.model + " on " + several + o.gpu + " (" + o.source + ")";
}

Labels labels(std::span<const Observation> observations, const std::function<std::string(const Observation&)>& label) {
  Labels all;
  std::map<std::string, std::size_t> places;
  for (const Observation& observation : observations) {
    const auto [place, fresh] = places.try_emplace(label(observation), all.names.size());
    if (fresh) all.names.push_back(place->first);
    all.of_row.push_back(place->second);
  }
  return all;
}

std::string configuration_of(const Observation& o) {
  std::string text = o.model;
  for (const double part : {o.pixels, o.steps, o.batch, o.flops_per_item().in(flop), o.guided ? 1.0 : 0.0,
                            o.float32 ? 1.0 : 0.0, o.devices})
    text += " " + std::to_string(part);
  return text;
}

std::vector<double> group_weights(std::span<const Observation> observations) {
  const Labels groups = labels(observations, group_of);
  std::vector<double> rows(groups.names.size(), 0.0);
  for (const std::size_t group : groups.of_row) rows[group] += 1.0;
  std::vector<double> weights;
  for (const std::size_t group : groups.of_row) weights.push_back(1.0 / rows[group]);
  return weights;
}

}  // namespace diffjoule::law
