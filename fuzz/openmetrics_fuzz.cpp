// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
// What a scraped endpoint answers.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "diffjoule/io/openmetrics.h"
#include "diffjoule/io/openmetrics_writer.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace diffjoule::io;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::string out;
  for (const MetricFamily& family : parse_openmetrics(text).families)
    append_metrics(out, family, MetricDialect::openmetrics);
  (void)parse_openmetrics(out);
  (void)parse_metric_selector(text);
  return 0;
}
