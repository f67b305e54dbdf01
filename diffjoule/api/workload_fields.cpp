// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/api/workload_fields.h"

namespace diffjoule::api {

std::vector<Field> workload_fields() {
  using Kind = Field::Kind;
  using Limits = WorkloadLimits;
  const auto whole = [](const char* name, const char* help, std::int64_t most) {
    return Field{.name = name,
                 .kind = Kind::integer,
                 .help = help,
                 .placeholder = "N",
                 .least = 1.0,
                 .most = static_cast<double>(most)};
  };
  return {
      {.name = "model",
       .help = "slug, Hugging Face id or alias (see: diffjoule list models)",
       .placeholder = "MODEL",
       .positional = true,
       .required = true},
      whole("width", "pixels; default: the model's own", Limits::side),
      whole("height", "pixels; default: the model's own", Limits::side),
      whole("frames", "frames of a video", Limits::frames),
      whole("steps", "denoising steps; default: the pipeline's own", Limits::steps),
      whole("batch", "images or videos made at once; default: 1", Limits::batch),
      {.name = "guidance",
       .kind = Kind::real,
       .help = "scale of the guidance; default: the pipeline's own",
       .placeholder = "X",
       .least = 0.0,
       .most = 1e6},
      {.name = "cfg",
       .kind = Kind::flag,
       .help = "run classifier-free guidance whatever the scale (FLUX: true CFG, two passes)"},
      {.name = "no-cfg",
       .kind = Kind::flag,
       .help = "one conditional evaluation a step; an embedded guidance scale stays"},
      whole("text-tokens", "text tokens the denoiser attends to, all streams together", Limits::text_tokens),
      {.name = "dtype",
       .help = "number format of weights and activations",
       .placeholder = "TYPE",
       .choices = {"float32", "bfloat16", "float16", "float8", "fp32", "bf16", "fp16", "fp8"}},
  };
}

std::vector<Field> with_workload_fields(std::vector<Field> more) {
  std::vector<Field> all = workload_fields();
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

Result<Workload> workload_of(const Request& request) {
  if (request.flag("cfg") && request.flag("no-cfg"))
    return fail(ErrorCode::invalid_argument, "--cfg and --no-cfg contradict each other; give one");
  Workload w;
  w.model = request.text("model").value_or("");
  w.width = request.integer("width");
  w.height = request.integer("height");
  w.frames = request.integer("frames");
  w.steps = request.integer("steps");
  w.batch = request.integer("batch").value_or(1);
  w.guidance = request.real("guidance");
  if (request.flag("cfg")) w.classifier_free = true;
  if (request.flag("no-cfg")) w.classifier_free = false;
  w.text_tokens = request.integer("text-tokens");
  if (const auto dtype = request.text("dtype")) w.dtype = dtype_named(*dtype);
  return w;
}

io::Document document_of(const models::Pipeline& pipeline, const models::Settings& s) {
  io::Document d;
  d.set("width", s.width).set("height", s.height).set("frames", s.frames).set("steps", s.steps).set("batch", s.batch);
  d.set("guidance", s.guidance).set("classifier_free_guidance", s.classifier_free).set("text_tokens", s.text_tokens);
  return std::move(d.set("dtype", name(s.dtype)).set("task", pipeline.task));
}

io::Document list_of(const std::vector<std::string>& lines) {
  io::Document list = io::Document::Array{};
  for (const std::string& line : lines) list.push(line);
  return list;
}

io::Document exact(WideInteger count) {
  constexpr WideInteger largest = WideInteger{1} << 53U;
  if (count <= largest) return static_cast<std::int64_t>(count);
  return to_decimal(count);
}

}  // namespace diffjoule::api
