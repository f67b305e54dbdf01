// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <tl/expected.hpp>

#include "diffjoule/error/error.h"

// Result<T> is a T or the Error that prevented it. Everything that depends on the outside world (files, text, data,
// requests) returns one; pure functions of valid types return plain values.
namespace diffjoule {

template <class T>
using Result = tl::expected<T, Error>;

using Status = Result<void>;

// `return fail(ErrorCode::invalid_data, "...")` in a function that returns Result<anything>.
[[nodiscard]] inline tl::unexpected<Error> fail(ErrorCode code, std::string message) {
  return tl::unexpected<Error>(Error(code, std::move(message)));
}

// `return forward(r, "reading x.toml")`: hands on another result's error with what this layer was doing in front.
template <class T>
[[nodiscard]] tl::unexpected<Error> forward(Result<T>& failed, const std::string& doing) {
  return tl::unexpected<Error>(std::move(failed).error().context(doing));
}
template <class T>
[[nodiscard]] tl::unexpected<Error> forward(Result<T>& failed) {
  return tl::unexpected<Error>(std::move(failed).error());
}

}  // namespace diffjoule
