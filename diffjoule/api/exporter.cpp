// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/api/exporter.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "diffjoule/api/duration.h"
#include "diffjoule/api/law_field.h"
#include "diffjoule/api/meter_fields.h"
#include "diffjoule/api/workload_fields.h"

namespace diffjoule::api {
namespace {

constexpr const char* image_name = "image";  // the phase or mark that is one image

// The fields of a workload that an exporter takes, too.
constexpr std::array predicted_fields{"model", "width", "height", "steps", "batch", "guidance", "dtype"};

std::optional<Duration> usual_period() { return 1.0 * second; }

}  // namespace

std::vector<Field> exporter_fields() {
  std::vector<Field> all{
      {.name = "listen", .help = "where to be scraped; default: 127.0.0.1:9745", .placeholder = "HOST:PORT"},
      {.name = "allow-remote",
       .kind = Field::Kind::flag,
       .help = "listen on an address that other machines reach; there is no password"},
      {.name = "phases",
       .help = "make a socket there for phases; programs are told by DIFFJOULE_PHASES=unix:PATH",
       .placeholder = "PATH"},
      {.name = "for", .help = "end after so long; default: at a signal", .placeholder = "TIME"},
      {.name = "gpu",
       .help = "with --model: the card to predict joules an image for, to be compared with those measured",
       .placeholder = "GPU"},
      law_field(),
  };
  for (const Field& field : workload_fields()) {
    if (std::find(predicted_fields.begin(), predicted_fields.end(), field.name) == predicted_fields.end()) continue;
    all.push_back(field);
    all.back().positional = all.back().required = false;
  }
  const std::vector<Field> meter = meter_fields();
  all.insert(all.end(), meter.begin(), meter.end());
  return all;
}

Result<Endpoint> endpoint_of(const Request& request) {
  const std::string text = request.text("listen").value_or("127.0.0.1:9745");
  const std::size_t colon = text.rfind(':');
  Endpoint endpoint{text.substr(0, colon), -1};
  if (colon != std::string::npos) std::from_chars(text.data() + colon + 1, text.data() + text.size(), endpoint.port);
  if (endpoint.host.starts_with('[') && endpoint.host.ends_with(']'))
    endpoint.host = endpoint.host.substr(1, endpoint.host.size() - 2);
  if (endpoint.host.empty() || endpoint.port < 0 || endpoint.port > 65535)
    return fail(ErrorCode::invalid_argument, "--listen: found \"" + text + "\", expected HOST:PORT");
  const bool loopback = endpoint.host == "localhost" || endpoint.host == "::1" || endpoint.host.starts_with("127.");
  if (!loopback && !request.flag("allow-remote"))
    return fail(ErrorCode::invalid_argument,
                "--listen: other machines could reach " + endpoint.host + "; --allow-remote says that they may");
  return endpoint;
}

Result<ExporterOptions> exporter_options_of(const Request& request, const Context& context) {
  ExporterOptions options;
  auto period = duration_of(request, "period");
  if (!period) return forward(period);
  options.period = *period ? *period : usual_period();
  options.phases_path = request.text("phases");
  options.model = request.text("model").value_or("");
  if (!request.text("gpu")) return options;
  if (options.model.empty())
    return fail(ErrorCode::invalid_argument, "--gpu predicts joules an image of a model: --model is missing");
  io::Document question = io::Document::Object{};
  for (const char* field : predicted_fields) {
    if (const auto text = request.text(field)) question.set(field, *text);
    if (const auto integer = request.integer(field)) question.set(field, *integer);
    if (const auto real = request.real(field); real && !request.integer(field)) question.set(field, *real);
  }
  question.set("gpu", *request.text("gpu"));
  if (const auto law = request.text("law")) question.set("law", *law);
  auto predicted = call("predict", question, context);
  if (!predicted) return forward(predicted);
  const io::Document* energy = predicted->document.at_path("per_item.energy_j");
  if (energy != nullptr && energy->is_number()) options.predicted_per_image = energy->number() * joule;
  return options;
}

Result<std::unique_ptr<Exporter>> Exporter::open(sensors::Found found, os::Clock& clock,
                                                 const ExporterOptions& options) {
  auto exporter = std::unique_ptr<Exporter>(new Exporter(clock, options));
  std::vector<sensors::DeviceInfo> devices;
  for (const auto& device : found.devices) devices.push_back(device->info());
  exporter->totals_ = std::make_unique<measure::RunningTotals>(std::move(devices));
  if (options.phases_path) {
    auto socket = measure::PhaseSocket::open_at(clock, *options.phases_path);
    if (!socket) return forward(socket, "--phases");
    exporter->socket_ = std::move(*socket);
  }
  measure::MeterOptions meter_options;
  meter_options.period = options.period;
  meter_options.sink = exporter->totals_.get();
  auto meter = measure::Meter::open(std::move(found), clock, meter_options);
  if (!meter) return forward(meter, "starting the meter");
  exporter->meter_ = std::move(*meter);
  if (exporter->socket_) {
    exporter->stop_ = eventfd(0, EFD_CLOEXEC);
    exporter->listener_ = std::thread([e = exporter.get()] { e->listen(); });
  }
  return exporter;
}

Exporter::~Exporter() {
  if (listener_.joinable()) {
    eventfd_write(stop_, 1);
    listener_.join();
  }
  if (stop_ >= 0) close(stop_);
  if (meter_) meter_->stop();
}

void Exporter::listen() {
  std::array<pollfd, 2> polled{{{stop_, POLLIN, 0}, {socket_->descriptor(), POLLIN, 0}}};
  while (poll(polled.data(), polled.size(), -1) > 0 && polled[0].revents == 0) {
    socket_->listen();
    for (const measure::Span& span : socket_->marks().spans()) totals_->add(span);
    const auto& moments = socket_->marks().moments();
    const auto images = moments.find(image_name);
    if (images != moments.end()) images_marked_ = images->second;
  }
}

std::string Exporter::page(io::MetricDialect dialect) {
  std::string text;
  const ImageEnergy images{images_marked_, options_.predicted_per_image};
  for (const io::MetricFamily& family : families_of(*totals_, options_.model, images))
    io::append_metrics(text, family, dialect);
  io::end_metrics(text, dialect);
  return text;
}

}  // namespace diffjoule::api
