// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>

#include "diffjoule/units/count.h"

// What work costs, exactly. Costs add, and scale by whole numbers.
namespace diffjoule::flops {

enum class OpClass { linear, convolution, attention, scan, other };
inline constexpr std::array<OpClass, 5> op_classes{OpClass::linear, OpClass::convolution, OpClass::attention,
                                                   OpClass::scan, OpClass::other};

[[nodiscard]] constexpr const char* name(OpClass op_class) {
  switch (op_class) {
    case OpClass::linear:
      return "linear";
    case OpClass::convolution:
      return "convolution";
    case OpClass::attention:
      return "attention";
    case OpClass::scan:
      return "scan";
    case OpClass::other:
      return "other";
  }
  return "";
}

struct Cost {
  FlopCount flops;
  ByteCount bytes_ideal;
  ByteCount bytes_eager;   // weights and activations together
  ByteCount weight_bytes;  // the part of bytes_eager that does not grow with the batch
  ElementCount scores;     // of softmax in attention
  CallCount calls;         // operators launched

  Cost& operator+=(const Cost& other) {
    flops += other.flops;
    bytes_ideal += other.bytes_ideal;
    bytes_eager += other.bytes_eager;
    weight_bytes += other.weight_bytes;
    scores += other.scores;
    calls += other.calls;
    return *this;
  }
  friend Cost operator+(Cost a, const Cost& b) { return a += b; }
  friend Cost operator*(WideInteger times, const Cost& c) {
    return {times * c.flops,        times * c.bytes_ideal, times * c.bytes_eager,
            times * c.weight_bytes, times * c.scores,      times * c.calls};
  }
  friend bool operator==(const Cost&, const Cost&) = default;
};

// A cost by class of operator.
struct CostByClass {
  std::array<Cost, op_classes.size()> of{};

  [[nodiscard]] Cost& operator[](OpClass c) { return of[static_cast<std::size_t>(c)]; }
  [[nodiscard]] const Cost& operator[](OpClass c) const { return of[static_cast<std::size_t>(c)]; }
  [[nodiscard]] Cost total() const {
    Cost all;
    for (const Cost& c : of) all += c;
    return all;
  }

  CostByClass& operator+=(const CostByClass& other) {
    for (const OpClass c : op_classes) (*this)[c] += other[c];
    return *this;
  }
  friend CostByClass operator*(WideInteger times, const CostByClass& c) {
    CostByClass scaled;
    for (const OpClass k : op_classes) scaled[k] = times * c[k];
    return scaled;
  }
  friend bool operator==(const CostByClass&, const CostByClass&) = default;
};

}  // namespace diffjoule::flops
