# shellcheck shell=bash
# SPDX-FileCopyrightText: The diffjoule authors
# SPDX-License-Identifier: Apache-2.0
#
# Sourced by ./run, ./test and .ci/run: which system this is, which Debian packages are missing, how to build a preset.
# Nothing here reads standard input. Exit code 2: it could not be done, and the message says what to do.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root" || exit 2
exec </dev/null

say() { printf '%s\n' "$@" >&2; }
stop() { say "$@"; exit 2; }

# The system, from os-release: Debian 12 and 13 are tried, newer ones and Ubuntu 24.04 are not, older ones cannot.
system_id=unknown system_version=0 system_name="this system"
read_system() {
  [ -r /etc/os-release ] || return 0
  # shellcheck disable=SC1091
  eval "$(. /etc/os-release; printf 'system_id=%q system_version=%q system_name=%q' \
    "${ID:-unknown}" "${VERSION_ID:-999}" "${PRETTY_NAME:-${ID:-unknown}}")"
}

system_support() {  # prints supported, untested or unsupported
  if ! command -v dpkg-query apt-get >/dev/null; then echo unsupported; return; fi
  local major=${system_version%%.*}
  case $system_id in
    debian)
      if [ "$major" -ge 14 ]; then echo untested
      elif [ "$major" -ge 12 ]; then echo supported
      else echo unsupported; fi ;;
    ubuntu) if [ "$major" -ge 24 ]; then echo untested; else echo unsupported; fi ;;
    *) echo unsupported ;;
  esac
}

# The version of a tool, first number of its first line, or 0.
tool_version() { "$1" "$2" 2>/dev/null | head -n 1 | grep -oE '[0-9]+(\.[0-9]+)+|[0-9]+' | head -n 1 || true; }
at_least() { [ "$(printf '%s\n%s\n' "$2" "${1:-0}" | sort -V | head -n 1)" = "$2" ]; }

lacking_tools() {
  at_least "$(tool_version cmake --version)" 3.22 || echo "CMake >= 3.22"
  at_least "$(tool_version "${CXX:-g++}" -dumpfullversion)" 12 || echo "g++ >= 12"
  command -v ninja >/dev/null || echo "ninja"
}

packages_of() {  # part...
  local part
  for part in "$@"; do awk -v part="$part" '$1 == part { print $2 }' packages.txt; done | sort -u
}

missing_of() {  # package...
  local package
  for package in "$@"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || echo "$package"
  done
}

as_root=()
become_root() {  # sets as_root, or says why not; sudo asks on the terminal, never on standard input
  if [ "$(id -u)" = 0 ]; then as_root=()
  elif ! command -v sudo >/dev/null; then return 1
  elif sudo -n true 2>/dev/null; then as_root=(sudo -n)
  elif [ -t 2 ] && (: >/dev/tty) 2>/dev/null; then as_root=(sudo)
  else return 1; fi
}

apt() { "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q "$@" >&2; }

lists_know() {  # package...: has apt a candidate for each of them?
  [ "$(apt-cache policy "$@" 2>/dev/null | grep -c '^  Candidate: [^(]')" = "$#" ]
}

# Installs what the parts need, or prints the command. $1: yes (install) or no (print only).
ensure_packages() {
  local install=$1 support packages=() missing=()
  shift
  read_system
  support=$(system_support)
  if [ "$support" = unsupported ]; then
    local lacking
    lacking=$(lacking_tools | paste -sd, | sed 's/,/, /g')
    say "$system_name is not supported: diffjoule is tried on Debian 12 and 13 (Ubuntu 24.04: untested)." \
      "It needs CMake >= 3.22, g++ >= 12, ninja and the libraries in packages.txt."
    [ -z "$lacking" ] || stop "Missing here: $lacking."
    [ "$install" = no ] || stop "The tools are there: with the libraries installed by hand, --no-install goes on."
    return 0
  fi
  [ "$support" = supported ] || say "$system_name: untested; Debian 12 and 13 are tried."
  mapfile -t packages < <(packages_of "$@")
  mapfile -t missing < <(missing_of "${packages[@]}")
  [ ${#missing[@]} -gt 0 ] || return 0
  local command="apt-get install -y --no-install-recommends ${missing[*]}"
  say "Missing Debian packages: ${missing[*]}" "  $command"
  [ "$install" = yes ] || stop "Not installed (--no-install)."
  become_root || stop "Neither root nor sudo without a question: run the command above as root, then start this again."
  lists_know "${missing[@]}" || apt update || stop "apt-get update failed: see above."
  apt install -y --no-install-recommends "${missing[@]}" && return 0
  say "Again, with fresh package lists."
  apt update || stop "apt-get update failed: see above."
  apt install -y --no-install-recommends "${missing[@]}" || stop "apt-get install failed: see above."
}

# Builds a preset; CMake is run by hand only where its cache is missing, of another place, or older than the presets.
build_preset() {
  local preset=$1 folder=build/$1
  shift
  local home
  home=$(sed -n 's/^CMAKE_HOME_DIRECTORY:INTERNAL=//p' "$folder/CMakeCache.txt" 2>/dev/null || true)
  [ -z "$home" ] || [ "$home" = "$root" ] || rm -rf "$folder"
  if [ ! -f "$folder/build.ninja" ] || [ CMakePresets.json -nt "$folder/build.ninja" ]; then
    if command -v ccache >/dev/null; then export CMAKE_CXX_COMPILER_LAUNCHER=${CMAKE_CXX_COMPILER_LAUNCHER-ccache}; fi
    say "\$ cmake --preset $preset"
    cmake --preset "$preset" >&2 || stop "The configuration of \"$preset\" failed: see above."
  fi
  say "\$ cmake --build --preset $preset"
  cmake --build --preset "$preset" -j "$(nproc)" "$@" >&2 || stop "The build of \"$preset\" failed: see above."
}

show() {  # prints the command line, then its output
  printf '\n$ %s\n' "$*"
  "$@"
}
