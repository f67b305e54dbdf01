#!/bin/sh
# Fits the built-in law on the bundled measurements: the command behind data/laws/builtin.json.
#   tools/builtin_law.sh [path of the diffjoule program]
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
"${1:-$top/build/release/diffjoule}" fit --form roofline --data "$top/data" -o "$top/data/laws/builtin.json" >/dev/null
