// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/engines/engine.h"

#include <algorithm>

#include "diffjoule/error/suggest.h"

namespace diffjoule::engines {

Result<Probed> Engine::probe(const Probe&) {
  return fail(ErrorCode::unavailable, "the engine \"" + provenance() + "\" cannot run single operators");
}

Result<const Adapter*> adapter_named(const std::string& name) {
  std::vector<std::string> known;
  for (const Adapter& adapter : all_adapters()) {
    if (adapter.name == name) return &adapter;
    known.push_back(adapter.name);
  }
  return fail(ErrorCode::not_found, unknown_name("engine", name, known, "diffjoule list engines"));
}

Result<Settings> settings_of(const Adapter& adapter, const std::vector<std::string>& texts) {
  Settings settings;
  std::vector<std::string> known;
  for (const Setting& setting : adapter.settings) known.push_back(setting.name);
  for (const std::string& text : texts) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos)
      return fail(ErrorCode::invalid_argument,
                  "engine " + adapter.name + ": found \"" + text + "\", NAME=VALUE is meant");
    const std::string name = text.substr(0, equals), value = text.substr(equals + 1);
    const auto setting = std::find_if(adapter.settings.begin(), adapter.settings.end(),
                                      [&name](const Setting& s) { return s.name == name; });
    if (setting == adapter.settings.end())
      return fail(ErrorCode::invalid_argument,
                  "engine " + adapter.name + ": " + unknown_name("setting", name, known, "diffjoule list engines"));
    if (!setting->choices.empty() &&
        std::find(setting->choices.begin(), setting->choices.end(), value) == setting->choices.end())
      return fail(ErrorCode::invalid_argument, "engine " + adapter.name + ": " + name + "=" + value + "; " +
                                                   unknown_name("choice", value, setting->choices, "list engines"));
    settings[name] = value;
  }
  return settings;
}

Result<std::unique_ptr<Engine>> open_engine(const std::string& name, const std::vector<std::string>& texts,
                                            os::Clock& clock) {
  auto adapter = adapter_named(name);
  if (!adapter) return forward(adapter);
  auto settings = settings_of(**adapter, texts);
  if (!settings) return forward(settings);
  auto engine = (*adapter)->open(*settings, clock);
  if (!engine) return forward(engine, "engine " + name);
  return engine;
}

}  // namespace diffjoule::engines
