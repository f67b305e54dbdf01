// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "diffjoule/law/form.h"

// A whole law: the form's coefficients, and from the same observations alone how far it may be off and where it holds.
//
// The spread of energy and time is that of the outer residuals ln(measured / predicted) of leaving one model out,
// groups weighted equally, with models - 1 degrees of freedom. The deviation of a card that nobody measured is the root
// mean square over cards of the mean residual of leaving that card out, but at least 0.10. With fewer than three models
// or two cards there is nothing to learn that from; stated priors (0.25 with 3 degrees of freedom, 0.30) stand in, and
// the law's provenance says so. The spread of a law of one device is that of leaving out one configuration (model,
// size, steps, batch, guidance, dtype), with configurations - 1 degrees of freedom, from five of them on.
namespace diffjoule::law {

[[nodiscard]] Result<Law> fit(const Form& form, std::span<const Observation> observations);

}  // namespace diffjoule::law
