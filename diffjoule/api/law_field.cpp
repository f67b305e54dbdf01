// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/api/law_field.h"

#include "diffjoule/io/file.h"
#include "diffjoule/io/json.h"

namespace diffjoule::api {

Field law_field() {
  return {.name = "law", .help = "a law file of diffjoule fit; default: the built-in law", .placeholder = "FILE"};
}

Result<predict::Predictor> predictor_of(const Request& request, const Context& context) {
  const auto path = request.text("law");
  auto law = path ? io::read_file(*path)
                        .and_then([](const std::string& text) { return io::parse_json(text); })
                        .and_then(law::law_from)
                  : predict::builtin_law(context.data);
  if (!law) return forward(law, path.value_or("the built-in law"));
  return predict::Predictor::with(std::move(*law));
}

}  // namespace diffjoule::api
