// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "diffjoule/law/validation.h"
#include "diffjoule/report/chart.h"

// A validation as a picture: measured against predicted energy of every group (model x GPU x source), and how far each
// form is off.
namespace diffjoule::api {

// `colour` is "family" (architecture of the denoiser) or "card"; `all` are the forms that the bars compare.
[[nodiscard]] report::Chart picture_of(const law::Validation& shown, std::span<const law::Validation> all,
                                       const std::string& left_out, const std::string& colour);

}  // namespace diffjoule::api
