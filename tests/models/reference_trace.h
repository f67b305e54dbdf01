// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "diffjoule/graph/graph.h"
#include "diffjoule/io/document.h"

// Comparing a graph with what PyTorch did: the traces and headers of data/reference (see ORIGIN.md there).
namespace diffjoule::reference {

// Operator and its shapes as one line ("linear 4096x3072->3072 bias") -> calls in one forward.
using Matrices = std::map<std::string, WideInteger>;

[[nodiscard]] Matrices matrices_of(const Graph& graph);
[[nodiscard]] Matrices matrices_of(const io::Document& trace);

struct Others {
  WideInteger calls = 0;
  WideInteger elements = 0;
};

// Every other operator: name -> calls and elements of the results. In-place forms are folded into the plain ones.
[[nodiscard]] std::map<std::string, Others> others_of(const Graph& graph);
[[nodiscard]] std::map<std::string, Others> others_of(const io::Document& trace);

// Name of a stored tensor -> its shape.
[[nodiscard]] std::map<std::string, std::string> tensors_of(const Graph& graph);
[[nodiscard]] std::map<std::string, std::string> tensors_of(const io::Document& header);

// Lines that say how the second differs from the first; none if equal.
[[nodiscard]] std::vector<std::string> differences(const Matrices& reference, const Matrices& counted);
[[nodiscard]] std::vector<std::string> differences(const std::map<std::string, std::string>& reference,
                                                   const std::map<std::string, std::string>& counted);
[[nodiscard]] std::vector<std::string> differences(const std::map<std::string, Others>& reference,
                                                   const std::map<std::string, Others>& counted, double tolerance);

}  // namespace diffjoule::reference
