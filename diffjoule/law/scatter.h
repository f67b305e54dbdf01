// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "diffjoule/law/symptom.h"

// How much of the scatter a law explains, and how much no law could.
namespace diffjoule::law {

// R2 of ln(measured) on each GPU, groups weighted equally; below 0.9 is flagged.
[[nodiscard]] Looked quality_by_gpu(const Subject& subject);

// The deviation of rows that measured the same again, by source, apart from the misfit of the groups' means. Flagged
// where it is above 0.05.
[[nodiscard]] Looked repeat_noise(const Subject& subject);

}  // namespace diffjoule::law
