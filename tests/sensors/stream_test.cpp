// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sensors/stream.h"

#include <gtest/gtest.h>

#include "tests/fakes/made_tree.h"
#include "tests/fakes/speaker.h"

namespace diffjoule::sensors {
namespace {

Stream stream_to(const std::string& address) {
  auto stream = parse_wall_address(address).and_then(Stream::to);
  EXPECT_TRUE(stream) << address;
  return std::move(*stream);
}

std::string heard(Stream& stream) {
  std::string text;
  for (int round = 0; round < 100 && stream.pump(text) && text.find('\n') == std::string::npos; ++round)
    stream.wait(std::chrono::milliseconds(100));
  return text;
}

TEST(Stream, WhatTheOtherSideSaysIsHeard) {
  fakes::Speaker speaker("hello\n");
  Stream stream = stream_to("tcp://127.0.0.1:" + std::to_string(speaker.port()));
  EXPECT_FALSE(stream.is_open());
  stream.open();
  EXPECT_EQ(heard(stream), "hello\n");
  std::string more;
  EXPECT_TRUE(stream.pump(more));
  EXPECT_EQ(more, "") << "nothing has come, and nobody waited";
}

TEST(Stream, WhatIsToBeSaidFirstIsSaid) {
  fakes::Speaker speaker("answer\n", true);
  Stream stream = stream_to("tcp://127.0.0.1:" + std::to_string(speaker.port()));
  stream.open("question\r\n\r\n");
  EXPECT_EQ(heard(stream), "answer\n");
}

TEST(Stream, AHostWithSeveralAddressesIsTriedAtEach) {
  fakes::Speaker speaker("hello\n");  // at 127.0.0.1 only; localhost may be ::1 first
  auto address = parse_wall_address("tcp://localhost:" + std::to_string(speaker.port())).and_then(Stream::to);
  if (!address) GTEST_SKIP() << "no localhost here: " << address.error().message();
  address->open();
  EXPECT_EQ(heard(*address), "hello\n");
}

TEST(Stream, NobodyThereIsTrouble) {
  const fakes::MadeTree folder;
  Stream stream = stream_to("unix:" + folder.at("nobody"));
  stream.open();
  std::string text;
  EXPECT_FALSE(stream.pump(text));
  EXPECT_FALSE(stream.is_open());
  EXPECT_FALSE(stream.trouble().empty());
}

TEST(Stream, AnEndedConnectionIsToldAndAMovedOneGoesOn) {
  fakes::Speaker speaker("a\n");
  Stream first = stream_to("tcp://127.0.0.1:" + std::to_string(speaker.port()));
  first.open();
  Stream stream = std::move(first);
  EXPECT_EQ(heard(stream), "a\n");
  speaker.hang_up();
  EXPECT_EQ(heard(stream), "");
  EXPECT_EQ(stream.trouble(), "the other side ended the connection");
}

TEST(Stream, AHostThatNobodyKnowsIsAnError) {
  const auto stream = parse_wall_address("tcp://no.such.host.invalid:1").and_then(Stream::to);
  ASSERT_FALSE(stream);
  EXPECT_NE(stream.error().message().find("no.such.host.invalid"), std::string::npos);
}

}  // namespace
}  // namespace diffjoule::sensors
