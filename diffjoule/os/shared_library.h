// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <type_traits>

#include "diffjoule/error/result.h"

// A shared library opened at run time (dlopen), so that one program runs with and without it. Its functions are asked
// for by name and type; that the type is right, nobody can check. The library is closed with the last copy.
namespace diffjoule::os {

class SharedLibrary {
 public:
  // `name` as dlopen takes it: a file name that the loader looks for, or a path. Unavailable: nothing of that name or
  // not loadable; the message has the loader's own words.
  [[nodiscard]] static Result<SharedLibrary> open(const std::string& name);

  // The function of that name, or nullptr: for those that a library has in some versions only.
  template <class Function>
  [[nodiscard]] Function* find(const char* symbol) const {
    static_assert(std::is_function_v<Function>, "find<int(const char*)>(\"name\")");
    return reinterpret_cast<Function*>(address(symbol));  // POSIX: what dlsym gives can be called
  }

  // The function of that name, or why the library cannot be used without it.
  template <class Function>
  [[nodiscard]] Result<Function*> need(const char* symbol) const {
    if (Function* function = find<Function>(symbol)) return function;
    return fail(ErrorCode::unavailable, missing_message(symbol));
  }

  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  SharedLibrary(std::string name, std::shared_ptr<void> handle) : name_(std::move(name)), handle_(std::move(handle)) {}
  [[nodiscard]] void* address(const char* symbol) const;
  [[nodiscard]] std::string missing_message(const char* symbol) const;

  std::string name_;
  std::shared_ptr<void> handle_;
};

}  // namespace diffjoule::os
