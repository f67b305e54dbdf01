// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sensors/wall_address.h"

#include <gtest/gtest.h>

namespace diffjoule::sensors {
namespace {

TEST(WallAddress, ThreeWaysAreKnown) {
  const auto line = parse_wall_address("tcp://meter.local:5555");
  ASSERT_TRUE(line);
  EXPECT_EQ(line->host, "meter.local");
  EXPECT_EQ(line->port, "5555");
  const auto six = parse_wall_address("tcp://[::1]:7");
  ASSERT_TRUE(six);
  EXPECT_EQ(six->host, "::1");
  EXPECT_EQ(parse_wall_address("unix:/run/meter.sock")->path, "/run/meter.sock");
  const auto page = parse_wall_address("http://h:9100/a?b=c#plug_watts{plug=\"a#b\"}");
  ASSERT_TRUE(page);
  EXPECT_EQ(page->path, "/a?b=c");
  EXPECT_EQ(page->metric, "plug_watts{plug=\"a#b\"}");
  const auto bare = parse_wall_address("http://h#w");
  ASSERT_TRUE(bare);
  EXPECT_EQ(bare->port, "80");
  EXPECT_EQ(bare->path, "/metrics");
}

TEST(WallAddress, OthersAreRefusedWithWhatIsExpected) {
  for (const char* text : {"", "tcp://", "tcp://h", "tcp://:5", "tcp://h:0", "tcp://h:65536", "tcp://h:5x",
                           "tcp://[::1:5", "unix:", "https://h/m#w", "http://h/m", "http://h/m#", "http:///m#w",
                           "http://h/a b#w", "http://h\r\nX: y/m#w", "h:5"}) {
    const auto address = parse_wall_address(text);
    ASSERT_FALSE(address) << text;
    EXPECT_NE(address.error().message().find("expected wall:tcp://HOST:PORT"), std::string::npos);
  }
}

}  // namespace
}  // namespace diffjoule::sensors
