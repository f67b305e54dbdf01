// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/api/exporter.h"

#include <gtest/gtest.h>

#include <thread>

#include "diffjoule/measure/phase_client.h"

namespace diffjoule::api {
namespace {

Request request(const std::string& field, const std::string& value) {
  return Request(io::Document().set(field, value));
}

TEST(Exporter, ListensOnLoopbackUnlessToldOtherwise) {
  const auto usual = endpoint_of(Request(io::Document::Object{}));
  ASSERT_TRUE(usual);
  EXPECT_EQ(usual->host, "127.0.0.1");
  EXPECT_EQ(usual->port, 9745);
  EXPECT_TRUE(endpoint_of(request("listen", "[::1]:0")));
  for (const char* remote : {"0.0.0.0:9745", "192.0.2.1:80", "[::]:80", "example.org:80"}) {
    const auto refused = endpoint_of(request("listen", remote));
    ASSERT_FALSE(refused) << remote;
    EXPECT_NE(refused.error().message().find("--allow-remote"), std::string::npos);
    EXPECT_TRUE(endpoint_of(Request(io::Document().set("listen", remote).set("allow-remote", true)))) << remote;
  }
  for (const char* bad : {"", "127.0.0.1", "127.0.0.1:", ":80", "127.0.0.1:70000"})
    EXPECT_FALSE(endpoint_of(request("listen", bad))) << bad;
}

TEST(Exporter, PredictsWhatTheVerbPredicts) {
  Context context;
  const auto options = exporter_options_of(
      Request(io::Document().set("model", "sd15").set("gpu", "A100-SXM4-80GB").set("steps", 20)), context);
  ASSERT_TRUE(options) << options.error().message();
  const auto answer =
      call("predict", io::Document().set("model", "sd15").set("gpu", "A100-SXM4-80GB").set("steps", 20), context);
  ASSERT_TRUE(answer);
  ASSERT_TRUE(options->predicted_per_image);
  EXPECT_DOUBLE_EQ(options->predicted_per_image->in(joule), answer->document.at_path("per_item.energy_j")->number());
  EXPECT_FALSE(exporter_options_of(request("gpu", "A100-SXM4-80GB"), context)) << "of which model?";
}

// 100 W, for ever.
class Steady final : public sensors::Device {
 public:
  Steady() {
    info_.id = "GPU-1";
    info_.channels = {{.name = "power", .measurand = sensors::Measurand::power, .update_period = 0.01 * second}};
  }
  [[nodiscard]] const sensors::DeviceInfo& info() const override { return info_; }
  void read(std::span<const std::size_t>, std::span<sensors::Reading> out) override {
    for (sensors::Reading& reading : out) reading = {100.0};
  }

 private:
  sensors::DeviceInfo info_;
};

TEST(Exporter, ShowsEnergyByPhaseOnceItIsOver) {
  os::SystemClock clock;
  sensors::Found found;
  found.devices.push_back(std::make_unique<Steady>());
  ExporterOptions options;
  options.period = 0.01 * second;
  options.phases_path = testing::TempDir() + "exporter-phases";
  auto exporter = Exporter::open(std::move(found), clock, options);
  ASSERT_TRUE(exporter) << exporter.error().message();
  auto client = measure::PhaseClient::connect("unix:" + *options.phases_path);
  ASSERT_TRUE(client) << client.error().message();
  os::Alarm nobody;
  clock.wait_until(clock.now() + 0.05 * second, nobody);
  (*client)->begin("image", 1, clock.now());
  clock.wait_until(clock.now() + 0.1 * second, nobody);
  (*client)->end("image", 1, clock.now());
  const std::string name = "diffjoule_gpu_phase_joules";
  const io::MetricFamily* family = nullptr;
  io::Exposition page;
  for (int i = 0; i < 200 && family == nullptr; ++i) {  // at most 2 s, on a machine that is slow
    clock.wait_until(clock.now() + 0.01 * second, nobody);
    page = io::parse_openmetrics((*exporter)->page(io::MetricDialect::openmetrics));
    family = page.family(name);
  }
  ASSERT_NE(family, nullptr);
  EXPECT_GE(family->samples.front().value, 10.0) << "100 W for 0.1 s at least";
  EXPECT_EQ(*family->samples.front().label("phase"), "image");
}

}  // namespace
}  // namespace diffjoule::api
