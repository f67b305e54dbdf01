// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/store/export.h"

#include "diffjoule/error/suggest.h"

namespace diffjoule::store {

Result<const Export*> export_named(const std::string& name) {
  std::vector<std::string> known;
  for (const Export& e : all_exports()) {
    if (e.name == name) return &e;
    known.push_back(e.name);
  }
  std::string all;
  for (const std::string& k : known) all += (all.empty() ? "" : ", ") + k;
  const auto near = nearest_names(name, known);
  return fail(ErrorCode::not_found, "no format named \"" + name + "\"" +
                                        (near.empty() ? "" : "; did you mean \"" + near.front() + "\"?") +
                                        " Known: " + all);
}

}  // namespace diffjoule::store
