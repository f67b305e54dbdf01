// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "diffjoule/law/law.h"
#include "diffjoule/law/symptom.h"

// How the residual moves with something: straight lines by least squares.
namespace diffjoule::law {

// Against ln(batch) among rows of a group that differ in nothing else, of at least three batches; a slope is flagged
// where it moves the residual by 0.10 over the batches measured. The bound of the smallest batch says what to look at.
[[nodiscard]] Looked batch_trends(const Subject& subject, const Law& roofline);

// Of time: against the clock and the share of time throttled, cards apart, where rows have them.
[[nodiscard]] Looked clock_trends(const Subject& time);

// Of time against mean power as a share of the limit, group by group; flagged too where a group was slower than
// predicted by 0.10 and drew 0.10 less power: somebody else held the card up. For rows of the boundary `gpu`.
[[nodiscard]] Looked power_trend(const Subject& energy, const Subject& time);

}  // namespace diffjoule::law
