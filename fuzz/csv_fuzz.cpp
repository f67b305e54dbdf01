// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
// Tables of measurements.
#include <cstddef>
#include <cstdint>
#include <string>

#include "diffjoule/io/csv.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  (void)diffjoule::io::parse_csv(std::string(reinterpret_cast<const char*>(data), size));
  return 0;
}
