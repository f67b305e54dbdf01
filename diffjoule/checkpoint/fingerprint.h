// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "diffjoule/checkpoint/header.h"
#include "diffjoule/io/document.h"

// Which network a set of tensor names and shapes is, in diffusers' naming or in the original release's (which ComfyUI
// keeps). The table in the .cpp has one row a family; rows are tried in order, because some keys occur in two.
namespace diffjoule::checkpoint {

enum class Naming { diffusers, original };

struct Fingerprint {
  std::string class_name;  // of diffusers or transformers
  Naming naming = Naming::diffusers;
  std::string prefix;          // in front of every name: "model.diffusion_model."
  io::Document configuration;  // what the shapes say, under the class's own keys
};

// One network of a file: its tensors without their common prefix.
struct Part {
  std::string role;  // "denoiser", "vae", "text_encoder"
  Fingerprint fingerprint;
  std::vector<StoredTensor> tensors;
  std::uint64_t parameters = 0;  // elements; side tensors of quantisation and running averages are left out
  std::uint64_t bytes = 0;
};

// The networks of a file, the denoiser first. Tensors of no known network are left out of all parts; if there is no
// known network at all the error shows the first names and the known families.
[[nodiscard]] Result<std::vector<Part>> parts_of(const Header& header);

// True for tensors that describe others: scales of quantised weights, absmax tables, averages of training.
[[nodiscard]] bool is_side_tensor(const std::string& name);

}  // namespace diffjoule::checkpoint
