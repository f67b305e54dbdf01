#!/usr/bin/env python3
# SPDX-FileCopyrightText: The diffjoule authors
# SPDX-License-Identifier: Apache-2.0
"""The floor plan is a test: every #include is allowed by the table of ARCHITECTURE.md, and no row looks up."""

import pathlib
import re
import sys

root = pathlib.Path(__file__).resolve().parents[2]
allowed, floor = {}, {}
for line in (root / "ARCHITECTURE.md").read_text().splitlines():
    row = re.match(r"\|\s*(\d+)\s*\|\s*`([a-z]+)/`\s*\|([^|]*)\|", line)
    if row:
        floor[row[2]] = int(row[1])
        allowed[row[2]] = set(re.findall(r"`([a-z]+)`", row[3])) | {row[2]}

problems = []
if len(allowed) < 10:
    problems.append(f"ARCHITECTURE.md: only {len(allowed)} rows of the floors table were understood")
for module, below in allowed.items():
    for other in below - {module}:
        if other not in floor:
            problems.append(f"ARCHITECTURE.md: {module} may include {other}, which has no row")
        elif floor[other] > floor[module] or (floor[other] == floor[module] and module in allowed[other]):
            problems.append(f"ARCHITECTURE.md: {module} (floor {floor[module]}) looks up to {other} (floor {floor[other]})")

for folder in ("diffjoule", "cli"):
    for file in sorted((root / folder).rglob("*.[hc]*")):
        parts = file.relative_to(root).parts
        if "__pycache__" in parts:
            continue
        module = parts[1] if folder == "diffjoule" else "cli"
        if module not in allowed:
            problems.append(f"{file.relative_to(root)}: module {module} has no row in ARCHITECTURE.md")
            continue
        for name in re.findall(r'#include "(?:diffjoule/([a-z_]+)|(cli))/', file.read_text()):
            other = name[0] or name[1]
            if other not in allowed[module]:
                problems.append(f"{file.relative_to(root)}: may not include {other}/")
        for name in re.findall(r'#include "(diffjoule/[a-z]+/[a-z]+/[^"]+)"', file.read_text()):
            problems.append(f"{file.relative_to(root)}: includes {name}, a member of a registry folder")

print("\n".join(problems))
sys.exit(1 if problems else 0)
