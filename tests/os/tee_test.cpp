// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/os/tee.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <thread>
#include <vector>

namespace diffjoule::os {
namespace {

struct Ends {
  int read = -1, write = -1;
  Ends() {
    std::array<int, 2> both{};
    EXPECT_EQ(pipe(both.data()), 0);
    read = both[0];
    write = both[1];
  }
};

std::string all_of(int descriptor) {
  std::string text;
  std::array<char, 4096> bytes;
  for (ssize_t n = 0; (n = read(descriptor, bytes.data(), bytes.size())) > 0;)
    text.append(bytes.data(), static_cast<std::size_t>(n));
  close(descriptor);
  return text;
}

TEST(Tee, PassesEveryByteAsItCame) {
  Ends in, out;
  std::string sent;
  for (unsigned i = 0; i < 300'000; ++i) sent += static_cast<char>(i * 7919 % 256);
  std::thread writer([&] {
    for (std::size_t at = 0; at < sent.size();) {
      const ssize_t n = write(in.write, sent.data() + at, std::min<std::size_t>(10'000, sent.size() - at));
      if (n > 0) at += static_cast<std::size_t>(n);
    }
    close(in.write);
  });
  std::string got;
  std::thread reader([&] { got = all_of(out.read); });
  Tee tee(in.read, out.write, [](std::string_view) {});
  while (tee.open() || tee.wants_to_write()) {
    if (tee.wants_to_read()) tee.read_some();
    if (tee.wants_to_write()) tee.write_some();
  }
  close(out.write);
  writer.join();
  reader.join();
  EXPECT_EQ(got, sent);
}

TEST(Tee, SeesLinesWhateverThePiecesTheyComeIn) {
  Ends in, out;
  std::vector<std::string> seen;
  Tee tee(in.read, out.write, [&](std::string_view line) { seen.emplace_back(line); });
  for (const std::string piece : {"sampl", "ing\nstep 1\rstep 2\r\n", "la", "st"}) {
    ASSERT_EQ(write(in.write, piece.data(), piece.size()), static_cast<ssize_t>(piece.size()));
    tee.read_some();
  }
  close(in.write);
  tee.finish();
  EXPECT_EQ(seen, (std::vector<std::string>{"sampling", "step 1", "step 2", "last"}));
  EXPECT_FALSE(tee.open());
  close(out.write);
  EXPECT_EQ(all_of(out.read), "sampling\nstep 1\rstep 2\r\nlast");
}

TEST(Tee, ALineIsCutWhereItGetsTooLongButItsBytesAreNot) {
  Ends in, out;
  std::size_t longest = 0;
  Tee tee(in.read, out.write, [&](std::string_view line) { longest = std::max(longest, line.size()); });
  const std::string sent(3 * Tee::longest_line, 'x');
  ASSERT_EQ(write(in.write, sent.data(), sent.size()), static_cast<ssize_t>(sent.size()));
  close(in.write);
  tee.finish();
  close(out.write);
  EXPECT_EQ(longest, Tee::longest_line);
  EXPECT_EQ(all_of(out.read), sent);
}

TEST(Tee, WhenNobodyReadsTheWriterLearnsIt) {
  std::signal(SIGPIPE, SIG_IGN);
  Ends in, out;
  Tee tee(in.read, out.write, [](std::string_view) {});
  close(out.read);
  ASSERT_EQ(write(in.write, "x", 1), 1);
  tee.read_some();
  EXPECT_FALSE(tee.open());
  EXPECT_EQ(write(in.write, "x", 1), -1);
  EXPECT_EQ(errno, EPIPE);
  close(in.write);
  close(out.write);
}

}  // namespace
}  // namespace diffjoule::os
