// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
// The verb explain, by block: the parts are the whole, and the blocks are those of the published configs.
#include <gtest/gtest.h>

#include "diffjoule/api/verb.h"
#include "diffjoule/io/json.h"
#include "diffjoule/law/explanation.h"

namespace diffjoule::api {
namespace {

using io::Document;

const Context context{io::DataFiles(), "test"};
const std::vector<std::string> models{"flux1-dev", "sdxl-base", "sd15", "wan2.1-t2v-1.3b"};

Document explained(const std::string& model, std::int64_t gpus = 1) {
  const Document request =
      Document().set("model", model).set("gpu", "H100-SXM-80GB").set("gpus", gpus).set("by", "block");
  const auto answer = call("explain", request, context);
  EXPECT_TRUE(answer.has_value()) << (answer ? "" : answer.error().message());
  return answer ? answer->document : Document();
}

double sum(const Document& rows, const std::string& stage, const std::string& name) {
  double total = 0.0;
  for (const Document& row : *rows.array()) {
    if (*row.find("stage")->text() == stage) total += row.find(name)->number();
  }
  return total;
}

// Of a block by its path; 0 if there is none.
std::int64_t members(const Document& answer, const std::string& component, const std::string& path) {
  for (const Document& b : *answer.find("blocks")->array()) {
    if (*b.find("component")->text() == component && *b.find("block")->text() == path)
      return *b.find("members")->integer();
  }
  return 0;
}

Document config(const std::string& folder) {
  return io::parse_json(context.data.read("models/" + folder + "/config.json").value()).value();
}

TEST(Explain, BlocksAddUpToTheirStages) {
  for (const std::string& model : models) {
    for (const std::int64_t gpus : {1, 4}) {
      const Document answer = explained(model, gpus);
      for (const Document& stage : *answer.find("stages")->array()) {
        for (const char* name : {"energy_j", "static_j", "exchange_j", "duration_s"}) {
          const double whole = stage.find(name)->number();
          EXPECT_NEAR(sum(*answer.find("blocks"), *stage.find("stage")->text(), name), whole, 1e-10 * whole)
              << model << " " << name;
        }
      }
    }
  }
}

TEST(Explain, EveryBlockTakesEnergyAndTime) {
  for (const std::string& model : models) {
    const Document answer = explained(model);
    ASSERT_GT(answer.find("blocks")->array()->size(), 5U);
    for (const Document& block : *answer.find("blocks")->array()) {
      EXPECT_GT(block.find("energy_j")->number(), 0.0) << model << " " << *block.find("block")->text();
      EXPECT_GT(block.find("static_j")->number(), 0.0) << model << " " << *block.find("block")->text();
      EXPECT_GT(block.find("duration_s")->number(), 0.0) << model << " " << *block.find("block")->text();
    }
  }
}

TEST(Explain, BlocksAreThoseOfTheConfig) {
  const Document flux = explained("flux1-dev"), of_flux = config("flux1-dev/transformer");
  EXPECT_EQ(members(flux, "transformer", "transformer_blocks"), *of_flux.find("num_layers")->integer());
  EXPECT_EQ(members(flux, "transformer", "single_transformer_blocks"), *of_flux.find("num_single_layers")->integer());
  EXPECT_EQ(members(flux, "text_encoder_2", "encoder.block"),
            *config("flux1-dev/text_encoder_2").find("num_layers")->integer());
  EXPECT_EQ(members(explained("wan2.1-t2v-1.3b"), "transformer", "blocks"),
            *config("wan2.1-t2v-1.3b/transformer").find("num_layers")->integer());
  for (const char* model : {"sd15", "sdxl-base"}) {
    const Document answer = explained(model), unet = config(std::string(model) + "/unet");
    for (const std::string side : {"down_block", "up_block"}) {
      const std::size_t levels = unet.find(side + "_types")->array()->size();
      for (std::size_t i = 0; i <= levels; ++i)
        EXPECT_EQ(members(answer, "unet", side + "s." + std::to_string(i)), i < levels ? 1 : 0) << model << side << i;
    }
    EXPECT_EQ(members(answer, "unet", "mid_block"), 1) << model;
  }
}

TEST(Explain, ByBlockIsAskedFor) {
  const auto answer =
      call("explain", Document().set("model", "sd15").set("gpu", "H100-SXM-80GB"), context).value().document;
  EXPECT_EQ(answer.find("blocks"), nullptr);
  EXPECT_NE(answer.find("changes"), nullptr);
}

TEST(Explain, TheTableSaysHowManyBlocksAndThatTheyAreAll) {
  const Verb& verb = **verb_named("explain");
  for (const std::int64_t gpus : {1, 4}) {
    const std::string shown = report::to_console(verb.view(explained("flux1-dev", gpus)), {});
    EXPECT_NE(shown.find("single_transformer_blocks (38 x)"), std::string::npos) << shown;
    EXPECT_NE(shown.find("100.0 %"), std::string::npos) << shown;
    EXPECT_EQ(shown.find("exchange") != std::string::npos, gpus > 1) << shown;
  }
}

}  // namespace
}  // namespace diffjoule::api
