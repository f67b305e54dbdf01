// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
// Configs as they come: JSON, class, and the graph of a small call.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "diffjoule/io/json.h"
#include "diffjoule/models/architecture.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace diffjoule;
  const auto config = io::parse_json(std::string_view(reinterpret_cast<const char*>(data), size));
  if (!config) return 0;
  const auto architecture = models::class_of(*config).and_then(models::architecture_of);
  if (!architecture) return 0;
  const models::Call call{.frames = 5, .height = 32, .width = 32, .text_tokens = 77};
  (void)(*architecture)->build(*config, call);
  if ((*architecture)->latent != nullptr) (void)(*architecture)->latent(*config);
  if ((*architecture)->patch != nullptr) (void)(*architecture)->patch(*config);
  return 0;
}
