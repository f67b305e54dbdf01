#!/usr/bin/env bash
# SPDX-FileCopyrightText: The diffjoule authors
# SPDX-License-Identifier: Apache-2.0
#
# Usage: bench/whole_process.sh [PROGRAM [ARGUMENT...]]
# Median wall time of 20 runs of the whole process, fork and exec included, and its largest resident memory.
# Default: build/release/diffjoule count flux1-dev --json. Needs the Debian package "time".
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
[ $# -gt 0 ] || set -- build/release/diffjoule count flux1-dev --json
runs=20

"$@" >/dev/null  # warm the page cache
for ((run = 0; run < runs; run++)); do
  start=${EPOCHREALTIME/./}
  "$@" >/dev/null
  echo $((${EPOCHREALTIME/./} - start))
done | sort -n | awk '{ us[NR] = $1 } END {
  printf "wall: median %.1f ms, fastest %.1f ms, slowest %.1f ms (%d runs)\n",
    (us[int((NR + 1) / 2)] + us[int(NR / 2) + 1]) / 2000, us[1] / 1000, us[NR] / 1000, NR }'
for ((run = 0; run < 3; run++)); do command time -f %M "$@" 2>&1 >/dev/null; done |
  sort -n | awk 'END { printf "peak resident memory: %.1f MB\n", $1 / 1000 }'
