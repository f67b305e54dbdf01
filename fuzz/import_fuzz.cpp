// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
// Files of the neighbours, through every importer, alone and as two scrapes.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "diffjoule/store/import.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace diffjoule;
  const store::Input input{"GPU_ENERGY_WH.txt", std::string(reinterpret_cast<const char*>(data), size), 1.8e9 * second};
  const std::size_t half = size / 2;
  const std::vector<store::Input> halves{{"a", input.text.substr(0, half), 1.8e9 * second},
                                         {"b", input.text.substr(half), std::nullopt}};
  for (const store::Import& import : store::all_imports()) {
    (void)import.recognises(input);
    const auto alone = import.read(std::span(&input, 1));
    const auto apart = import.read(halves);
    for (const auto* imported : {&alone, &apart}) {
      if (!*imported) continue;
      (void)store::rows_csv((*imported)->rows);
      for (const store::Record& r : (*imported)->records) {
        for (const measure::PartEnergy& p : r.measurement.whole.parts) {
          if (p.energy && p.energy->value < Energy()) std::abort();  // never a negative energy
        }
      }
    }
  }
  return 0;
}
