// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/workload/workload.h"

#include <cmath>

namespace diffjoule {
namespace {

Status within(const char* field, std::optional<std::int64_t> value, std::int64_t most) {
  if (!value || (*value >= 1 && *value <= most)) return {};
  return fail(ErrorCode::invalid_argument, std::string(field) + " is " + std::to_string(*value) +
                                               "; expected a whole number from 1 to " + std::to_string(most));
}

}  // namespace

Status check(const Workload& w) {
  using Limits = WorkloadLimits;
  for (const Status& status :
       {within("width", w.width, Limits::side), within("height", w.height, Limits::side),
        within("frames", w.frames, Limits::frames), within("steps", w.steps, Limits::steps),
        within("batch", w.batch, Limits::batch), within("text tokens", w.text_tokens, Limits::text_tokens)}) {
    if (!status) return status;
  }
  if (w.guidance && !(std::isfinite(*w.guidance) && *w.guidance >= 0.0)) {
    return fail(ErrorCode::invalid_argument,
                "guidance is " + std::to_string(*w.guidance) + "; expected a number from 0 up");
  }
  return {};
}

}  // namespace diffjoule
