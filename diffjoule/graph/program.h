// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "diffjoule/graph/graph.h"

// What one request runs, in order: phases, each a graph (one call at its batch) times its evaluations.
namespace diffjoule {

enum class Stage { encode, denoise, decode };

[[nodiscard]] constexpr const char* name(Stage stage) {
  switch (stage) {
    case Stage::encode:
      return "encode";
    case Stage::denoise:
      return "denoise";
    case Stage::decode:
      return "decode";
  }
  return "";
}

struct Phase {
  std::string name;       // "text_encoder_2", "transformer", "vae.decode": unique within the program
  std::string component;  // folder of the pipeline that holds its weights
  Stage stage;
  std::int64_t evaluations;  // calls in the whole request
  std::int64_t batch;        // samples of one call (guidance as a batch of two doubles it)
  DType dtype;
  Graph graph;
};

struct Program {
  std::vector<Phase> phases;
  std::int64_t items;                // images or videos the request makes
  std::vector<std::string> notes;    // what a reader must know: rounded sizes, ...
  std::vector<std::string> assumed;  // facts that no reliable source confirms
  std::vector<std::string> missing;  // components that could not be counted
};

}  // namespace diffjoule
