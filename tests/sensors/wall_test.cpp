// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <functional>
#include <thread>

#include "tests/fakes/speaker.h"
#include "tests/sensors/readings.h"

namespace diffjoule::sensors {
namespace {

using fakes::Speaker;

// What is said on loopback is there almost at once; not on a busy machine.
bool eventually(const std::function<bool()>& holds) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (std::chrono::steady_clock::now() < until) {
    if (holds()) return true;
    std::this_thread::yield();
  }
  return false;
}

struct Met {
  explicit Met(const std::string& request) {
    found = find_with("wall", {.clock = &clock, .requests = {"wall:" + request}});
  }
  Device& device() { return *found.devices.at(0); }
  bool becomes(const std::string& name, double value) {
    return eventually([&] {
      const Reading r = reading(device(), name);
      return r.there() && r.value == value;
    });
  }
  fakes::ManualClock clock;
  Found found;
};

std::string tcp(const Speaker& s) { return "tcp://127.0.0.1:" + std::to_string(s.port()); }
std::string http(const Speaker& s, const std::string& metric) {
  return "http://127.0.0.1:" + std::to_string(s.port()) + "/metrics#" + metric;
}
std::string page(const std::string& body) { return "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\n" + body; }

TEST(Wall, LinesOfWattsAreReadAsTheyCome) {
  Speaker speaker("231.5\n");
  Met met(tcp(speaker));
  ASSERT_EQ(met.found.devices.size(), 1u);
  EXPECT_TRUE(met.found.advice.empty()) << joined(met.found.advice);
  EXPECT_EQ(channel(met.device(), "power").part, Part::wall);
  EXPECT_FALSE(index_of(met.device(), "energy"));
  EXPECT_TRUE(met.becomes("power", 231.5));
  speaker.say("240");
  EXPECT_EQ(reading(met.device(), "power").value, 231.5) << "a line ends with a line feed";
  speaker.say(".25\n");
  EXPECT_TRUE(met.becomes("power", 240.25));
}

TEST(Wall, AMeterThatCountsEnergyHasACounter) {
  Speaker speaker("power_w=50 energy_kwh=0.5\n");
  Met met(tcp(speaker));
  EXPECT_TRUE(met.becomes("energy", 1.8e6));
  EXPECT_TRUE(met.becomes("power", 50.0));
}

TEST(Wall, AStaleValueIsNoValue) {
  Speaker speaker("100\n");
  Met met(tcp(speaker));
  EXPECT_TRUE(met.becomes("power", 100.0));
  met.clock.advance(4.9 * second);
  EXPECT_EQ(reading(met.device(), "power").value, 100.0);
  met.clock.advance(0.2 * second);
  EXPECT_EQ(reading(met.device(), "power").absence, Absence::lost);
  speaker.say("90\n");
  EXPECT_TRUE(met.becomes("power", 90.0)) << "it speaks again";
}

TEST(Wall, AConnectionThatBreaksIsMadeAgain) {
  Speaker speaker("100\n");
  Met met(tcp(speaker));
  EXPECT_TRUE(met.becomes("power", 100.0));
  speaker.will_say("70\n");
  speaker.hang_up();
  EXPECT_TRUE(eventually([&] {
    met.clock.advance(0.5 * second);
    return reading(met.device(), "power").value == 70.0;
  }));
}

TEST(Wall, ALocalSocketSpeaksTheSame) {
  const fakes::MadeTree folder;
  Speaker speaker("12\n", false, folder.at("meter.sock"));
  Met met("unix:" + folder.at("meter.sock"));
  EXPECT_TRUE(met.becomes("power", 12.0));
}

TEST(Wall, APageOfMetricsIsAskedForAgainEachSecond) {
  Speaker speaker(page("plug_power_watts{plug=\"a\"} 15\nplug_power_watts{plug=\"b\"} 77\n"), true);
  Met met(http(speaker, "plug_power_watts{plug=b}"));
  ASSERT_EQ(met.found.devices.size(), 1u) << joined(met.found.advice);
  EXPECT_TRUE(met.becomes("power", 77.0));
  EXPECT_EQ(channel(met.device(), "power").update_period.in(second), 1.0);
  speaker.will_say(page("plug_power_watts{plug=\"b\"} 78\n"));
  EXPECT_EQ(reading(met.device(), "power").value, 77.0);
  met.clock.advance(1.1 * second);
  EXPECT_TRUE(met.becomes("power", 78.0));
  speaker.will_say("HTTP/1.0 500 Broken\r\n\r\n");
  EXPECT_TRUE(eventually([&] {
    met.clock.advance(0.5 * second);
    return reading(met.device(), "power").absence == Absence::lost;
  }));
}

TEST(Wall, JoulesOfAPageAreACounter) {
  Speaker speaker(page("# TYPE rack_energy_joules counter\nrack_energy_joules_total 5000\n# EOF\n"), true);
  Met met(http(speaker, "rack_energy_joules_total"));
  EXPECT_TRUE(met.becomes("energy", 5000.0));
  EXPECT_FALSE(index_of(met.device(), "power"));
}

TEST(Wall, AValueOfAPageIsAsOldAsItSays) {
  fakes::ManualClock clock;
  const double now = clock.since_epoch().in(second);
  Speaker speaker(page("w_watts 5 " + std::to_string(static_cast<long long>((now - 60.0) * 1000.0)) + "\n"), true);
  Met met(http(speaker, "w_watts"));
  EXPECT_TRUE(eventually([&] { return reading(met.device(), "power").absence == Absence::lost; }));
}

TEST(Wall, APageWithoutTheMetricIsToldAndGivesNoValue) {
  Speaker speaker(page("a_watts{x=\"1\"} 1\na_watts{x=\"2\"} 2\n"), true);
  Met several(http(speaker, "a_watts"));
  EXPECT_NE(joined(several.found.advice).find("2 values of the page fit"), std::string::npos)
      << joined(several.found.advice);
  EXPECT_EQ(reading(several.device(), "power").absence, Absence::failed);
  Met none(http(speaker, "b_watts"));
  EXPECT_NE(joined(none.found.advice).find("0 values"), std::string::npos);
}

TEST(Wall, NobodyThereIsADeviceThatDoesNotAnswer) {
  const fakes::MadeTree folder;
  Met met("unix:" + folder.at("nobody.sock"));
  ASSERT_EQ(met.found.devices.size(), 1u);
  EXPECT_NE(joined(met.found.advice).find("does not answer"), std::string::npos);
  EXPECT_EQ(reading(met.device(), "power").absence, Absence::failed);
  Speaker late("33\n", false, folder.at("nobody.sock"));
  met.clock.advance(2.0 * second);
  EXPECT_TRUE(met.becomes("power", 33.0));
}

TEST(Wall, ARequestThatCannotBeMeantIsExplained) {
  for (const char* request : {"tcp://nohost", "http://127.0.0.1:1/metrics", "http://127.0.0.1:1/#x{", "ftp://x",
                              "http://127.0.0.1:1/metrics#meter_energy"}) {
    const Met met(request);
    EXPECT_TRUE(met.found.devices.empty()) << request;
    EXPECT_EQ(met.found.advice.size(), 1u) << request;
  }
}

}  // namespace
}  // namespace diffjoule::sensors
