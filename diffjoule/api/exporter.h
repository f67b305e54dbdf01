// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "diffjoule/api/exporter_metrics.h"
#include "diffjoule/api/verb.h"
#include "diffjoule/io/openmetrics_writer.h"
#include "diffjoule/measure/meter.h"
#include "diffjoule/measure/phase_socket.h"
#include "diffjoule/measure/running_totals.h"
#include "diffjoule/os/clock.h"

// The machine's energy as metrics for Prometheus, for as long as it lives. Whoever serves them asks for page().
namespace diffjoule::api {

[[nodiscard]] std::vector<Field> exporter_fields();

// Where to listen, of a request: host and port. Other hosts than loopback are refused without --allow-remote.
struct Endpoint {
  std::string host;
  int port = 0;  // 0: any that is free
};
[[nodiscard]] Result<Endpoint> endpoint_of(const Request& request);

struct ExporterOptions {
  std::optional<Duration> period = std::nullopt;
  std::string model = {};  // label of every series; empty: none
  std::optional<Energy> predicted_per_image = std::nullopt;
  std::optional<std::string> phases_path = std::nullopt;  // of the phases socket
};
[[nodiscard]] Result<ExporterOptions> exporter_options_of(const Request& request, const Context& context);

class Exporter {
 public:
  [[nodiscard]] static Result<std::unique_ptr<Exporter>> open(sensors::Found found, os::Clock& clock,
                                                              const ExporterOptions& options);
  ~Exporter();
  Exporter(const Exporter&) = delete;
  Exporter& operator=(const Exporter&) = delete;

  [[nodiscard]] std::string page(io::MetricDialect dialect);
  [[nodiscard]] const std::vector<std::string>& advice() const { return meter_->advice(); }

 private:
  Exporter(os::Clock& clock, ExporterOptions options) : clock_(clock), options_(std::move(options)) {}
  void listen();

  os::Clock& clock_;
  ExporterOptions options_;
  std::unique_ptr<measure::RunningTotals> totals_;
  std::unique_ptr<measure::Meter> meter_;
  std::unique_ptr<measure::PhaseSocket> socket_;
  int stop_ = -1;
  std::thread listener_;
  std::atomic<std::uint64_t> images_marked_ = 0;
};

}  // namespace diffjoule::api
