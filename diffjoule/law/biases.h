// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "diffjoule/law/symptom.h"

// Whether the residuals of one label (an architecture, a card, a laboratory, a size, a number of GPUs) lie to one side.
// A model counts once in a label, whatever its rows and groups; the deviation between models is pooled over labels, so
// that a label with one model has an interval too: mean -+ t s / sqrt(models).
namespace diffjoule::law {

// `by` is one of family, card, source, resolution and devices.
[[nodiscard]] Looked biases(const Subject& subject, Look by);

}  // namespace diffjoule::law
