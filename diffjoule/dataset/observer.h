// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "diffjoule/error/result.h"
#include "diffjoule/flops/cost.h"
#include "diffjoule/hardware/gpu.h"
#include "diffjoule/law/observation.h"
#include "diffjoule/models/pipeline_shelf.h"
#include "diffjoule/models/program.h"
#include "diffjoule/workload/workload.h"

// From a workload and a GPU to the observation that laws read. Measured rows and predictions take this one road.
//
// A call's cost is affine in its batch, so each (network, size, text, dtype) is built twice, at batch one and two, and
// remembered: a hundred thousand rows that differ in steps, batch, guidance and GPU build nothing.
namespace diffjoule::dataset {

// Who runs it.
struct Run {
  std::string gpu;
  std::int64_t devices = 1;
  law::Boundary boundary = law::Boundary::gpu;
  std::int64_t metered_devices = 1;  // inside a node_gpus boundary
};

// Adds the settled workload and the catalogue's words to the observation.
struct Observed {
  law::Observation observation;
  std::vector<std::string> notes;    // what was rounded
  std::vector<std::string> assumed;  // what no reliable source confirms
};

// What one block (graph/blocks.h) of a component does in one stage of a request.
struct BlockWork {
  std::size_t stage = 0;     // of Observation::work
  std::string component;     // "transformer"; with its pipeline before it where that is not the workload's
  std::string path;          // empty: the component itself
  std::int64_t members = 1;  // of a repeated list
  law::StageWork work;
};

class Observer {
 public:
  Observer(models::PipelineShelf models, GpuCatalogue gpus) : models_(std::move(models)), gpus_(std::move(gpus)) {}
  Observer(models::Catalogue models, GpuCatalogue gpus)
      : Observer(models::PipelineShelf(std::move(models)), std::move(gpus)) {}

  // What was measured is left empty.
  [[nodiscard]] Result<Observed> observe(const Workload& workload, const Run& run);

  // The same work by block, in the order of first use: of each stage, the blocks add up to what observe() sees. Builds
  // every network anew.
  [[nodiscard]] Result<std::vector<BlockWork>> blocks(const Workload& workload, const std::string& gpu_name);

  // The catalogue's entries by any of their names; remembered.
  [[nodiscard]] Result<const models::Pipeline*> pipeline(const std::string& name) { return models_.find(name); }
  [[nodiscard]] Result<const GpuSpec*> gpu(const std::string& name);

 private:
  // Operators that cost the same, by what one of them costs at batch one and two.
  struct Operators {
    flops::OpClass op_class;
    flops::Cost one, two;
    WideInteger calls = 0;
    bool exchanged = false;
  };
  // Costs of one call at batch one and two.
  struct Unit {
    flops::CostByClass one, two;
    std::vector<Operators> operators;  // what only moves bytes is one entry, of the costs of all and one call
    WideInteger movers = 0;            // operators in that entry
  };
  using UnitKey = std::tuple<const models::Component*, int, std::int64_t, std::int64_t, std::int64_t, std::int64_t, int,
                             models::Variation>;

  [[nodiscard]] Result<const Unit*> unit(const models::PlannedPhase& phase);
  [[nodiscard]] static Unit unit_of(const Graph& one, const Graph& two);
  [[nodiscard]] static std::vector<Operators> operators_of(const Graph& one, const Graph& two, WideInteger& movers);
  [[nodiscard]] static Status add_unit(const Unit& u, const models::PlannedPhase& phase, const GpuSpec& gpu,
                                       law::StageWork& stage);
  [[nodiscard]] static Status add_blocks(const models::PlannedPhase& phase, const std::string& component,
                                         const GpuSpec& gpu, std::vector<BlockWork>& all);
  [[nodiscard]] Status add_work(const models::Pass& pass, const GpuSpec& gpu, law::Observation& o);

  models::PipelineShelf models_;
  GpuCatalogue gpus_;
  std::map<std::string, std::unique_ptr<GpuSpec>, std::less<>> specs_by_name_;
  std::map<std::string, Result<const GpuSpec*>, std::less<>> specs_;
  std::map<std::string, std::string> cards_;  // by name of GPU
  std::map<UnitKey, Unit> units_;
};

}  // namespace diffjoule::dataset
