// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/os/program_output.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

extern char** environ;

namespace diffjoule::os {
namespace {

// All that comes until the end, or too much of it.
std::string read_to_end(int descriptor, std::size_t most) {
  std::string text;
  std::array<char, 65536> buffer{};
  while (text.size() <= most) {
    const ssize_t got = ::read(descriptor, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
  return text;
}

}  // namespace

Result<std::string> program_output(const std::vector<std::string>& arguments, std::size_t most) {
  const auto failed = [&arguments](const std::string& why) {
    return fail(ErrorCode::unavailable, "running \"" + arguments.front() + "\": " + why);
  };
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) return failed(std::strerror(errno));
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, pipe[1], STDOUT_FILENO);
  std::vector<char*> words;
  for (const std::string& argument : arguments) words.push_back(const_cast<char*>(argument.c_str()));
  words.push_back(nullptr);
  pid_t child = 0;
  const int refused = ::posix_spawnp(&child, words.front(), &actions, nullptr, words.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  ::close(pipe[1]);
  if (refused != 0) {
    ::close(pipe[0]);
    return fail(refused == ENOENT ? ErrorCode::not_found : ErrorCode::unavailable,
                "running \"" + arguments.front() + "\": " + std::strerror(refused));
  }
  std::string text = read_to_end(pipe[0], most);
  ::close(pipe[0]);  // one that has more to say ends by it
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (text.size() > most) return failed("it wrote more than " + std::to_string(most) + " bytes");
  if (!WIFEXITED(status)) return failed("it was ended by signal " + std::to_string(WTERMSIG(status)));
  if (WEXITSTATUS(status) != 0)
    return failed("it ended with code " + std::to_string(WEXITSTATUS(status)) + "; what it said stands above");
  return text;
}

}  // namespace diffjoule::os
