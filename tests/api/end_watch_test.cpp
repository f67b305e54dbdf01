// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/api/end_watch.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>

namespace diffjoule::api {
namespace {

// In a process of its own: signals are of the whole process.
template <class What>
int code_of(What what) {
  const pid_t child = fork();
  if (child == 0) _exit(what());
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(EndWatch, TheFirstRequestRingsAndIsTold) {
  const int code = code_of([] {
    std::atomic<int> told = 0;
    auto watch = EndWatch::begin([&told](int signal) { told = signal; });
    if (!watch || (*watch)->asked()) return 1;
    kill(getpid(), SIGINT);
    os::SystemClock clock;
    if (!clock.wait_until(clock.now() + 10.0 * second, (*watch)->alarm())) return 2;
    for (int i = 0; told == 0 && i < 1000; ++i) usleep(1000);
    return told == SIGINT && (*watch)->asked() == SIGINT ? 0 : 3;
  });
  EXPECT_EQ(code, 0);
}

TEST(EndWatch, TheSecondEndsAtOnce) {
  const int code = code_of([] {
    auto watch = EndWatch::begin([](int) { kill(getpid(), SIGTERM); });
    kill(getpid(), SIGINT);
    sleep(10);
    return 0;
  });
  EXPECT_EQ(code, 128 + SIGTERM);
}

TEST(EndWatch, OneThatNobodyAskedEndsQuietly) {
  const auto watch = EndWatch::begin([](int) { ADD_FAILURE(); });
  ASSERT_TRUE(watch) << watch.error().message();
  EXPECT_FALSE((*watch)->asked());
  EXPECT_FALSE((*watch)->alarm().rung());
}

}  // namespace
}  // namespace diffjoule::api
