// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sensors/http_page.h"

#include <gtest/gtest.h>

namespace diffjoule::sensors {
namespace {

TEST(HttpPage, ARequestNamesPathAndHost) {
  WallAddress a{.kind = WallAddress::Kind::http, .host = "::1", .port = "9100", .path = "/metrics", .metric = "x"};
  EXPECT_TRUE(http_request(a).starts_with("GET /metrics HTTP/1.0\r\nHost: [::1]:9100\r\n"));
  EXPECT_TRUE(http_request(a).ends_with("\r\n\r\n"));
}

TEST(HttpPage, TheBodyIsThePage) {
  EXPECT_EQ(*http_page("HTTP/1.1 200 OK\r\nA: b\r\n\r\nx 1\n"), "x 1\n");
  EXPECT_EQ(*http_page("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nabc"), "ab");
  EXPECT_EQ(*http_page("HTTP/1.0 200 OK\r\n\r\n"), "");
}

TEST(HttpPage, ItIsWholeOnlyWhereItsLengthIsKnownAndThere) {
  EXPECT_TRUE(http_is_whole("HTTP/1.0 200 OK\r\ncontent-LENGTH:  2\r\n\r\nab"));
  EXPECT_FALSE(http_is_whole("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\na"));
  EXPECT_FALSE(http_is_whole("HTTP/1.0 200 OK\r\n\r\nab"));
  EXPECT_FALSE(http_is_whole("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n"));
  EXPECT_FALSE(http_is_whole("HTTP/1.0 200 OK\r\nContent-Length: many\r\n\r\nab"));
  EXPECT_FALSE(http_is_whole(""));
}

TEST(HttpPage, OtherAnswersAreErrors) {
  EXPECT_NE(http_page("HTTP/1.0 404 Not Found\r\n\r\n").error().message().find("404 Not Found"), std::string::npos);
  EXPECT_FALSE(http_page("231.5\n"));
  EXPECT_FALSE(http_page("SSH-2.0\r\n\r\n"));
  EXPECT_FALSE(http_page(""));
  EXPECT_FALSE(http_page("HTTP/1.0\r\n\r\n"));
  EXPECT_FALSE(http_page("HTTP/1.0 200 OK\r\nContent-Length: 20\r\n\r\nab")) << "cut off";
}

}  // namespace
}  // namespace diffjoule::sensors
