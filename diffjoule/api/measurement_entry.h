// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "diffjoule/measure/measurement.h"
#include "diffjoule/store/entry.h"

namespace diffjoule::api {

// "sd --steps '20 30'": arguments as a shell would take them.
[[nodiscard]] std::string command_line(const std::vector<std::string>& arguments);

// This machine's name on the network; empty where it has none.
[[nodiscard]] std::string host_name();

// "20261128T193305Z-host-4711": of its own in every store.
[[nodiscard]] std::string measurement_id(Duration since_epoch, const std::string& host, int process);

// What a store keeps beside the document.
[[nodiscard]] store::Entry entry_of(const measure::Measurement& measurement);

}  // namespace diffjoule::api
