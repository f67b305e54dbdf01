// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/api/calibration_view.h"

#include <gtest/gtest.h>

#include "diffjoule/law/form.h"
#include "diffjoule/sweep/calibration.h"

namespace diffjoule::api {
namespace {

// A bf16 product at 1 TFLOP/s and a stream of 10 GB/s, at 60 W and 40 W; 20 W at rest.
io::Document answer(bool with_power) {
  sweep::Calibration c;
  c.device.name = "a machine";
  c.device.peaks[Arithmetic::bf16] = 1e12 * flop_per_second;
  c.device.bandwidth = 1e10 * byte_per_second;
  c.device.power_limit = 60.0 * watt;
  if (with_power) c.device.idle = 20.0 * watt;
  c.engine = "replay";
  c.energy_assumed = !with_power;
  c.law = law::form_named("device").value()->fit({}).value();
  c.law.form = "device";
  const auto probe = [&](const char* name, const Op& op, DType dtype, double flops, double bytes, double watts) {
    sweep::ProbeResult r{{name, {op, dtype, {}}}, 2e-6 * second,           10,
                         flops * flop_per_second, bytes * byte_per_second, {}};
    if (with_power) r.power = watts * watt;
    c.probes.push_back(r);
  };
  probe("linear 1024", Linear{1024, 1024, 1024, false}, DType::bfloat16, 1e12, 0.0, 60.0);
  probe("stream", Elementwise{Elementwise::Kind::add, ElementCount(2), ElementCount(1)}, DType::float32, 0.0, 1e10,
        40.0);
  probe("start", Elementwise{Elementwise::Kind::add, ElementCount(2), ElementCount(1)}, DType::float32, 0.0, 1e3, 25.0);
  sweep::CalibrationCase one;
  one.configuration.workload = {.model = "sd15", .width = 384, .steps = 6};
  one.measured = 2.0 * second;
  one.before = 3.0 * second;
  one.after = 1.9 * second;
  one.unseen = true;
  c.cases = {one};
  io::Document d = sweep::to_document(c);
  return std::move(d.set("written", "law.json").set("notes", io::Document::Array{}));
}

bool holds(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

TEST(CalibrationView, WorkCostsWhatItTakesBeyondRest) {
  const std::string text = report::to_markdown(calibration_page(answer(true)));
  EXPECT_TRUE(holds(text, "40.0 J a TFLOP")) << text;  // (60 - 20) W at 1 TFLOP/s
  EXPECT_TRUE(holds(text, "2.00 J a GB")) << text;     // (40 - 20) W at 10 GB/s
  EXPECT_FALSE(holds(text, "assumed")) << text;
}

TEST(CalibrationView, WithoutASensorNoEnergyIsShown) {
  const std::string text = report::to_markdown(calibration_page(answer(false)));
  EXPECT_FALSE(holds(text, "a TFLOP")) << text;
  EXPECT_TRUE(holds(text, "Energy is assumed")) << text;
}

TEST(CalibrationView, ShowsBeforeAfterAndTheErrorOfTheUnseenCase) {
  const std::string text = report::to_markdown(calibration_page(answer(true)));
  EXPECT_TRUE(holds(text, "sd15 384px, 6 steps (unseen)")) << text;
  EXPECT_TRUE(holds(text, "-5.0 %")) << text;
  EXPECT_TRUE(holds(text, "--law law.json")) << text;
}

}  // namespace
}  // namespace diffjoule::api
