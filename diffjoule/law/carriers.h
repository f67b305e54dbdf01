// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "diffjoule/law/law.h"
#include "diffjoule/law/symptom.h"

// Which class of operation carries the residual: least squares of the groups' mean residuals on their mean predicted
// shares (shares.h), without an intercept, errors clustered by model. A coefficient is ln of what the class costs over
// what the law says it does. A class that is nowhere more than 5 % is left out.
namespace diffjoule::law {

[[nodiscard]] Looked carriers(const Subject& subject, const Law& roofline);

}  // namespace diffjoule::law
