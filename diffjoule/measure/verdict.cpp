// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/measure/verdict.h"

namespace diffjoule::measure {

const char* name(DoubtKind kind) {
  switch (kind) {
    case DoubtKind::too_short:
      return "too short";
    case DoubtKind::undersampled:
      return "undersampled";
    case DoubtKind::gap:
      return "gap";
    case DoubtKind::disagreement:
      return "disagreement";
    case DoubtKind::counter_reset:
      return "counter reset";
    case DoubtKind::counter_stuck:
      return "counter stuck";
    case DoubtKind::zero_power:
      return "zero power";
    case DoubtKind::throttled:
      return "throttled";
    case DoubtKind::drifted:
      return "drifted";
    case DoubtKind::shared:
      return "shared";
    case DoubtKind::partition:
      return "partition";
    case DoubtKind::lost:
      return "lost";
    case DoubtKind::assumed:
      return "assumed";
    case DoubtKind::no_sensor:
      return "no sensor";
    case DoubtKind::interrupted:
      return "interrupted";
  }
  return "";
}

}  // namespace diffjoule::measure
