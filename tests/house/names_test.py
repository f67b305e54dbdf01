#!/usr/bin/env python3
# SPDX-FileCopyrightText: The diffjoule authors
# SPDX-License-Identifier: Apache-2.0
"""Names that say nothing, missing licence lines, files too long to read, machine paths, unfinished marks."""

import pathlib
import re
import subprocess
import sys

root = pathlib.Path(__file__).resolve().parents[2]
listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=root, capture_output=True)
if listed.returncode == 0:
    files = [root / name for name in listed.stdout.decode().split("\0") if name]
else:  # a source archive without git
    files = [f for f in root.rglob("*") if "build" not in f.parts and ".git" not in f.parts]
files = [f for f in files if f.is_file()]

EMPTY_NAMES = {"util", "utils", "common", "core", "misc", "helper", "helpers", "manager", "detail"}
MARKS = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"]) + r")\b")
PATHS = re.compile(r"(?<![\w.$}/-])/(home|work|" + "tm" + r"p)/\w")
LONGEST = 400

problems = []
for file in files:
    name = file.relative_to(root)
    if EMPTY_NAMES & {part.split(".")[0] for part in name.parts}:
        problems.append(f"{name}: a name that says nothing")
    code = file.suffix in {".h", ".cpp", ".py"}
    if file.suffix not in {".h", ".cpp", ".py", ".md", ".cmake", ".sh", ".txt", ".toml", ""} or "data/measurements" in str(name):
        continue
    text = file.read_text(errors="replace")
    if code and "SPDX-License-Identifier: Apache-2.0" not in text[:300]:
        problems.append(f"{name}: no SPDX licence line")
    if code and text.count("\n") > LONGEST and "Longer than" not in text[:600]:
        problems.append(f"{name}: {text.count(chr(10))} lines; split it, or begin it with \"Longer than {LONGEST} lines: why\"")
    if code and MARKS.search(text):
        problems.append(f"{name}: an unfinished mark, {MARKS.search(text)[0]}")
    if PATHS.search(text):
        problems.append(f"{name}: a path of some machine, {PATHS.search(text)[0]}...")

print("\n".join(problems))
sys.exit(1 if problems else 0)
