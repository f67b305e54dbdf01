// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "diffjoule/error/result.h"
#include "diffjoule/sensors/nvml_channels.h"

// NVML in use, and what each GPU says about itself.
namespace diffjoule::sensors::nvidia {

// nvmlInit until the last owner goes.
class Session {
 public:
  // Unavailable: the library's words on why not.
  [[nodiscard]] static Result<std::shared_ptr<const Session>> open(Api api);
  explicit Session(Api api) : api_(std::move(api)) {}
  ~Session() { api_.shutdown(); }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  [[nodiscard]] const Api& api() const { return api_; }

 private:
  Api api_;
};

// What a GPU says about itself; `id` is its UUID.
struct Identity {
  Handle handle = nullptr;
  std::string id, bus_id;
  Card card;
  bool mig = false;
  std::vector<std::string> slices = {};        // UUIDs
  std::vector<std::string> given_slices = {};  // those of CUDA_VISIBLE_DEVICES
};
// By the library's index, which may be another one after each start. Unavailable: the GPU cannot be opened.
[[nodiscard]] Result<Identity> identify(const Api& api, unsigned index);

}  // namespace diffjoule::sensors::nvidia
