// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sweep/calibration.h"

#include <cctype>

#include "diffjoule/workload/document.h"

namespace diffjoule::sweep {
namespace {

using io::Document;

Document document_of(const ProbeResult& r) {
  Document d;
  d.set("name", r.plan.name).set("dtype", name(r.plan.probe.dtype)).set("call_s", r.call.in(second));
  d.set("calls", static_cast<std::int64_t>(r.calls)).set("flops_per_s", r.rate.in(flop_per_second));
  d.set("bytes_per_s", r.bandwidth.in(byte_per_second));
  return std::move(d.set("power_w", r.power ? Document(r.power->in(watt)) : Document()));
}

Document document_of(const CalibrationCase& c) {
  Document d;
  d.set("workload", to_document(c.configuration.workload)).set("unseen", c.unseen).set("repeats", c.repeats);
  d.set("measured_s", c.measured.in(second)).set("spread", c.spread);
  d.set("before_s", c.before.in(second)).set("after_s", c.after.in(second));
  return std::move(d.set("after_low_s", c.low.in(second)).set("after_high_s", c.high.in(second)));
}

}  // namespace

Document to_document(const Calibration& c) {
  Document d = law::to_document(c.law), probes = Document::Array{}, cases = Document::Array{};
  for (const ProbeResult& r : c.probes) probes.push(document_of(r));
  for (const CalibrationCase& one : c.cases) cases.push(document_of(one));
  Document how;
  how.set("engine", c.engine).set("energy_assumed", c.energy_assumed);
  how.set("probes", std::move(probes)).set("cases", std::move(cases));
  return std::move(d.set("device", diffjoule::to_document(c.device)).set("calibration", std::move(how)));
}

bool has_device(const Document& document) { return document.find("device") != nullptr; }

Result<CalibratedLaw> calibrated_law_from(const Document& document) {
  const Document* device = document.find("device");
  if (device == nullptr)
    return fail(ErrorCode::invalid_data,
                "the law file carries no \"device\"; \"diffjoule calibrate\" writes one that does");
  auto spec = gpu_spec_from(*device);
  if (!spec) return forward(spec, "device of the law file");
  auto law = law::law_from(document);
  if (!law) return forward(law);
  const Document* assumed = document.at_path("calibration.energy_assumed");
  return CalibratedLaw{std::move(*spec), std::move(*law),
                       assumed != nullptr && assumed->boolean() != nullptr && *assumed->boolean()};
}

std::string file_name_of(const std::string& device) {
  std::string name;
  for (const char c : device) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0) {
      name.push_back(static_cast<char>(std::tolower(byte)));
    } else if (!name.empty() && name.back() != '-') {
      name.push_back('-');
    }
  }
  while (!name.empty() && name.back() == '-') name.pop_back();
  return (name.empty() ? "device" : name) + ".json";
}

}  // namespace diffjoule::sweep
