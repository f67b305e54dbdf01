// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sensors/kernel_device.h"

#include <utility>

#include "diffjoule/error/contract.h"

namespace diffjoule::sensors {
namespace {

using Outcome = os::Attribute::Outcome;

std::string first_match(const KernelTree& tree, const std::string& pattern) {
  if (pattern.find('*') == std::string::npos) return tree.at(pattern);
  const auto found = tree.matches(pattern);
  return tree.at(found.empty() ? pattern : found.front());
}

// nullopt: it can be read, or may be a moment later (a card that sleeps).
std::optional<std::string> missing_of(Outcome outcome, const std::string& path) {
  switch (outcome) {
    case Outcome::not_found:
      return "there is no " + path;
    case Outcome::no_permission:
      return "no permission to read " + path;
    case Outcome::not_supported:
      return "not supported: says " + path;
    case Outcome::not_a_number:
      return "no number in " + path;
    case Outcome::fine:
    case Outcome::gone:
    case Outcome::failed:
      break;
  }
  return std::nullopt;
}

}  // namespace

Absence absence_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::fine:
      return Absence::none;
    case Outcome::not_found:
    case Outcome::not_supported:
      return Absence::not_supported;
    case Outcome::no_permission:
      return Absence::no_permission;
    case Outcome::gone:
      return Absence::lost;
    case Outcome::not_a_number:
    case Outcome::failed:
      break;
  }
  return Absence::failed;
}

KernelDevice::File::File(KernelTree tree, std::string pattern)
    : tree_(std::move(tree)), pattern_(std::move(pattern)), attribute_(first_match(tree_, pattern_)) {}

os::Attribute::Whole KernelDevice::File::whole() {
  auto read = attribute_.whole();
  const auto is_away = [&read] { return read.outcome == Outcome::not_found || read.outcome == Outcome::gone; };
  if (is_away() && pattern_.find('*') != std::string::npos) {
    std::string now = first_match(tree_, pattern_);
    if (now != attribute_.path()) {
      attribute_ = os::Attribute(std::move(now));
      read = attribute_.whole();
    }
  }
  if (read.outcome == Outcome::fine) seen_ = true;
  if (is_away() && seen_) read.outcome = Outcome::gone;
  return read;
}

KernelDevice::KernelDevice(const KernelTree& tree, DeviceInfo info, std::vector<KernelChannel> channels)
    : info_(std::move(info)) {
  for (KernelChannel& c : channels) {
    Source source{File(tree, std::move(c.source.pattern)), c.source.scale, std::nullopt};
    if (c.source.factor) source.factor.emplace(tree, std::move(*c.source.factor));
    const Outcome outcome = read(source).outcome;
    if (outcome == Outcome::no_permission && !c.channel.missing && !forbidden_) forbidden_ = source.file.path();
    if (!c.channel.missing) c.channel.missing = missing_of(outcome, source.file.path());
    info_.channels.push_back(std::move(c.channel));
    sources_.push_back(std::move(source));
  }
}

KernelDevice::Value KernelDevice::read(Source& source) {
  const auto first = source.file.whole();
  if (first.outcome != Outcome::fine) return {0.0, first.outcome};
  const double value = static_cast<double>(first.value) * source.scale;
  if (!source.factor) return {value};
  const auto second_one = source.factor->whole();
  if (second_one.outcome != Outcome::fine) return {0.0, second_one.outcome};
  return {value * static_cast<double>(second_one.value)};
}

void KernelDevice::read(std::span<const std::size_t> channels, std::span<Reading> out) {
  expect(channels.size() == out.size(), "one reading for each channel");
  for (std::size_t i = 0; i < channels.size(); ++i) {
    expect(channels[i] < sources_.size(), "a channel of this device");
    const Value found = read(sources_[channels[i]]);
    out[i] = {found.value, absence_of(found.outcome)};
  }
}

}  // namespace diffjoule::sensors
