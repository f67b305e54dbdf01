// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
// Phase marks of the C door, for a `diffjoule measure` around this program.
#include <cstdlib>
#include <mutex>

#include "bindings/c/border.h"
#include "diffjoule/measure/phase_client.h"

namespace {

using namespace diffjoule;

// Connected once, and again where the variable has changed; nullptr where nobody listens. Clients are shared with who
// is sending while the variable changes.
std::shared_ptr<measure::PhaseClient> client_of(const std::string& address) {
  static std::mutex mutex;
  static std::string connected_to;
  static std::shared_ptr<measure::PhaseClient> client;
  const std::lock_guard lock(mutex);
  if (client == nullptr || connected_to != address) {
    auto made = measure::PhaseClient::connect(address);
    client = made ? std::shared_ptr<measure::PhaseClient>(std::move(*made)) : nullptr;
    connected_to = address;
  }
  return client;
}

bool sent(const measure::PhaseClient& client, diffjoule_event event, const std::string& name, uint64_t id,
          os::Instant now) {
  switch (event) {
    case DIFFJOULE_BEGIN:
      return client.begin(name, id, now);
    case DIFFJOULE_END:
      return client.end(name, id, now);
    case DIFFJOULE_MARK:
      return client.mark(name, now);
  }
  return false;
}

}  // namespace

extern "C" diffjoule_code diffjoule_mark(diffjoule_event event, const char* name, uint64_t id) {
  return c::guarded(nullptr, [&] {
    const os::Instant now = os::SystemClock().now();
    const char* address = std::getenv(measure::phases_variable);  // NOLINT(concurrency-mt-unsafe)
    if (address == nullptr || *address == '\0') return DIFFJOULE_NOT_MEASURED;
    const std::string phase = c::text_of(name);
    if (phase.empty() || event < DIFFJOULE_BEGIN || event > DIFFJOULE_MARK) return DIFFJOULE_INVALID_ARGUMENT;
    const auto client = client_of(address);
    return client != nullptr && sent(*client, event, phase, id, now) ? DIFFJOULE_OK : DIFFJOULE_DROPPED;
  });
}
