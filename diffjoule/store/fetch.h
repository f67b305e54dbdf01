// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include "diffjoule/error/result.h"
#include "diffjoule/io/json.h"
#include "diffjoule/units/units.h"

// How a range of a running Prometheus is asked for. HTTP stays out of this program: whoever has a way to fetch sets it
// in range_fetcher(); without one, asking is an error that says how to do it by hand.
namespace diffjoule::store {

struct RangeQuery {
  std::string url;    // "http://127.0.0.1:9090"
  std::string query;  // "DCGM_FI_DEV_POWER_USAGE"
  Duration from, to;  // since 1970 UTC
  Duration step = 1.0 * second;
};

// Gives the body of the answer of /api/v1/query_range.
using RangeFetcher = std::function<Result<std::string>(const RangeQuery& query)>;

[[nodiscard]] inline Result<std::string> no_range_fetcher(const RangeQuery& q) {
  const auto seconds = [](Duration d) { return io::to_json_line(d.in(second)); };
  return fail(ErrorCode::unavailable,
              "this diffjoule was built without the program that fetches over HTTP; run\n  curl -G '" + q.url +
                  "/api/v1/query_range' --data-urlencode 'query=" + q.query + "' -d start=" + seconds(q.from) +
                  " -d end=" + seconds(q.to) + " -d step=" + seconds(q.step) + " -o range.json\nand import range.json");
}

[[nodiscard]] inline RangeFetcher& range_fetcher() {
  static RangeFetcher fetcher = no_range_fetcher;
  return fetcher;
}

}  // namespace diffjoule::store
