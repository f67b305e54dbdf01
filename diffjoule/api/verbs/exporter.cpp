// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/api/exporter.h"

#include "diffjoule/api/verb.h"
#include "diffjoule/io/json.h"
#include "diffjoule/os/own_program.h"

namespace diffjoule::api {
namespace {

Result<Answer> run(const Request& request, const Context& context) {
  if (auto endpoint = endpoint_of(request); !endpoint) return forward(endpoint, "exporter");
  if (auto options = exporter_options_of(request, context); !options) return forward(options, "exporter");
  auto program = os::own_program("diffjoule-exporter");
  if (!program) return forward(program, "exporter");
  Answer answer;
  answer.program = {*program, "serve", io::to_json_line(request.members())};
  return answer;
}

report::Page view(const io::Document&) { return {}; }

}  // namespace

Verb exporter() {
  return {"exporter",
          "the machine's energy as metrics for Prometheus",
          "Serves http://127.0.0.1:9745/metrics, in OpenMetrics or Prometheus text, until a signal ends it: "
          "diffjoule_gpu_joules_total and its like for every part that has a sensor, power, energy while unused, "
          "throttled time, energy by phase (--phases), and with --model and --gpu the predicted joules an image beside "
          "the measured ones (phases or marks named image). Energy counts from when it was started.",
          exporter_fields(),
          {"diffjoule exporter --listen 127.0.0.1:0 --for 1s"},
          run,
          view};
}

}  // namespace diffjoule::api
