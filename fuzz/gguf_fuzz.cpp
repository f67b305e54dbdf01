// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
// Headers of .gguf files.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "diffjoule/checkpoint/fingerprint.h"
#include "diffjoule/checkpoint/gguf.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto header = diffjoule::checkpoint::parse_gguf(bytes, size + 4096);
  if (header) (void)diffjoule::checkpoint::parts_of(*header);
  return 0;
}
