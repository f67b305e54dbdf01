// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "diffjoule/os/shared_library.h"

namespace diffjoule::fakes {

// The fake libnvidia-ml.so.1 with a script of its own, in a test program that may move its time by hand. One at a time.
class FakeNvml {
 public:
  // `json` as tests/fakes/nvml/README.md says; `age` "old" is a driver before 510. Time stands at 0 until it is moved.
  explicit FakeNvml(const std::string& json, const std::string& age = "")
      : library_path_((std::filesystem::path(DIFFJOULE_BINARY_DIR) / "fakes" / age / "libnvidia-ml.so.1").string()),
        script_path_(
            (std::filesystem::temp_directory_path() / ("diffjoule-fake-nvml-" + std::to_string(getpid()) + ".json"))
                .string()),
        library_(os::SharedLibrary::open(library_path_)) {
    rewrite(json);
    setenv("FAKE_NVML_SCRIPT", script_path_.c_str(), 1);
    move_to(0.0);
  }
  ~FakeNvml() {
    unsetenv("FAKE_NVML_SCRIPT");
    std::filesystem::remove(script_path_);
  }
  FakeNvml(const FakeNvml&) = delete;
  FakeNvml& operator=(const FakeNvml&) = delete;

  // The next nvmlInit reads this.
  void rewrite(const std::string& json) const { std::ofstream(script_path_) << json; }
  // Script time, in seconds; negative: real time again.
  void move_to(double time) const {
    if (library_) library_->find<void(double)>("fake_nvml_set_time")(time);
  }
  [[nodiscard]] int calls(const char* function) const {
    return library_ ? library_->find<int(const char*)>("fake_nvml_calls")(function) : -1;
  }
  // nvmlInits without their nvmlShutdown.
  [[nodiscard]] int open() const { return library_ ? library_->find<int()>("fake_nvml_open")() : -1; }
  [[nodiscard]] const std::string& library() const { return library_path_; }

 private:
  std::string library_path_, script_path_;
  Result<os::SharedLibrary> library_;
};

}  // namespace diffjoule::fakes
