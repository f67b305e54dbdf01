// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
//
// stable-diffusion.cpp: its program, started once a run; stages and times are from its log.
#include "diffjoule/engines/command_engine.h"
#include "diffjoule/engines/engine.h"
#include "diffjoule/engines/worker_engine.h"
#include "diffjoule/io/json.h"

namespace diffjoule::engines {
namespace {

// What a task says; what it does not say is the program's own business.
std::vector<std::string> options_of(const Task& task) {
  const Workload& w = task.workload;
  std::vector<std::string> words{"-s", std::to_string(task.seed), "-b", std::to_string(w.batch * w.images_per_prompt)};
  const auto add = [&words](const char* option, std::optional<std::int64_t> value) {
    if (value) words.insert(words.end(), {option, std::to_string(*value)});
  };
  add("-W", w.width);
  add("-H", w.height);
  add("--steps", w.steps);
  add("--video-frames", w.frames);
  if (w.guidance) words.insert(words.end(), {"--cfg-scale", io::to_json_line(*w.guidance)});
  if (w.tiled_decoding) words.emplace_back("--vae-tiling");
  return words;
}

// A word in which nothing is a placeholder.
std::string plain(const std::string& text) {
  std::string word;
  for (const char c : text) word += c == '{' || c == '}' ? std::string(2, c) : std::string(1, c);
  return word;
}

Result<std::unique_ptr<Engine>> open(const Settings& settings, os::Clock& clock) {
  const auto given = [&settings](const char* name) -> std::optional<std::string> {
    const auto setting = settings.find(name);
    return setting == settings.end() ? std::nullopt : std::optional(setting->second);
  };
  auto patience = timeout_of(settings);
  if (!patience) return forward(patience);
  if (!given("model") && !given("arguments"))
    return fail(ErrorCode::invalid_argument,
                "no weights were given: model=FILE, or arguments=\"--diffusion-model FILE ...\"");
  std::vector<std::string> words{plain(given("program").value_or("sd")), "-p", "{prompt}", "-o", "{output}"};
  for (const auto& [name, option] : {std::pair("model", "-m"), std::pair("vae", "--vae")}) {
    if (const auto file = given(name)) words.insert(words.end(), {option, plain(*file)});
  }
  if (const auto text = given("arguments")) {
    auto more = split_words(*text);
    if (!more) return forward(more, "setting arguments");
    for (const std::string& word : *more) words.push_back(plain(word));
  }
  CommandEngine::Start start{"stable_diffusion_cpp", std::move(words), {}, {"sd.cpp"}, {}};
  start.patterns = {
      R"(request=(?:generate_image|generate_video|txt2img|img2img|img2vid) completed in ([0-9.]+) ?(ms|s)\b)"};
  start.device = {given("device").value_or("not named"), given("kind").value_or("gpu"), {}};
  start.patience = *patience;
  start.more_words = options_of;
  return CommandEngine::open(std::move(start), clock);
}

}  // namespace

Adapter stable_diffusion_cpp() {
  return {"stable_diffusion_cpp",
          "stable-diffusion.cpp's program, started once a run; stages from its log",
          {{"program", "its name or path; newer versions call it sd-cli", "sd"},
           {"model", "file of the weights (-m)", "must be given, or arguments"},
           {"vae", "file of the autoencoder (--vae)", "the model's own"},
           {"arguments", "more of them, quoted as in a shell", "none"},
           {"device", "name of what it computes on", "not named"},
           {"kind", "of that device", "gpu", {"cpu", "gpu"}},
           timeout_setting()},
          open};
}

}  // namespace diffjoule::engines
