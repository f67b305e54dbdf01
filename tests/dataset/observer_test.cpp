// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/dataset/observer.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "diffjoule/flops/count.h"

namespace diffjoule::dataset {
namespace {

class Observing : public testing::Test {
 protected:
  Observer observer{models::Catalogue(io::DataFiles()), GpuCatalogue(io::DataFiles())};
  law::Observation see(const Workload& workload, const dataset::Run& run = {.gpu = "H100-SXM-80GB"}) {
    auto seen = observer.observe(workload, run);
    EXPECT_TRUE(seen.has_value()) << seen.error().message();
    return seen ? seen->observation : law::Observation{};
  }
};

TEST_F(Observing, TotalsEqualACountOfTheWholeProgramAtAnyBatch) {
  for (const char* model : {"sd15", "sdxl-base", "sd3-medium", "flux1-dev", "qwen-image"}) {
    const Workload workload{.model = model, .steps = 7, .batch = 5};
    const auto find = [this](const std::string& name) { return observer.pipeline(name); };
    const Program program = models::program(models::passes(find, workload).value()).value();
    const flops::Cost whole = flops::count(program).total();
    const law::Observation o = see(workload);
    double bytes = 0.0, scores = 0.0, calls = 0.0;
    for (const law::StageWork& stage : o.work) {
      for (const law::ClassWork& c : stage.by_class) {
        bytes += c.bytes.in(byte);
        scores += c.scores;
        calls += c.calls;
      }
    }
    EXPECT_NEAR(5.0 * o.flops_per_item().in(flop) / whole.flops.rounded(), 1.0, 1e-12) << model;
    EXPECT_NEAR(bytes / whole.bytes_eager.rounded(), 1.0, 1e-12) << model;
    EXPECT_NEAR(scores / whole.scores.rounded(), 1.0, 1e-12) << model;
    EXPECT_EQ(calls, whole.calls.rounded()) << model;
  }
}

TEST_F(Observing, BlocksAddUpToWhatIsObserved) {
  for (const char* model : {"sd15", "sdxl-base", "flux1-dev", "wan2.1-t2v-1.3b", "stable-cascade"}) {
    const Workload workload{.model = model, .steps = 7, .batch = 3};
    const law::Observation o = see(workload);
    const auto blocks = observer.blocks(workload, "H100-SXM-80GB");
    ASSERT_TRUE(blocks.has_value()) << blocks.error().message();
    for (std::size_t s = 0; s < law::stages; ++s) {
      for (std::size_t k = 0; k < law::work_classes; ++k) {
        const law::ClassWork& whole = o.work[s].by_class[k];
        law::ClassWork sum;
        for (const BlockWork& b : *blocks) {
          if (b.stage != s) continue;
          sum.flops += b.work.by_class[k].flops;
          sum.bytes += b.work.by_class[k].bytes;
          sum.scores += b.work.by_class[k].scores;
          sum.calls += b.work.by_class[k].calls;
        }
        EXPECT_NEAR(sum.flops.in(flop), whole.flops.in(flop), 1e-12 * whole.flops.in(flop)) << model;
        EXPECT_NEAR(sum.bytes.in(byte), whole.bytes.in(byte), 1e-12 * whole.bytes.in(byte)) << model;
        EXPECT_NEAR(sum.scores, whole.scores, 1e-12 * whole.scores) << model;
        EXPECT_EQ(sum.calls, whole.calls) << model;
      }
    }
  }
}

TEST_F(Observing, BlocksOfAnotherPipelineAreNamedAfterIt) {
  const auto blocks = observer.blocks({.model = "kandinsky-2.2-decoder"}, "H100-SXM-80GB").value();
  const auto seen = [&blocks](const std::string& component) {
    return std::any_of(blocks.begin(), blocks.end(), [&](const BlockWork& b) { return b.component == component; });
  };
  EXPECT_TRUE(seen("unet"));
  EXPECT_TRUE(seen("kandinsky-2.2-prior prior"));
}

TEST_F(Observing, ThePapersFlopsAreOnePassWhateverTheGuidance) {
  const law::Observation guided = see({.model = "sd15", .guidance = 7.5}),
                         plain = see({.model = "sd15", .classifier_free = false});
  EXPECT_EQ(guided.single_pass_flops.in(flop), plain.single_pass_flops.in(flop));
  EXPECT_TRUE(guided.guided);
  EXPECT_FALSE(plain.guided);
}

TEST_F(Observing, Float32RunsConvolutionsInTf32AndProductsInFp32) {
  const law::Observation o = see({.model = "sd15", .dtype = DType::float32}, {.gpu = "A100-SXM4-40GB"});
  EXPECT_EQ(o.work[1].by_class[0].peak.in(flop_per_second), 19.5e12);
  EXPECT_EQ(o.work[1].by_class[1].peak.in(flop_per_second), 156e12);
}

TEST_F(Observing, VariantsOfACardShareIt) {
  EXPECT_EQ(see({.model = "sd15"}, {.gpu = "A100-SXM4-40GB"}).card, see({.model = "sd15"}, {.gpu = "A100"}).card);
  EXPECT_NE(see({.model = "sd15"}, {.gpu = "A100-SXM4-40GB"}).gpu, see({.model = "sd15"}, {.gpu = "A100"}).gpu);
  EXPECT_GT(see({.model = "sd15"}, {.gpu = "A100"}).device.spread, 0.0);
}

TEST_F(Observing, EveryGpuOfTheCatalogueIsSeenOrItsMissingNumberIsNamed) {
  for (const std::string& gpu : GpuCatalogue(io::DataFiles()).names()) {
    const auto seen = observer.observe({.model = "flux1-dev"}, {.gpu = gpu});
    if (!seen) {
      EXPECT_NE(seen.error().message().find("is not in the catalogue"), std::string::npos) << seen.error().message();
    }
  }
}

TEST_F(Observing, UnknownNamesComeWithTheNearest) {
  EXPECT_NE(observer.observe({.model = "flux1-devv"}, {.gpu = "H100"}).error().message().find("flux1-dev"),
            std::string::npos);
  EXPECT_NE(observer.observe({.model = "flux1-dev"}, {.gpu = "H1000"}).error().message().find("H100"),
            std::string::npos);
  EXPECT_FALSE(observer.observe({.model = "flux1-dev"}, {.gpu = "H100", .devices = 0}).has_value());
}

}  // namespace
}  // namespace diffjoule::dataset
