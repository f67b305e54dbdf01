#!/usr/bin/env python3
# SPDX-FileCopyrightText: The diffjoule authors
# SPDX-License-Identifier: Apache-2.0
"""Every diffjoule/MODULE/FILE.cpp has tests/MODULE/FILE_test.cpp, or stands here with the test that covers it."""

import pathlib
import sys

root = pathlib.Path(__file__).resolve().parents[2]

COVERED = {
    "graph/graph.cpp": "tests/graph/builder_test.cpp: graphs are only made by builders",
    "graph/op.cpp": "tests/models/reference_test.cpp: names of operators against PyTorch's",
    "io/document.cpp": "tests/io/json_test.cpp: every document there is read and written",
    "law/additive_law.cpp": "tests/law/fit_test.cpp: time and boundaries of the additive forms",
    "law/folds.cpp": "tests/law/validation_test.cpp",
    "law/form.cpp": "tests/law/law_test.cpp: unknown forms",
    "law/groups.cpp": "tests/law/validation_test.cpp: groups and their weights",
    "law/observation.cpp": "tests/dataset/observer_test.cpp",
    "law/symptom.cpp": "tests/law/biases_test.cpp: what is flagged",
    "checkpoint/families.cpp": "tests/checkpoint/fingerprint_test.cpp: every published header finds its row",
    "models/architecture.cpp": "tests/models/reference_test.cpp",
    "law/roofline_law.cpp": "tests/law/explanation_test.cpp",
    "models/blocks.cpp": "tests/models/reference_test.cpp",
    "models/clip_blocks.cpp": "tests/models/text_encoders_test.cpp",
    "models/hunyuan_blocks.cpp": "tests/models/reference_test.cpp",
    "models/joint_blocks.cpp": "tests/models/reference_test.cpp",
    "models/plan.cpp": "tests/models/program_test.cpp: what a pipeline runs, phase by phase",
    "models/sandwich_blocks.cpp": "tests/models/headers_test.cpp",
    "models/settings.cpp": "tests/models/program_test.cpp: defaults, rounding, refusals",
    "models/mamba_blocks.cpp": "tests/models/state_space_test.cpp",
    "models/motion_module.cpp": "tests/models/reference_test.cpp",
    "models/simple_cross_unet.cpp": "tests/models/reference_test.cpp",
    "models/spatio_temporal_blocks.cpp": "tests/models/reference_test.cpp",
    "models/unet_blocks.cpp": "tests/models/reference_test.cpp",
    "models/unet_skeleton.cpp": "tests/models/reference_test.cpp",
    "store/columns.cpp": "tests/store/import_tables_test.cpp: fields that are not what they should be",
    "store/measurement_row.cpp": "tests/store/store_test.cpp: every column comes back",
    "store/scraped_files.cpp": "tests/store/import_series_test.cpp: two scrapes",
    "replay/weighted_kernel.cpp": "tests/replay/products_test.cpp: and convolution_test.cpp, in every arithmetic",
    "stats/design.cpp": "tests/stats/least_squares_test.cpp: what a design may not be",
}

problems = []
for file in sorted((root / "diffjoule").glob("*/*.cpp")):
    path = str(file.relative_to(root / "diffjoule"))
    test = root / "tests" / path.replace(".cpp", "_test.cpp")
    if not test.exists() and path not in COVERED:
        problems.append(f"diffjoule/{path}: tests/{path.replace('.cpp', '_test.cpp')} is missing")
    if test.exists() and path in COVERED:
        problems.append(f"{path}: has a test of its own now; take it off the list in tests/house/mirror_test.py")
for path, where in COVERED.items():
    if not (root / "diffjoule" / path).exists():
        problems.append(f"tests/house/mirror_test.py: {path} is gone")
    if not (root / where.split(":")[0]).exists():
        problems.append(f"tests/house/mirror_test.py: {where.split(':')[0]}, said to cover {path}, is missing")

print("\n".join(problems))
sys.exit(1 if problems else 0)
