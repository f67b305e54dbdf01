#!/usr/bin/env python3
# SPDX-FileCopyrightText: The diffjoule authors
# SPDX-License-Identifier: Apache-2.0
"""libdiffjoule.so shows what diffjoule.h declares and nothing else, and needs the C library only."""

import pathlib
import re
import subprocess
import sys

library, sanitized = sys.argv[1], len(sys.argv) > 2
header = pathlib.Path(__file__).resolve().parents[2] / "bindings/c/diffjoule.h"


def lines(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()


problems = []
shown = {line.split()[-1].split("@")[0] for line in lines("nm", "-D", "--defined-only", library)} - {"DIFFJOULE_1"}
declared = set(re.findall(r"DIFFJOULE_EXPORT [\w* ]+?(diffjoule_\w+)\(", header.read_text()))
if shown != declared:
    problems.append(f"exported and not declared: {sorted(shown - declared)}; declared and not exported: {sorted(declared - shown)}")

dynamic = "\n".join(lines("readelf", "-d", library))
needed = set(re.findall(r"NEEDED.*\[(.*)\]", dynamic))
allowed = {"libc.so.6", "libm.so.6", "libdl.so.2", "libpthread.so.0", "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1"}
if not sanitized and needed - allowed:
    problems.append(f"needs {sorted(needed - allowed)}")
if "SONAME" not in dynamic or not re.search(r"SONAME.*\[libdiffjoule\.so\.\d+\]", dynamic):
    problems.append("no versioned SONAME")
if re.search(r"\((RPATH|RUNPATH)\)", dynamic):
    problems.append("has a path of the machine that built it")

print("\n".join(problems))
sys.exit(1 if problems else 0)
