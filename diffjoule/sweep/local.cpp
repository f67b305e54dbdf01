// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sweep/local.h"

#include <utility>

#include "diffjoule/os/side_by_side.h"

namespace diffjoule::sweep {
namespace {

std::string share_text(const Launch& launch, int task) {
  return "share " + std::to_string(task) + " of " + std::to_string(launch.tasks);
}

Status merge(const Launch& launch, os::SignalWatch& signals) {
  const std::vector<std::string> command = merge_command(launch);
  if (command.empty()) return fail(ErrorCode::not_found, "no share has left a store");
  bool begun = false;
  int code = 0;
  os::Seats seat;
  seat.next = [&](std::size_t) -> std::optional<os::SeatedCommand> {
    if (std::exchange(begun, true)) return std::nullopt;
    return os::SeatedCommand{command, beside(launch, ".merge.log")};
  };
  seat.ended = [&](std::size_t, int ended) { code = ended; };
  if (auto ran = os::run_side_by_side(seat, signals); !ran) return forward(ran);
  if (code == 0) return {};
  if (code == 1)
    return fail(ErrorCode::invalid_data,
                "not all could be merged into " + launch.store + ": " + beside(launch, ".merge.log") + " says what");
  return fail(ErrorCode::unavailable, "merging into " + launch.store + " ended with code " + std::to_string(code) +
                                          "; " + beside(launch, ".merge.log") + " says why");
}

}  // namespace

std::vector<std::string> share_on(const Launch& launch, int task, const std::string& gpu) {
  std::vector<std::string> words = share_command(launch, task);
  if (gpu.empty()) return words;
  words.insert(words.end(), {"--devices", gpu});
  const std::vector<std::string> alone{"env", "CUDA_VISIBLE_DEVICES=" + gpu};
  words.insert(words.begin(), alone.begin(), alone.end());
  return words;
}

Result<LocalRun> run_local(const Launch& launch, const std::vector<std::string>& gpus, os::SignalWatch& signals,
                           const std::function<void(const std::string& line)>& tell) {
  const std::vector<std::string> places = gpus.empty() ? std::vector<std::string>{""} : gpus;
  LocalRun run;
  std::vector<int> at(places.size(), 0);  // the share on each seat
  int begun = 0;
  os::Seats seats;
  seats.count = places.size();
  seats.next = [&](std::size_t seat) -> std::optional<os::SeatedCommand> {
    if (begun == launch.tasks) return std::nullopt;
    at[seat] = ++begun;
    const std::string log = places.size() > 1 ? task_log(launch, begun) : "";
    if (!log.empty()) tell(share_text(launch, begun) + " on " + places[seat] + ", see " + log);
    return os::SeatedCommand{share_on(launch, begun, places[seat]), log};
  };
  seats.ended = [&](std::size_t seat, int code) {
    run.shares.push_back({at[seat], places[seat], code});
    if (code != 0 || places.size() > 1)
      tell(share_text(launch, at[seat]) + (code == 0 ? " is complete" : " ended with code " + std::to_string(code)));
  };
  auto asked = os::run_side_by_side(seats, signals);
  if (!asked) return forward(asked, "running the shares of the sweep");
  run.asked = *asked;
  const Status merged = merge(launch, signals);
  run.merged = merged.has_value();
  if (!merged) tell(merged.error().message());
  return run;
}

}  // namespace diffjoule::sweep
