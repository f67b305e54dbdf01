// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "diffjoule/error/result.h"
#include "diffjoule/units/units.h"

// A range of one metric, asked of a running Prometheus through diffjoule-exporter, which alone knows HTTP.
namespace diffjoule::api {

struct RangeQuery {
  std::string url;    // "http://127.0.0.1:9090"
  std::string query;  // "DCGM_FI_DEV_POWER_USAGE"
  Duration from, to;  // since 1970 UTC
  Duration step = 1.0 * second;
};

// The address that is asked: /api/v1/query_range with its parameters, percent-encoded.
[[nodiscard]] std::string address_of(const RangeQuery& query);

// The body of the answer. Where the program that fetches is not there, the error says how to do it by hand.
[[nodiscard]] Result<std::string> fetch(const RangeQuery& query);

}  // namespace diffjoule::api
