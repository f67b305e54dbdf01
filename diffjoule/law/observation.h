// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "diffjoule/units/units.h"

// One run as a law sees it: the work, the data sheet, labels to group by, and (of a run that has happened) what was
// measured. A law predicts from everything but `measured`.
namespace diffjoule::law {

// What an energy includes. Never compared or pooled without the conversion being stated.
enum class Boundary {
  gpu,             // all joules of the GPUs used, idle not subtracted
  gpu_above_idle,  // the same with idle power x time subtracted
  node_gpus,       // all GPUs of the node, the idle ones too
  wall,            // the whole node at its plug
};

[[nodiscard]] const char* name(Boundary boundary);
[[nodiscard]] std::optional<Boundary> boundary_named(std::string_view text);

// The classes of operators that a law tells apart, in the order of WorkProfile::by_class.
enum class WorkClass { linear, convolution, attention, other };
inline constexpr std::size_t work_classes = 4;

// Work of one class of operators in one stage of a request, for all evaluations and the whole batch. `peak` is the
// data sheet's throughput for the arithmetic these operators run in (TF32 for convolutions in float32, plain fp32 for
// its matrix products: PyTorch's defaults).
struct ClassWork {
  Flops flops;
  Bytes bytes;          // eager convention
  double scores = 0.0;  // softmax scores
  double calls = 0.0;   // operators launched
  FlopRate peak;
};

// Operators of a stage that cost the same: what one call of them does, and how often they are called. Operators that
// only move bytes are one entry.
struct OpWork {
  Flops flops;
  double scores = 0.0;
  Bytes weight_bytes;      // once a call, whatever the batch
  Bytes activation_bytes;  // eager convention
  double calls = 0.0;
  FlopRate peak;             // of the arithmetic they run in
  bool convolution = false;  // which changes layouts around each call
  bool exchanged = false;    // several GPUs that split the tokens exchange what it reads and makes
};

struct StageWork {
  std::array<ClassWork, work_classes> by_class;
  std::vector<OpWork> operators;
};

inline constexpr std::size_t stages = 3;  // encode, denoise, decode

struct DataSheet {
  FlopRate peak16;  // dense 16-bit tensor throughput
  Bandwidth bandwidth;
  Power power_limit;
  Power idle;
  bool idle_assumed = false;
  double spread = 0.0;  // half range of the numbers in ln, where the card's variant is not stated
};

struct Measured {
  std::optional<Energy> energy_per_item;
  std::optional<Duration> latency_per_batch;
  // Only for diagnosis: no law reads them.
  std::optional<Frequency> clock = std::nullopt;         // mean, of the streaming multiprocessors
  std::optional<double> throttled_share = std::nullopt;  // of the time, 0..1
};

struct Observation {
  std::array<StageWork, stages> work;
  DataSheet device;
  double devices = 1.0;          // GPUs that share the request
  double metered_devices = 1.0;  // GPUs inside a node_gpus boundary
  double batch = 1.0;            // items
  Boundary boundary = Boundary::gpu;

  // The paper's variables: F of one item with a single guidance pass, the doubling, the dtype, the size.
  Flops single_pass_flops;
  bool guided = false;
  bool float32 = false;
  double pixels = 0.0;
  double steps = 0.0;

  std::string model;   // checkpoint
  std::string family;  // architecture of the denoiser
  std::string gpu;     // catalogue name
  std::string card;    // the card whatever its variant ("A100"): what "an unseen GPU" leaves out
  std::string source;  // laboratory

  Measured measured;

  // Operator FLOPs of one item, all stages and guidance passes.
  [[nodiscard]] Flops flops_per_item() const;
};

}  // namespace diffjoule::law
