// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "diffjoule/os/attribute.h"
#include "diffjoule/sensors/kernel_tree.h"
#include "diffjoule/sensors/sensor.h"

// A device each of whose channels is a file of the kernel, or the product of two. A file may be named by a pattern
// ("sys/class/drm/card0/device/hwmon/hwmon*/energy1_input"): it is looked for again as long as it is not there and
// after it vanished, since a hwmon folder can come late and under another number.
namespace diffjoule::sensors {

struct KernelSource {
  std::string pattern;
  double scale = 1e-6;                               // of the file's number to the SI base unit
  std::optional<std::string> factor = std::nullopt;  // pattern of a second file: its number multiplies the first
};

// A channel and where it comes from.
struct KernelChannel {
  Channel channel;
  KernelSource source;
};

class KernelDevice final : public Device {
 public:
  // Reads every channel once: what cannot be read is marked missing with the reason, unless the channel says one
  // itself. Adds the channels to `info`.
  KernelDevice(const KernelTree& tree, DeviceInfo info, std::vector<KernelChannel> channels);

  [[nodiscard]] const DeviceInfo& info() const override { return info_; }
  void read(std::span<const std::size_t> channels, std::span<Reading> out) override;

  // A channel that only root may read: the file to open up. nullopt where all are readable.
  [[nodiscard]] const std::optional<std::string>& forbidden() const { return forbidden_; }

 private:
  class File {
   public:
    File(KernelTree tree, std::string pattern);
    os::Attribute::Whole whole();
    [[nodiscard]] const std::string& path() const { return attribute_.path(); }

   private:
    KernelTree tree_;
    std::string pattern_;
    os::Attribute attribute_;
    bool seen_ = false;
  };
  struct Source {
    File file;
    double scale;
    std::optional<File> factor;
  };
  struct Value {
    double value = 0.0;
    os::Attribute::Outcome outcome = os::Attribute::Outcome::fine;
  };
  static Value read(Source& source);

  DeviceInfo info_;
  std::vector<Source> sources_;
  std::optional<std::string> forbidden_;
};

[[nodiscard]] Absence absence_of(os::Attribute::Outcome outcome);

}  // namespace diffjoule::sensors
