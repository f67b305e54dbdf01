// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "diffjoule/io/openmetrics.h"

// Writes what a Prometheus scrapes, in the text format 0.0.4 or in OpenMetrics 1.0; parse_openmetrics() reads it back.
namespace diffjoule::io {

enum class MetricDialect { prometheus, openmetrics };

// Appends a family with its comments. A counter's family is named without "_total" and its samples with it: the writer
// says its type as the dialect wants it. `end_metrics` writes what stands after the last one.
void append_metrics(std::string& out, const MetricFamily& family, MetricDialect dialect);
void end_metrics(std::string& out, MetricDialect dialect);

}  // namespace diffjoule::io
