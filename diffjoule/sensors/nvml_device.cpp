// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sensors/nvml_device.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <span>

#include "diffjoule/error/contract.h"

namespace diffjoule::sensors::nvidia {
namespace {

// Whether numbers of processes here are those that the driver knows: it names them as outside every container.
bool has_own_process_numbers(const std::string& root) {
  std::error_code none;
  const std::string space = std::filesystem::read_symlink(std::filesystem::path(root) / "proc/self/ns/pid", none);
  constexpr const char* initial = "pid:[4026531836]";  // PROC_PID_INIT_INO of linux/proc_ns.h
  return !none && space != initial;
}

class Gpu final : public Device {
 public:
  Gpu(std::shared_ptr<const Session> session, const Identity& identity, std::string root)
      : session_(std::move(session)), handle_(identity.handle), root_(std::move(root)) {
    info_ = {.driver = "nvml",
             .id = identity.id,
             .name = identity.card.name,
             .bus_id = identity.bus_id,
             .partition = identity.mig,
             .channels = {}};
  }

  [[nodiscard]] const DeviceInfo& info() const override { return info_; }

  void read(std::span<const std::size_t> channels, std::span<Reading> out) override {
    expect(channels.size() == out.size(), "one reading a channel");
    asked_.clear();
    for (const std::size_t channel : channels) {
      expect(channel < questions_.size(), "channels are those of info()");
      if (questions_[channel]) asked_.push_back(*questions_[channel]);
    }
    answers_.resize(asked_.size());
    ask(session_->api(), handle_, asked_, answers_);
    std::size_t next = 0;
    for (std::size_t i = 0; i < channels.size(); ++i)
      out[i] = questions_[channels[i]] ? answers_[next++] : Reading{.absence = Absence::not_supported};
  }

  [[nodiscard]] std::optional<std::vector<Occupant>> occupants() override;

  // Finds what answers, and fills the info.
  void probe(const Identity& identity);

 private:
  void add(Candidate candidate, std::optional<Question> question);
  void mark_repeated(std::span<const double> values);
  void remark(const Identity& identity);
  [[nodiscard]] const Channel* readable(const std::string& name) const;
  [[nodiscard]] std::map<int, double> shares();

  std::shared_ptr<const Session> session_;
  Handle handle_;
  std::string root_;
  DeviceInfo info_;
  std::vector<std::optional<Question>> questions_;  // one a channel; none: missing
  std::vector<Question> asked_;
  std::vector<Reading> answers_;
  unsigned long long samples_until_ = 0;  // the driver's time of the last sample of processes
};

std::string reason(Absence absence) {
  switch (absence) {
    case Absence::no_permission:
      return "the driver lets only administrators read it";
    case Absence::not_supported:
      return "not supported by this GPU and driver";
    default:
      return name(absence);
  }
}

const Channel* Gpu::readable(const std::string& name) const {
  for (const Channel& channel : info_.channels) {
    if (channel.name == name && !channel.missing) return &channel;
  }
  return nullptr;
}

void Gpu::add(Candidate candidate, std::optional<Question> question) {
  info_.channels.push_back(std::move(candidate.channel));
  questions_.push_back(question);
}

void Gpu::probe(const Identity& identity) {
  const std::vector<Candidate> all = candidates(identity.card);
  std::vector<Question> questions;
  for (const Candidate& candidate : all)
    questions.insert(questions.end(), candidate.questions.begin(), candidate.questions.end());
  std::vector<Reading> answers(questions.size());
  ask(session_->api(), handle_, questions, answers);

  std::vector<double> values;
  std::size_t next = 0;
  for (Candidate candidate : all) {
    const std::span<const Reading> said(answers.data() + next, candidate.questions.size());
    next += candidate.questions.size();
    // A read that failed now may go better later; one that is not supported or not allowed will not.
    const auto usable = std::find_if(said.begin(), said.end(), [](const Reading& r) {
      return r.absence != Absence::not_supported && r.absence != Absence::no_permission;
    });
    if (usable != said.end()) {
      values.push_back(usable->value);
      add(candidate, candidate.questions[static_cast<std::size_t>(usable - said.begin())]);
      continue;
    }
    values.push_back(0.0);
    if (!candidate.channel.missing) candidate.channel.missing = reason(said.front().absence);
    add(std::move(candidate), std::nullopt);
  }
  mark_repeated(values);
  remark(identity);
}

// A scope that a card does not have may be answered with the card's own number: that is not another part.
void Gpu::mark_repeated(std::span<const double> values) {
  const auto drop = [&](std::size_t i, std::string why) {
    info_.channels[i].missing = std::move(why);
    questions_[i].reset();
  };
  for (std::size_t i = 0; i < values.size(); ++i) {
    const Channel& channel = info_.channels[i];
    if (channel.missing || channel.part == Part::gpu || values[i] <= 0.0) continue;
    if (channel.measurand != Measurand::energy && channel.measurand != Measurand::power) continue;
    for (std::size_t j = 0; j < values.size(); ++j) {
      const Channel& whole = info_.channels[j];
      if (!whole.missing && whole.part == Part::gpu && whole.measurand == channel.measurand && values[i] == values[j]) {
        drop(i, "the same number as " + whole.name + ": not a part of its own on this GPU");
        break;
      }
    }
  }
  // nvmlDeviceGetPowerUsage is what there was before the fields, and then one of the two.
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (info_.channels[i].name == "power.usage" && !info_.channels[i].missing && readable("power.instant") != nullptr)
      drop(i, "not needed: power.instant is there");
  }
}

void Gpu::remark(const Identity& identity) {
  std::vector<std::string>& remarks = info_.remarks;
  const Card& card = identity.card;
  const bool instant = readable("power.instant") != nullptr;
  if (superchip(card.name))
    remarks.emplace_back("the energy counter is that of the module (GPU, CPU and memory): the GPU's own energy is " +
                         std::string(instant ? "its power, integrated" : "not to be had"));
  else if (readable("energy") == nullptr)
    remarks.emplace_back("no energy counter: power is integrated instead");
  if (const Channel* usage = readable("power.usage"); usage != nullptr && usage->averaging_window >= 1.0 * second)
    remarks.emplace_back("no instantaneous power: the mean over a second that there is does not see short bursts");
  const PowerSampling sampling = power_sampling(instant ? PowerCall::instant : PowerCall::usage, card);
  if (!sampling.assumed.empty()) remarks.push_back("the averaging window of its power is assumed: " + sampling.assumed);
  if (identity.mig)
    remarks.push_back("MIG is on: energy and power are those of the whole card, which " +
                      std::to_string(identity.slices.size()) + " slices share");
  for (const std::string& slice : identity.given_slices)
    remarks.push_back("CUDA_VISIBLE_DEVICES gives its slice " + slice);
}

std::map<int, double> Gpu::shares() {
  std::map<int, double> found;
  const Api& api = session_->api();
  if (api.process_samples == nullptr) return found;
  std::vector<ProcessSample> samples(256);  // the driver keeps a few seconds of them
  unsigned count = static_cast<unsigned>(samples.size());
  Return code = api.process_samples(handle_, samples.data(), &count, samples_until_);
  if (code == insufficient_size && count > samples.size() && count < 65536) {
    samples.resize(count);
    code = api.process_samples(handle_, samples.data(), &count, samples_until_);
  }
  if (code != success || count > samples.size()) return found;
  std::map<int, unsigned long long> newest;
  for (const ProcessSample& sample : std::span(samples).first(count)) {
    const int pid = static_cast<int>(sample.pid);
    samples_until_ = std::max(samples_until_, sample.timestamp);
    if (sample.sm > 100 || sample.timestamp < newest[pid]) continue;  // some drivers leave entries unwritten
    newest[pid] = sample.timestamp;
    found[pid] = sample.sm * 0.01;
  }
  return found;
}

std::optional<std::vector<Occupant>> Gpu::occupants() {
  const Processes processes = compute_processes(session_->api(), handle_);
  if (processes.code != success) return std::nullopt;
  if (has_own_process_numbers(root_)) {
    // In a container: a number that nobody has here is of the outside, and might be ours.
    for (const int pid : processes.pids) {
      std::error_code none;
      if (!std::filesystem::exists(std::filesystem::path(root_) / "proc" / std::to_string(pid), none))
        return std::nullopt;
    }
  }
  const std::map<int, double> share = processes.pids.empty() ? std::map<int, double>{} : shares();
  std::vector<Occupant> found;
  for (const int pid : processes.pids) {
    const auto known = share.find(pid);
    found.push_back({pid, known == share.end() ? std::nullopt : std::optional<double>(known->second)});
  }
  return found;
}

}  // namespace

std::unique_ptr<Device> make_device(std::shared_ptr<const Session> session, const Identity& identity,
                                    const std::string& root) {
  auto gpu = std::make_unique<Gpu>(std::move(session), identity, root);
  gpu->probe(identity);
  return gpu;
}

}  // namespace diffjoule::sensors::nvidia
