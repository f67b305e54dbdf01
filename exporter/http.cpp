// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "exporter/http.h"

#include <httplib.h>

#include <chrono>
#include <cstdio>
#include <thread>

#include "diffjoule/api/duration.h"
#include "diffjoule/api/exporter.h"
#include "diffjoule/api/meter_fields.h"
#include "diffjoule/api/version.h"
#include "diffjoule/io/json.h"
#include "diffjoule/os/signals.h"

namespace diffjoule::exporter {
namespace {

constexpr const char* start_page =
    "<!doctype html><title>diffjoule exporter</title><p>diffjoule exporter: <a href=\"/metrics\">metrics</a></p>\n";
constexpr time_t patience = 30;                     // seconds, of a fetch
constexpr std::size_t longest_answer = 256u << 20;  // bytes, of a fetch
constexpr Duration forever = 3600.0 * 24.0 * 365.0 * 100.0 * second;

void answer_metrics(api::Exporter& exporter, const httplib::Request& asked, httplib::Response& answer) {
  // Prometheus says which it prefers; who says nothing gets the older one, which everybody reads.
  const bool openmetrics = asked.get_header_value("Accept").find("application/openmetrics-text") != std::string::npos;
  answer.set_content(exporter.page(openmetrics ? io::MetricDialect::openmetrics : io::MetricDialect::prometheus),
                     openmetrics ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                                 : "text/plain; version=0.0.4; charset=utf-8");
}

Result<int> listen(api::Exporter& exporter, const api::Endpoint& endpoint, Duration length, os::SignalWatch& signals) {
  httplib::Server server;
  server.new_task_queue = [] { return new httplib::ThreadPool(2); };
  server.set_payload_max_length(0);
  server.Get("/metrics", [&](const httplib::Request& asked, httplib::Response& answer) {
    answer_metrics(exporter, asked, answer);
  });
  server.Get("/",
             [](const httplib::Request&, httplib::Response& answer) { answer.set_content(start_page, "text/html"); });
  const int port = endpoint.port == 0 ? server.bind_to_any_port(endpoint.host) : endpoint.port;
  if (port <= 0 || (endpoint.port != 0 && !server.bind_to_port(endpoint.host, port)))
    return fail(ErrorCode::unavailable, "listening on " + endpoint.host + ":" + std::to_string(endpoint.port) +
                                            " is not possible: in use, or not an address of this machine");
  const std::string host = endpoint.host.find(':') == std::string::npos ? endpoint.host : "[" + endpoint.host + "]";
  std::fprintf(stderr, "diffjoule: metrics at http://%s:%d/metrics\n", host.c_str(), port);
  std::thread thread([&server] { server.listen_after_bind(); });
  static_cast<void>(signals.wait(length));
  // A stop() before listen_after_bind() has begun would be lost.
  for (int i = 0; i < 1000 && !server.is_running(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  server.stop();
  thread.join();
  return 0;
}

Result<io::Document> request_from(const std::string& text) { return io::parse_json(text); }

}  // namespace

Result<int> serve(const std::string& text) {
  auto signals = os::SignalWatch::begin();
  if (!signals) return forward(signals);
  auto document = request_from(text);
  if (!document) return forward(document, "the request");
  auto verb = api::verb_named("exporter");
  if (!verb) return forward(verb);
  auto request = api::check(**verb, *document);
  if (!request) return forward(request);
  auto endpoint = api::endpoint_of(*request);
  if (!endpoint) return forward(endpoint);
  auto length = api::duration_of(*request, "for");
  if (!length) return forward(length);
  api::Context context;
  context.version = api::version();
  auto options = api::exporter_options_of(*request, context);
  if (!options) return forward(options);
  os::SystemClock clock;
  auto found = api::sensors_of(*request, clock);
  if (!found) return forward(found);
  if (found->devices.empty())
    std::fprintf(stderr, "diffjoule: no sensor was found: there will be no joules (\"diffjoule devices\" says why)\n");
  auto exporter = api::Exporter::open(std::move(*found), clock, *options);
  if (!exporter) return forward(exporter);
  return listen(**exporter, *endpoint, length->value_or(forever), **signals);
}

Result<int> fetch(const std::string& url) {
  constexpr std::string_view scheme = "http://";
  if (!url.starts_with(scheme))
    return fail(ErrorCode::invalid_argument, "found \"" + url + "\", expected http://...: nothing else is spoken here");
  const std::size_t path = url.find('/', scheme.size());
  httplib::Client client(url.substr(0, path));
  client.set_follow_location(true);
  client.set_connection_timeout(patience);
  client.set_read_timeout(patience);
  std::string body;
  const auto take = [&body](const char* bytes, std::size_t count) {
    body.append(bytes, count);
    return body.size() <= longest_answer;
  };
  const auto got = client.Get(path == std::string::npos ? "/" : url.substr(path), take);
  if (!got) return fail(ErrorCode::unavailable, url + ": " + httplib::to_string(got.error()));
  if (got->status != 200)
    return fail(ErrorCode::unavailable, url + ": status " + std::to_string(got->status) + ", " + body.substr(0, 200));
  return std::fwrite(body.data(), 1, body.size(), stdout) == body.size() && std::fflush(stdout) == 0 ? 0 : 2;
}

}  // namespace diffjoule::exporter
