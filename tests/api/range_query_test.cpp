// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
// That a real Prometheus answers it: tests/doors/exporter_test.py.
#include "diffjoule/api/range_query.h"

#include <gtest/gtest.h>

namespace diffjoule::api {
namespace {

TEST(RangeQuery, AnAddressHoldsTheMetricPercentEncoded) {
  const RangeQuery q{"http://127.0.0.1:9090/", "power{gpu=\"0\"}", 1.8e9 * second, 1.8000006e9 * second};
  EXPECT_EQ(address_of(q),
            "http://127.0.0.1:9090/api/v1/query_range?query=power%7Bgpu%3D%220%22%7D&start=1800000000&end=1800000600"
            "&step=1");
}

}  // namespace
}  // namespace diffjoule::api
