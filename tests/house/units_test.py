#!/usr/bin/env python3
# SPDX-FileCopyrightText: The diffjoule authors
# SPDX-License-Identifier: Apache-2.0
"""No bare physical doubles: in headers, a double named after a unit or a quantity belongs to a Quantity type."""

import pathlib
import re
import sys

root = pathlib.Path(__file__).resolve().parents[2]
PLAIN = {"units", "stats", "io", "report"}  # where a double may be anything
NAME = re.compile(
    r"\bdouble\s+(\w*(?:_j|_w|_s|_wh|_hz|_g|joules?|watts?|seconds?|bytes|flops|grams?|power|energy|duration|bandwidth|emissions))\b")
EXCEPTIONS = {
    "predict/predictor.h": {"energy"},  # a share of the whole, 0..1
    "law/law.h": {"energy"},            # deviation in ln
    "law/validation.h": {"energy"},     # error in ln
    "law/roofline.h": {"p_s"},          # a share of the power limit
    "law/terms.h": {"static_power_prior", "energy_prior"},
}

problems = []
for file in sorted((root / "diffjoule").rglob("*.h")):
    name = str(file.relative_to(root / "diffjoule"))
    if name.split("/")[0] in PLAIN:
        continue
    for found in NAME.findall(file.read_text()):
        if found not in EXCEPTIONS.get(name, set()):
            problems.append(f"diffjoule/{name}: double {found}: use a Quantity of units/units.h")

print("\n".join(problems))
sys.exit(1 if problems else 0)
