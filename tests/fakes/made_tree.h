// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace diffjoule::fakes {

// A temporary folder that stands for the root of a machine: /sys and /proc as a test writes them.
class MadeTree {
 public:
  MadeTree() {
    std::string name = (std::filesystem::temp_directory_path() / "diffjoule-tree-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) std::abort();
    root_ = name;
    std::filesystem::permissions(root_, std::filesystem::perms(0755));
  }
  MadeTree(const MadeTree&) = delete;
  MadeTree& operator=(const MadeTree&) = delete;
  ~MadeTree() {
    std::error_code ignored;
    std::filesystem::remove_all(root_, ignored);
  }

  // With the line feed that the kernel puts at the end. Written over in place, as the kernel's files change.
  MadeTree& file(const std::string& path, const std::string& content) {
    std::filesystem::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << content << '\n';
    return *this;
  }
  MadeTree& file(const std::string& path, long long content) { return file(path, std::to_string(content)); }
  MadeTree& folder(const std::string& path) {
    std::filesystem::create_directories(root_ / path);
    return *this;
  }
  MadeTree& link(const std::string& path, const std::string& target) {
    std::filesystem::create_directories((root_ / path).parent_path());
    std::filesystem::create_symlink(target, root_ / path);
    return *this;
  }
  MadeTree& only_root_reads(const std::string& path) {
    std::filesystem::permissions(root_ / path, std::filesystem::perms(0400));
    return *this;
  }
  void remove(const std::string& path) { std::filesystem::remove_all(root_ / path); }

  [[nodiscard]] std::string root() const { return root_.string(); }
  [[nodiscard]] std::string at(const std::string& path) const { return (root_ / path).string(); }

 private:
  std::filesystem::path root_;
};

// For as long as it lives the process is nobody, also where the tests run as root: chmod means something.
class AsNobody {
 public:
  AsNobody() : before_(::geteuid()) { changed_ = before_ == 0 && ::seteuid(65534) == 0; }
  AsNobody(const AsNobody&) = delete;
  AsNobody& operator=(const AsNobody&) = delete;
  ~AsNobody() {
    if (changed_ && ::seteuid(before_) != 0) std::abort();
  }
  // A file of mode 0400 made before is unreadable now: by root's tests. Others made it themselves and may read it.
  [[nodiscard]] bool works() const { return changed_; }

 private:
  uid_t before_;
  bool changed_ = false;
};

}  // namespace diffjoule::fakes
