// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sweep/journal.h"

#include <algorithm>
#include <cstdlib>

#include "diffjoule/sweep/trial_document.h"

namespace diffjoule::sweep {
namespace {

using io::Document;

std::string text_at(const Document& document, const char* path) {
  const Document* value = document.at_path(path);
  return value != nullptr && value->text() != nullptr ? *value->text() : std::string();
}

// Above every number that a measurement can have, so that locks of both kinds are apart.
std::int64_t lock_number(const std::string& what) {
  constexpr std::int64_t lowest = std::int64_t{1} << 48;
  constexpr int hexadecimal = 16;
  constexpr std::size_t digits = 10;  // 40 bits
  return lowest + std::strtoll(short_hash(what).substr(0, digits).c_str(), nullptr, hexadecimal);
}

std::int64_t doubts_in(const measure::Measurement& m) {
  std::size_t count = m.verdict.size();
  for (const measure::PartEnergy& part : m.whole.parts) count += part.counted ? part.verdict.size() : 0;
  return static_cast<std::int64_t>(count);
}

store::Entry entry_of(const Trial& trial, const measure::Measurement& m) {
  store::Entry entry;
  entry.id = trial.measurement;
  entry.host = m.host;
  entry.program = m.program;
  entry.started = m.started;
  entry.elapsed = trial.elapsed;
  entry.energy = trial.energy;
  entry.doubts = doubts_in(m);
  for (const auto& [axis, level] : trial.configuration.levels)
    entry.command += (entry.command.empty() ? "" : " ") + axis + "=" + level;
  for (const TrialPhase& phase : trial.phases)
    entry.phases.push_back(
        {phase.name, 1, phase.elapsed, phase.energy ? std::optional<Energy>(phase.energy->value) : std::nullopt});
  return entry;
}

}  // namespace

Journal::Journal(store::Store store, Plan plan, Place place)
    : store_(std::move(store)), plan_(std::move(plan)), key_(key(plan_)), place_(std::move(place)) {}

Result<Journal> Journal::open(const std::string& path, const Plan& plan, const Place& place,
                              const std::optional<Part>& part) {
  auto opened = store::Store::open(path);
  if (!opened) return forward(opened, "sweep");
  Journal journal(std::move(*opened), plan, place);
  journal.news_ = journal.store_.news();
  if (auto held = journal.hold(part); !held) return forward(held, "sweep");
  if (auto read = journal.read(); !read) return forward(read, "sweep");
  return journal;
}

Status Journal::hold(const std::optional<Part>& part) {
  const std::string share = part ? std::to_string(part->number) + "/" + std::to_string(part->of) : "";
  const std::int64_t number = lock_number(plan_.name + "\n" + key_ + "\n" + place_.device + "\n" + share);
  const auto alive = store::is_alive(store_.path(), number);
  if (alive.value_or(false))
    return fail(ErrorCode::unavailable, "the plan \"" + plan_.name + "\" is being run in " + store_.path() +
                                            " by another program; wait for its end, give each a share with --part "
                                            "K/N, or use another --store");
  auto held = store::Liveness::hold(store_.path(), number);
  if (!held) {  // a file system without locks: the store's own ids still refuse a trial that is there
    news_.push_back("nobody can tell whether another program runs this plan: " + held.error().message());
    return {};
  }
  held_ = std::move(*held);
  return {};
}

Status Journal::read() {
  auto all = store_.list({.source = source_of(plan_.name)});
  if (!all) return forward(all);
  for (auto stored = all->rbegin(); stored != all->rend(); ++stored) {  // oldest first
    const Document& d = stored->document;
    const Document* member = d.find("trial");
    if (member == nullptr || text_at(d, "trial.device") != place_.device) continue;
    if (text_at(d, "trial.plan_key") != key_)
      return fail(ErrorCode::invalid_argument,
                  store_.path() + " has trials of another plan named \"" + plan_.name +
                      "\" on this device; a plan that was changed is another plan: give it a name with --name, or "
                      "use another --store");
    auto trial = trial_from(*member);
    if (!trial) return forward(trial, "store " + store_.path() + ", measurement " + stored->entry.id);
    // A failure that was tried again gives way to what came of it.
    const auto is_before = [&trial](const Trial& other) {
      return !other.failure.empty() && other.replicate == trial->replicate &&
             other.configuration.key() == trial->configuration.key();
    };
    trials_.erase(std::remove_if(trials_.begin(), trials_.end(), is_before), trials_.end());
    doubts_[trial->measurement] = stored->entry.doubts;
    trials_.push_back(std::move(*trial));
  }
  return {};
}

std::int64_t Journal::doubts(const Trial& trial) const {
  const auto found = doubts_.find(trial.measurement);
  return found == doubts_.end() ? 0 : found->second;
}

Result<std::vector<Record>> Journal::records() {
  std::vector<Record> all;
  for (const Trial& trial : trials_) {
    auto stored = store_.get(trial.measurement);
    if (!stored) return forward(stored);
    auto measurement = measure::measurement_from(stored->document);
    if (!measurement) return forward(measurement, "store " + store_.path() + ", measurement " + trial.measurement);
    all.push_back({trial, std::move(*measurement), place_.device});
  }
  return all;
}

void Journal::retry_failed() {
  const auto is_worth_it = [](const Trial& trial) { return !trial.failure.empty() && !trial.out_of_memory; };
  trials_.erase(std::remove_if(trials_.begin(), trials_.end(), is_worth_it), trials_.end());
}

Status Journal::put(Trial trial, const measure::Measurement& measurement, const std::string& engine) {
  const std::string base =
      plan_.name + "-" +
      short_hash(key_ + "\n" + place_.host + "\n" + place_.device + "\n" + trial.configuration.key()) + "-" +
      std::to_string(trial.replicate);
  trial.measurement = base;
  // A failure that is tried again has the same replicate: it keeps its place beside the one that takes it.
  for (int attempt = 2; true; ++attempt) {
    const auto there = store_.find(trial.measurement);
    const bool is_there = there && *there == trial.measurement;
    if (!is_there) break;
    auto stored = store_.get(trial.measurement);
    if (!stored || text_at(stored->document, "trial.failure").empty()) break;  // refused below
    trial.measurement = base + "-again" + std::to_string(attempt);
  }
  measure::Measurement kept = measurement;
  kept.id = trial.measurement;
  store::Entry entry = entry_of(trial, kept);
  entry.source = source_of(plan_.name);
  Document document = measure::to_document(kept), member = to_document(trial);
  member.set("plan", plan_.name).set("plan_key", key_).set("device", place_.device).set("engine", engine);
  document.set("trial", std::move(member));
  if (auto done = store_.put(entry, document); !done) return forward(done);
  doubts_[trial.measurement] = entry.doubts;
  trials_.push_back(std::move(trial));
  return {};
}

}  // namespace diffjoule::sweep
