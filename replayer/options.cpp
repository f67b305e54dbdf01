// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "replayer/options.h"

#include <charconv>
#include <optional>

namespace diffjoule::replayer {
namespace {

std::optional<std::uint64_t> whole_number(std::string_view text) {
  std::uint64_t n = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (error != std::errc() || end != text.data() + text.size() || n == 0) return std::nullopt;
  return n;
}

std::optional<ByteCount> bytes(std::string text) {
  unsigned shift = 0;
  constexpr std::string_view prefixes = "KMG";
  if (const std::size_t i = text.empty() ? std::string_view::npos : prefixes.find(text.back()); i < prefixes.size()) {
    shift = 10 * (static_cast<unsigned>(i) + 1);
    text.pop_back();
  }
  const auto n = whole_number(text);
  if (!n) return std::nullopt;
  return ByteCount(static_cast<WideInteger>(*n) << shift);
}

Status set(Options& options, const std::string& name, const std::string& value) {
  if (name == "--threads") {
    const auto n = whole_number(value);
    if (!n || *n > 4096) return fail(ErrorCode::invalid_argument, "--threads \"" + value + "\": a number from 1 on");
    options.setup.threads = static_cast<int>(*n);
  } else if (name == "--memory") {
    options.setup.memory = bytes(value);
    if (!options.setup.memory)
      return fail(ErrorCode::invalid_argument, "--memory \"" + value + "\": bytes, such as 4000000000 or 4G");
  } else if (name == "--arithmetic") {
    if (value != "as-dtype" && value != "int8")
      return fail(ErrorCode::invalid_argument, "--arithmetic \"" + value + "\": as-dtype or int8");
    options.arithmetic = value == "int8" ? replay::Arithmetic::int8 : replay::Arithmetic::as_graph;
  } else {
    return fail(ErrorCode::invalid_argument, "unknown option \"" + name + "\"; " + usage());
  }
  return {};
}

}  // namespace

std::string usage() {
  return "diffjoule-replay [--threads N] [--memory BYTES] [--arithmetic as-dtype|int8], requests on standard input";
}

Result<Options> options_of(const std::vector<std::string>& arguments) {
  Options options;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    std::string name = arguments[i], value;
    if (const std::size_t equals = name.find('='); equals != std::string::npos) {
      value = name.substr(equals + 1);
      name.resize(equals);
    } else if (i + 1 < arguments.size()) {
      value = arguments[++i];
    }
    if (auto status = set(options, name, value); !status) return forward(status);
  }
  return options;
}

}  // namespace diffjoule::replayer
