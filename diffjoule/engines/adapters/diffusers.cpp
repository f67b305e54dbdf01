// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
//
// Hugging Face's diffusers in the user's Python. The program that speaks the protocol there is ours (diffusers/*.py);
// it is given the catalogue's configs, of which it builds pipelines with random weights.
#include <map>
#include <memory>

#include "diffjoule/engines/diffusers_scripts.h"
#include "diffjoule/engines/engine.h"
#include "diffjoule/engines/setting_values.h"
#include "diffjoule/engines/worker_engine.h"
#include "diffjoule/io/data_files.h"
#include "diffjoule/io/json.h"
#include "diffjoule/io/toml.h"
#include "diffjoule/os/memory_file.h"

namespace diffjoule::engines {
namespace {

using io::Document;

// The current folder is not looked through for modules.
constexpr const char* beginning = R"(import sys
sys.path[:] = [p for p in sys.path if p]
import json, types
with open(sys.argv.pop(1)) as file:
    bundle = json.load(file)
for name, text in bundle["scripts"].items():
    module = sys.modules[name] = types.ModuleType(name)
    exec(compile(text, name + ".py", "exec"), module.__dict__)
sys.modules["diffjoule_worker"].main(bundle["catalogue"])
)";

// "models/sd15/unet/config.json" is {"sd15": {"files": {"unet/config.json": "..."}}}, its text untouched: to Python's
// readers of configs 1 is not 1.0. A pipeline.toml is its "pipeline".
Result<Document> catalogue() {
  const io::DataFiles data;
  const std::string root = "models/", facts = "pipeline.toml";
  std::map<std::string, std::pair<Document, Document>> entries;
  for (const std::string& ending : {std::string(".json"), facts}) {
    for (const std::string& path : data.list(root, ending)) {
      auto text = data.read(path);
      if (!text) return forward(text);
      const std::size_t slash = path.find('/', root.size());
      auto& [pipeline, files] = entries[path.substr(root.size(), slash - root.size())];
      if (ending != facts) {
        files.set(path.substr(slash + 1), std::move(*text));
        continue;
      }
      auto parsed = io::parse_toml(*text);
      if (!parsed) return forward(parsed, path);
      pipeline = std::move(*parsed);
    }
  }
  Document all = Document::Object{};
  for (auto& [slug, entry] : entries) {
    if (entry.first.is_null()) continue;  // a text encoder by itself
    Document one;
    one.set("pipeline", std::move(entry.first)).set("files", std::move(entry.second));
    all.set(slug, std::move(one));
  }
  return all;
}

Result<std::unique_ptr<os::MemoryFile>> bundle() {
  Document scripts, both;
  for (const io::EmbeddedFile& file : diffusers_scripts())
    scripts.set(std::string(file.path.substr(0, file.path.rfind('.'))), file.bytes);
  auto models = catalogue();
  if (!models) return forward(models);
  both.set("scripts", std::move(scripts)).set("catalogue", std::move(*models));
  return os::MemoryFile::holding(io::to_json_line(both));
}

Result<std::unique_ptr<Engine>> open(const Settings& settings, os::Clock& clock) {
  auto patience = timeout_of(settings);
  if (!patience) return forward(patience);
  if (const auto threads = settings.find("threads"); threads != settings.end()) {
    constexpr std::int64_t most = 4096;
    if (auto count = whole_setting("threads", threads->second, 1, most); !count) return forward(count);
  }
  const auto weights = settings.find("weights");
  if (weights != settings.end() && weights->second == "local" && settings.count("model") == 0)
    return fail(ErrorCode::invalid_argument, "weights=local: of which folder? model=FOLDER says it");
  auto file = bundle();
  if (!file) return forward(file);
  const auto python = settings.find("python");
  WorkerEngine::Start start{
      "diffusers",
      {{python == settings.end() ? "python3" : python->second, "-u", "-c", beginning, (*file)->path()}},
      *patience};
  for (const auto& [name, value] : settings) {
    if (name == "python" || name == "timeout") continue;
    start.program.arguments.push_back("--" + (name == "vae_tiling" ? "vae-tiling" : name) + "=" + value);
  }
  start.kept = std::shared_ptr<os::MemoryFile>(std::move(*file));
  return std::unique_ptr<Engine>(std::make_unique<WorkerEngine>(std::move(start), clock));
}

}  // namespace

Adapter diffusers() {
  return {"diffusers",
          "Hugging Face's diffusers (PyTorch) in your Python; works offline, with random weights",
          {{"python", "program that has torch, diffusers, transformers and accelerate", "python3"},
           {"model", "local folder of a pipeline", "the catalogue's configs of the workload's model"},
           {"weights", "made up, or those in the folder", "random", {"random", "local"}},
           {"dtype", "instead of the workload's, such as bfloat16", "the workload's, else the model's"},
           {"tf32", "in 32-bit products on NVIDIA GPUs", "no", {"no", "yes"}},
           {"attention", "kernel; sdpa is PyTorch's choice", "sdpa", {"sdpa", "math", "flash", "efficient", "cudnn"}},
           {"compile", "the denoiser with torch.compile", "no", {"no", "yes"}},
           {"offload", "weights to the host's memory", "none", {"none", "model", "sequential"}},
           {"vae_tiling", "decode in tiles", "no, or as the workload says", {"no", "yes"}},
           {"device", "to compute on", "auto", {"auto", "cpu", "cuda"}},
           {"threads", "of the processor", "PyTorch's choice"},
           timeout_setting()},
          open,
          true};
}

}  // namespace diffjoule::engines
