// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/law/roofline_law.h"

#include <cmath>

namespace diffjoule::law {

Roofline parameters_for(const Law& law, const Observation& o) {
  Roofline p;
  for (std::size_t i = 0; i < shared.size(); ++i) p.*shared[i].member = law.value(i);
  for (std::size_t i = shared.size(); i < law.coefficients.size(); ++i) {
    const std::string& name = law.coefficients[i].name;
    if (name == launch_prefix + o.source || name == std::string(launch_prefix) + any_host) p.t_launch = law.value(i);
  }
  if (const auto card = law.cards.find(o.card); card != law.cards.end()) {
    for (const CardFacts& d : deviations) p.*d.factor = std::exp(card->second.*d.member);
  }
  return p;
}

Result<Roofline> roofline_of(const Law& law, const Observation& o) {
  if (!law.form.empty() && law.form != "roofline")
    return fail(ErrorCode::invalid_argument, "only a law of form roofline says where joules go; this one is of form " +
                                                 law.form +
                                                 ", \"diffjoule fit --form roofline -o law.json\" makes one");
  if (law.coefficients.size() <= shared.size())
    return fail(ErrorCode::invalid_data, "a roofline law has " + std::to_string(shared.size()) +
                                             " coefficients and a launch time; this one has " +
                                             std::to_string(law.coefficients.size()));
  return parameters_for(law, o);
}

}  // namespace diffjoule::law
