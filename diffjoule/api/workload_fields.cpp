// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/api/workload_fields.h"

#include "diffjoule/checkpoint/inspection.h"
#include "diffjoule/models/scheduler.h"

namespace diffjoule::api {

namespace {

std::vector<std::string> weight_format_names() {
  std::vector<std::string> names;
  for (const WeightBlock& block : weight_blocks) names.emplace_back(block.name);
  return names;
}

StepCache::Kind cache_named(const std::string& text) {
  if (text == "first-block") return StepCache::Kind::first_block;
  return text == "deep" ? StepCache::Kind::deep : StepCache::Kind::whole;
}

Parallelism::Scheme scheme_named(const std::string& text) {
  if (text == "data") return Parallelism::Scheme::data;
  if (text == "cfg") return Parallelism::Scheme::guidance;
  if (text == "ulysses") return Parallelism::Scheme::ulysses;
  return text == "ring" ? Parallelism::Scheme::ring : Parallelism::Scheme::tensor;
}

// A field that refines another one says nothing without it.
Status check_pairs(const Request& request) {
  struct Pair {
    const char *field, *needs;
    bool given;
  };
  for (const Pair& pair : {Pair{"cache-skip", "step-cache", request.real("cache-skip").has_value()},
                           {"refiner-from", "refiner", request.real("refiner-from").has_value()},
                           {"hires-strength", "hires", request.real("hires-strength").has_value()},
                           {"hires-steps", "hires", request.integer("hires-steps").has_value()},
                           {"lora-everywhere", "lora-rank", request.flag("lora-everywhere")}}) {
    const bool there = request.text(pair.needs) || request.real(pair.needs) || request.integer(pair.needs);
    if (pair.given && !there)
      return fail(ErrorCode::invalid_argument,
                  std::string("--") + pair.field + " refines --" + pair.needs + ", which is not there; give both");
  }
  return {};
}

void read_additions(const Request& request, Workload& w) {
  w.images_per_prompt = request.integer("images-per-prompt").value_or(1);
  w.negative_text_tokens = request.integer("negative-tokens");
  w.guidance_from = request.real("guidance-from").value_or(0.0);
  w.guidance_to = request.real("guidance-to").value_or(1.0);
  w.scheduler = request.text("scheduler");
  w.strength = request.real("strength");
  w.inpaint = request.flag("inpaint");
  constexpr double half = 0.5;
  if (const auto kind = request.text("step-cache"))
    w.step_cache = StepCache{cache_named(*kind), request.real("cache-skip").value_or(half)};
  w.token_merge = request.real("token-merge").value_or(0.0);
  w.lora_rank = request.integer("lora-rank").value_or(0);
  w.lora_everywhere = request.flag("lora-everywhere");
  w.control_networks = request.integer("controlnets").value_or(0);
  w.t2i_adapters = request.integer("t2i-adapters").value_or(0);
  w.image_prompt_tokens = request.integer("image-prompt-tokens").value_or(0);
  w.refiner = request.text("refiner");
  w.refiner_from = request.real("refiner-from").value_or(w.refiner_from);
  if (const auto scale = request.real("hires"))
    w.high_resolution =
        HighResolution{*scale, request.real("hires-strength").value_or(half), request.integer("hires-steps")};
  w.tiled_decoding = request.flag("tiled-decode");
  if (const auto format = request.text("weights")) w.weights = *weight_format_named(*format);
  if (const auto scheme = request.text("parallel")) w.parallelism.scheme = scheme_named(*scheme);
  w.parallelism.devices = request.integer("devices").value_or(1);
}

}  // namespace

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
       .help = "slug, Hugging Face id or alias (see: diffjoule list models), or a path (see: diffjoule inspect)",
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
      {.name = "images-per-prompt",
       .kind = Kind::integer,
       .help = "images of each prompt; its text is encoded once; default: 1",
       .placeholder = "N",
       .least = 1.0,
       .most = static_cast<double>(Limits::batch)},
      {.name = "negative-tokens",
       .kind = Kind::integer,
       .help = "text tokens of the negative prompt, where prompts keep their own length; default: as the prompt",
       .placeholder = "N",
       .least = 1.0,
       .most = static_cast<double>(Limits::text_tokens)},
      {.name = "guidance-from",
       .kind = Kind::real,
       .help = "share of the steps after which guidance begins (limited guidance); default: 0",
       .placeholder = "X",
       .least = 0.0,
       .most = 1.0},
      {.name = "guidance-to",
       .kind = Kind::real,
       .help = "share of the steps after which guidance ends; default: 1",
       .placeholder = "X",
       .least = 0.0,
       .most = 1.0},
      {.name = "scheduler",
       .help = "solver, which decides the evaluations a step; default: the pipeline's own",
       .placeholder = "NAME",
       .choices = models::scheduler_names()},
      {.name = "strength",
       .kind = Kind::real,
       .help = "image to image: share of the steps that run; the image is encoded",
       .placeholder = "X",
       .least = 0.0,
       .most = 1.0},
      {.name = "inpaint", .kind = Kind::flag, .help = "the image and the image under its mask are encoded"},
      {.name = "step-cache",
       .help = "what a reused step still runs: whole (TeaCache), first-block, deep (DeepCache)",
       .placeholder = "KIND",
       .choices = {"whole", "first-block", "deep"}},
      {.name = "cache-skip",
       .kind = Kind::real,
       .help = "share of the evaluations that a step cache makes cheap (1 - 1/N for every N-th); default: 0.5",
       .placeholder = "X",
       .least = 0.0,
       .most = 1.0},
      {.name = "token-merge",
       .kind = Kind::real,
       .help = "share of the tokens merged in a U-Net's largest self-attentions",
       .placeholder = "X",
       .least = 0.0,
       .most = Limits::token_merge},
      {.name = "lora-rank",
       .kind = Kind::integer,
       .help = "rank of low-rank adapters that are not merged into the weights (merged ones cost nothing)",
       .placeholder = "N",
       .least = 0.0,
       .most = static_cast<double>(Limits::lora_rank)},
      {.name = "lora-everywhere", .kind = Kind::flag, .help = "adapters on every linear layer, not only attention's"},
      {.name = "controlnets",
       .kind = Kind::integer,
       .help = "ControlNets beside a U-Net, run at every evaluation",
       .placeholder = "N",
       .least = 0.0,
       .most = static_cast<double>(Limits::control_networks)},
      {.name = "t2i-adapters",
       .kind = Kind::integer,
       .help = "T2I-Adapters beside a U-Net, run once an image",
       .placeholder = "N",
       .least = 0.0,
       .most = static_cast<double>(Limits::t2i_adapters)},
      {.name = "image-prompt-tokens",
       .kind = Kind::integer,
       .help = "tokens of an IP-Adapter in every cross-attention (4; 16 for the plus models); its encoder runs once",
       .placeholder = "N",
       .least = 0.0,
       .most = static_cast<double>(Limits::text_tokens)},
      {.name = "refiner", .help = "model that takes over near the end", .placeholder = "MODEL"},
      {.name = "refiner-from",
       .kind = Kind::real,
       .help = "share of the steps after which the refiner takes over; default: 0.8",
       .placeholder = "X",
       .least = 0.0,
       .most = 1.0},
      {.name = "hires",
       .kind = Kind::real,
       .help = "second pass on latents enlarged this many times a side",
       .placeholder = "X",
       .least = 1.0,
       .most = Limits::high_resolution_scale},
      {.name = "hires-strength",
       .kind = Kind::real,
       .help = "share of its steps that the second pass runs; default: 0.5",
       .placeholder = "X",
       .least = 0.0,
       .most = 1.0},
      whole("hires-steps", "steps of the second pass; default: as the first", Limits::steps),
      {.name = "tiled-decode", .kind = Kind::flag, .help = "decode in overlapping tiles (VAE tiling)"},
      {.name = "weights",
       .help = "how the denoiser's linear weights are stored; the arithmetic keeps --dtype",
       .placeholder = "FORMAT",
       .choices = weight_format_names()},
      {.name = "parallel",
       .help = "how --devices share a request",
       .placeholder = "SCHEME",
       .choices = {"data", "cfg", "ulysses", "ring", "tensor"}},
      {.name = "devices",
       .kind = Kind::integer,
       .help = "GPUs that share the request by --parallel; default: 1",
       .placeholder = "N",
       .least = 1.0,
       .most = static_cast<double>(Limits::devices)},
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
  if (auto status = check_pairs(request); !status) return forward(status);
  read_additions(request, w);
  if (const auto dtype = request.text("dtype")) w.dtype = dtype_named(*dtype);
  return w;
}

models::PipelineShelf shelf_of(const Context& context) {
  return models::PipelineShelf([catalogue = models::Catalogue(context.data)](const std::string& name) {
    return checkpoint::find_pipeline(name, catalogue);
  });
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
