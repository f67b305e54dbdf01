// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "diffjoule/engines/engine.h"
#include "diffjoule/error/result.h"
#include "diffjoule/io/document.h"

// What is said to a program that is an engine, and what its answers mean: docs/reference/engine-protocol.md, version 1.
namespace diffjoule::engines::protocol {

inline constexpr std::int64_t version = 1;

[[nodiscard]] io::Document hello_request();
// `what`: "prepare" or "run".
[[nodiscard]] io::Document task_request(const char* what, const Task& task);
// Unavailable: an operator that the protocol has no word for.
[[nodiscard]] Result<io::Document> probe_request(const Probe& probe);

struct Ready {
  std::string engine;
  Device device;
};
struct Prepared {};
struct Done {  // "ran": what Ran has beside its phases
  os::Instant begin, end;
  std::optional<std::uint64_t> flops;
  std::vector<std::string> notes;
};
struct Failed {
  Error error;
};
using Event = std::variant<Ready, Prepared, RanPhase, Done, Probed, Failed>;

// The name of it in the protocol.
[[nodiscard]] const char* name(const Event& event);

// One line of an answer. Invalid data: it is not of the protocol; the message names the member and quotes what was
// found. Times do not run backwards, counts are at least 1, texts are short and without control characters.
[[nodiscard]] Result<Event> event_from(std::string_view line);

// The run of these phases: they must be in order, apart, and inside.
[[nodiscard]] Result<Ran> ran_from(std::vector<RanPhase> phases, Done done);

}  // namespace diffjoule::engines::protocol
