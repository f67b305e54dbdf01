// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "diffjoule/error/result.h"
#include "diffjoule/measure/measurement.h"
#include "diffjoule/store/liveness.h"
#include "diffjoule/store/store.h"
#include "diffjoule/sweep/plan.h"
#include "diffjoule/sweep/plan_design.h"
#include "diffjoule/sweep/table.h"
#include "diffjoule/sweep/trial.h"

// The trials of a plan in a store: those that are there, and each new one the moment it has ended. A trial is found
// again by plan, device, configuration and replicate, of which its id is made: a store cannot hold one twice.
namespace diffjoule::sweep {

// Where trials run: the same plan on another device is another experiment.
struct Place {
  std::string host;
  std::string device;  // engines::Device::name
};

class Journal {
 public:
  // Refused where another program runs the same share of the plan in this store now, and where the store has trials of
  // another plan of the same name.
  [[nodiscard]] static Result<Journal> open(const std::string& path, const Plan& plan, const Place& place,
                                            const std::optional<Part>& part = {});

  // In the order in which they ran.
  [[nodiscard]] const std::vector<Trial>& trials() const { return trials_; }
  // Drops failures that were not of memory from trials(): they are run again.
  void retry_failed();

  // Keeps it, with the measurement's document, and adds it to trials().
  [[nodiscard]] Status put(Trial trial, const measure::Measurement& measurement, const std::string& engine);

  [[nodiscard]] const std::vector<std::string>& news() const { return news_; }
  // The trials with their measurements, as the store has them now.
  [[nodiscard]] Result<std::vector<Record>> records();
  // In the verdict of that measurement.
  [[nodiscard]] std::int64_t doubts(const Trial& trial) const;
  [[nodiscard]] const Place& place() const { return place_; }
  // Entry::source of every trial of the plan.
  [[nodiscard]] static std::string source_of(const std::string& plan_name) { return "sweep:" + plan_name; }

 private:
  Journal(store::Store store, Plan plan, Place place);
  [[nodiscard]] Status hold(const std::optional<Part>& part);
  [[nodiscard]] Status read();

  store::Store store_;
  Plan plan_;
  std::string key_;
  Place place_;
  std::optional<store::Liveness> held_;
  std::vector<Trial> trials_;
  std::map<std::string, std::int64_t> doubts_;  // by id
  std::vector<std::string> news_;
};

}  // namespace diffjoule::sweep
