#!/usr/bin/env python3
# SPDX-FileCopyrightText: The diffjoule authors
# SPDX-License-Identifier: Apache-2.0
"""A .cpp includes its own header first, so that every header is compiled alone once (cmake/headers.cmake does the rest)."""

import pathlib
import re
import sys

root = pathlib.Path(__file__).resolve().parents[2]

problems = []
for folder in ("diffjoule", "cli"):
    for header in sorted((root / folder).rglob("*.h")):
        name = header.relative_to(root)
        text = header.read_text()
        if "#pragma once" not in text:
            problems.append(f"{name}: no #pragma once")
        source = header.with_suffix(".cpp")
        if not source.exists():
            continue
        first = re.search(r'^#include [<"]([^>"]+)', source.read_text(), re.MULTILINE)
        if first is None or first[1] != str(name):
            problems.append(f"{source.relative_to(root)}: includes {first[1] if first else 'nothing'} before its own header")

print("\n".join(problems))
sys.exit(1 if problems else 0)
