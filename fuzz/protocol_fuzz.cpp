// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
// Answers of engines: each line an event, the phases among them a run. And command lines with placeholders.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "diffjoule/engines/command_line.h"
#include "diffjoule/engines/protocol.h"
#include "diffjoule/error/contract.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace diffjoule::engines;
  const std::string text(reinterpret_cast<const char*>(data), size);
  std::vector<RanPhase> phases;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    auto event = protocol::event_from(std::string_view(text).substr(begin, end - begin));
    begin = end + 1;
    if (!event) continue;
    if (auto* phase = std::get_if<RanPhase>(&*event)) {
      diffjoule::expect(phase->executed >= 1 && phase->evaluations >= phase->executed, "a phase was executed");
      phases.push_back(std::move(*phase));
    }
    if (auto* done = std::get_if<protocol::Done>(&*event)) {
      if (auto ran = protocol::ran_from(std::exchange(phases, {}), std::move(*done)))
        diffjoule::expect(ran->begin <= ran->end, "a run ends after it begins");
    }
  }
  if (auto words = split_words(text)) {
    for (const std::string& word : *words) (void)filled(word, {{"width", "1"}, {"frames", std::nullopt}});
  }
  return 0;
}
