#!/bin/sh
# Fits the built-in law on the bundled measurements and writes its card: the command behind data/laws/builtin.json and
# docs/reference/builtin-law.md.
#   tools/builtin_law.sh [path of the diffjoule program]
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
program=${1:-$top/build/release/diffjoule}
"$program" fit --form roofline --data "$top/data" -o "$top/data/laws/builtin.json" >/dev/null
{
  echo '# The built-in law'
  echo
  echo 'Written by `tools/builtin_law.sh`; what it means: [the laws](../method/laws.md). Data: `data/measurements`, role `fit`.'
  echo
  echo '## Parameters'
  echo
  "$program" fit --form roofline --data "$top/data" --markdown
  echo
  echo '## Errors on models left out, group by group'
  echo
  "$program" validate --form roofline --groups --data "$top/data" --markdown
  echo
  echo '## Domain'
  echo
  echo 'Outside these a prediction is an *extrapolation*, is said to be one, and has a wider interval.'
  echo
  echo '| axis | from | to |'
  echo '|---|---|---|'
  awk -F'"axis": |"low": |"high": ' '/"domain"/ { on = 1 } /"models"/ { on = 0 }
    on && /"axis"/ { gsub(/[",]/, "", $2); axis = $2 }
    on && /"low"/ { sub(/,/, "", $2); low = $2 }
    on && /"high"/ { printf "| %s | %.4g | %.4g |\n", axis, low, $2 }' "$top/data/laws/builtin.json"
} >"$top/docs/reference/builtin-law.md"
