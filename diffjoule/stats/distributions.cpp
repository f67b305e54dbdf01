// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/stats/distributions.h"

#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>

#include "diffjoule/error/contract.h"

namespace diffjoule::stats {

double normal_quantile(double probability) {
  expect(probability > 0.0 && probability < 1.0, "a probability lies between 0 and 1");
  return boost::math::quantile(boost::math::normal_distribution<double>(), probability);
}

double student_t_quantile(double probability, double degrees_of_freedom) {
  expect(probability > 0.0 && probability < 1.0, "a probability lies between 0 and 1");
  expect(degrees_of_freedom > 0.0, "degrees of freedom are above zero");
  return boost::math::quantile(boost::math::students_t_distribution<double>(degrees_of_freedom), probability);
}

Interval clopper_pearson(std::size_t successes, std::size_t trials, double level) {
  expect(trials >= 1 && successes <= trials, "successes are among at least one trial");
  expect(level > 0.0 && level < 1.0, "a confidence level lies between 0 and 1");
  using Binomial = boost::math::binomial_distribution<double>;
  const auto n = static_cast<double>(trials);
  const auto k = static_cast<double>(successes);
  const double tail = (1.0 - level) / 2.0;
  return {.low = Binomial::find_lower_bound_on_p(n, k, tail), .high = Binomial::find_upper_bound_on_p(n, k, tail)};
}

}  // namespace diffjoule::stats
