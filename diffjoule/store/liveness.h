// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "diffjoule/error/result.h"

// Whether somebody still writes a measurement. The writer holds a lock on one byte of the file STORE-live, the
// measurement's number; the kernel lets go of it however the writer ends, and process ids, which come again and differ
// between containers, are not needed.
namespace diffjoule::store {

class Liveness {
 public:
  [[nodiscard]] static Result<Liveness> hold(const std::string& store, std::int64_t number);
  ~Liveness();
  Liveness(Liveness&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
  Liveness& operator=(Liveness&& other) noexcept {
    std::swap(file_, other.file_);
    return *this;
  }

 private:
  explicit Liveness(int file) : file_(file) {}
  int file_;
};

// nullopt: the file system has no locks, nobody can tell.
[[nodiscard]] std::optional<bool> is_alive(const std::string& store, std::int64_t number);

}  // namespace diffjoule::store
