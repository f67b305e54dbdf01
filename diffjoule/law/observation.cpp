// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/law/observation.h"

#include <string_view>

namespace diffjoule::law {

const char* name(Boundary boundary) {
  switch (boundary) {
    case Boundary::gpu:
      return "gpu";
    case Boundary::gpu_above_idle:
      return "gpu_above_idle";
    case Boundary::node_gpus:
      return "node_gpus";
    case Boundary::wall:
      return "wall";
  }
  return "";
}

std::optional<Boundary> boundary_named(std::string_view text) {
  for (const Boundary b : {Boundary::gpu, Boundary::gpu_above_idle, Boundary::node_gpus, Boundary::wall}) {
    if (text == name(b)) return b;
  }
  return std::nullopt;
}

Flops Observation::flops_per_item() const {
  Flops total;
  for (const StageWork& stage : work) {
    for (const ClassWork& c : stage.by_class) total += c.flops;
  }
  return total / batch;
}

}  // namespace diffjoule::law
