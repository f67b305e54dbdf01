// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0

// Counting one request in process: defaults settled, every graph of the pipeline built, every operator counted. The
// catalogue entry is read once, outside the loop.

#include <benchmark/benchmark.h>

#include <string>

#include "diffjoule/flops/count.h"
#include "diffjoule/models/pipeline.h"
#include "diffjoule/models/program.h"

namespace {

using namespace diffjoule;

void count_model(benchmark::State& state, const std::string& model) {
  models::PipelineShelf shelf{models::Catalogue{io::DataFiles{}}};
  const auto find = [&shelf](const std::string& name) { return shelf.find(name); };
  const auto pipeline = find(model);
  if (!pipeline) {
    state.SkipWithError(pipeline.error().message().c_str());
    return;
  }
  Workload workload;
  workload.model = model;
  for (auto _ : state) {
    const auto passes = models::passes(find, workload);
    if (!passes) return state.SkipWithError(passes.error().message().c_str());
    const auto program = models::program(*passes);
    if (!program) return state.SkipWithError(program.error().message().c_str());
    benchmark::DoNotOptimize(flops::count(*program));
  }
}

void count_catalogue(benchmark::State& state) {
  models::PipelineShelf shelf{models::Catalogue{io::DataFiles{}}};
  const auto find = [&shelf](const std::string& name) { return shelf.find(name); };
  const std::vector<std::string> slugs = models::Catalogue{io::DataFiles{}}.slugs();
  for (const std::string& slug : slugs) (void)find(slug);
  for (auto _ : state) {
    for (const std::string& slug : slugs) {
      Workload workload;
      workload.model = slug;
      const auto passes = models::passes(find, workload);
      if (!passes) return state.SkipWithError(passes.error().message().c_str());
      const auto program = models::program(*passes);
      if (!program) return state.SkipWithError(program.error().message().c_str());
      benchmark::DoNotOptimize(flops::count(*program));
    }
  }
}

BENCHMARK(count_catalogue)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(count_model, flux1_dev, "flux1-dev")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(count_model, sdxl_base, "sdxl-base")->Unit(benchmark::kMicrosecond);

}  // namespace

BENCHMARK_MAIN();
