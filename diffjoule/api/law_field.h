// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "diffjoule/api/verb.h"
#include "diffjoule/predict/predictor.h"

// The field that says which law answers, the same for every verb that predicts.
namespace diffjoule::api {

[[nodiscard]] Field law_field();

// The law of the request's file, else the built-in one.
[[nodiscard]] Result<predict::Predictor> predictor_of(const Request& request, const Context& context);

}  // namespace diffjoule::api
