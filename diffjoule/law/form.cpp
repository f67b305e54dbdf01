// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/law/form.h"

#include "diffjoule/error/suggest.h"

namespace diffjoule::law {

Result<const Form*> form_named(const std::string& name) {
  std::vector<std::string> known;
  for (const Form& form : all_forms()) {
    if (form.name == name) return &form;
    known.push_back(form.name);
  }
  return fail(ErrorCode::not_found, unknown_name("form of law", name, known, "diffjoule list laws"));
}

}  // namespace diffjoule::law
