// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/os/shared_library.h"

#include <dlfcn.h>

namespace diffjoule::os {

Result<SharedLibrary> SharedLibrary::open(const std::string& name) {
  // dlopen takes an empty name for the program itself.
  if (name.empty()) return fail(ErrorCode::invalid_argument, "opening a shared library: its name is empty");
  // RTLD_NOW: what does not resolve is said here, not as a crash in the first call.
  void* handle = dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) {
    const char* why = dlerror();
    return fail(ErrorCode::unavailable, "opening the shared library \"" + name +
                                            "\": " + (why != nullptr ? why : "the loader gives no reason"));
  }
  return SharedLibrary(name, std::shared_ptr<void>(handle, [](void* open) { dlclose(open); }));
}

void* SharedLibrary::address(const char* symbol) const { return dlsym(handle_.get(), symbol); }

std::string SharedLibrary::missing_message(const char* symbol) const {
  return "\"" + name_ + "\" has no function \"" + symbol + "\": another library of that name, or too old a version";
}

}  // namespace diffjoule::os
