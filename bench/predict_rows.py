#!/usr/bin/env python3
# SPDX-FileCopyrightText: The diffjoule authors
# SPDX-License-Identifier: Apache-2.0
"""Rows a second of `diffjoule predict --rows` on one core.

Two tables, the same ones every time (seeded): 100,000 rows over at most 200 distinct (model, size, frames, text) that
differ in steps, batch, guidance, dtype and GPU, and 2,000 rows that each have a size of their own.

Usage: bench/predict_rows.py [--program build/release/diffjoule] [--runs 3] [--keep FOLDER]
"""

import argparse
import csv
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time

COLUMNS = "model_id gpu num_gpus batch_size width height frames steps cfg dtype".split()
GPUS = "H100-SXM-80GB A100-SXM4-80GB L40S-48GB RTX-4090 H200-SXM-141GB".split()
UNETS = "sd15 sd21 sdxl-base".split()                     # sizes of whole latent blocks
TRANSFORMERS = "flux1-dev sd3-medium sd35-large qwen-image".split()


def row(rng, model, width, height):
    return [model, rng.choice(GPUS), 1, rng.choice([1, 2, 4, 8, 16]), width, height, 1, rng.randint(4, 60),
            rng.randint(0, 1), rng.choice(["float16", "bfloat16"])]


def varied(rng, rows=100_000, distinct=200):
    shapes = set()
    while len(shapes) < distinct:
        shapes.add((rng.choice(UNETS + TRANSFORMERS), 64 * rng.randint(4, 24), 64 * rng.randint(4, 24)))
    shapes = sorted(shapes)
    return [row(rng, *rng.choice(shapes)) for _ in range(rows)]


def distinct_sizes(rng, rows=2_000, of_unets=600):
    coarse = [(64 * w, 64 * h) for w in range(4, 33) for h in range(4, 33)]
    fine = [(16 * w, 16 * h) for w in range(16, 129) for h in range(16, 129) if w % 4 or h % 4]
    sizes = [(UNETS, s) for s in rng.sample(coarse, of_unets)]
    sizes += [(TRANSFORMERS, s) for s in rng.sample(fine, rows - of_unets)]
    rng.shuffle(sizes)
    return [row(rng, rng.choice(models), *size) for models, size in sizes]


def write(path, rows):
    with path.open("w", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(rows)


def seconds(program, table):
    answer = table.with_suffix(".out.csv")
    start = time.perf_counter()
    done = subprocess.run([program, "predict", "--rows", table, "-o", answer], stdin=subprocess.DEVNULL,
                          stdout=subprocess.DEVNULL)
    taken = time.perf_counter() - start
    if done.returncode:
        sys.exit(f"diffjoule predict --rows {table.name}: exit code {done.returncode}")
    with answer.open(newline="") as lines:
        predicted = sum(1 for line in csv.DictReader(lines) if line["predicted_energy_j"])
    return taken, predicted


def main():
    here = pathlib.Path(__file__).resolve().parent.parent
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=here / "build/release/diffjoule")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--keep", help="write the tables here and leave them")
    arguments = parser.parse_args()
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})  # one core, for the children too
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(arguments.keep or temporary)
        folder.mkdir(parents=True, exist_ok=True)
        for name, rows in (("varied", varied(random.Random(1))), ("sizes", distinct_sizes(random.Random(2)))):
            table = folder / f"{name}.csv"
            write(table, rows)
            runs = [seconds(arguments.program, table) for _ in range(arguments.runs)]
            best, predicted = min(runs)
            shapes = len({(r[0], r[4], r[5], r[6]) for r in rows})
            print(f"{name}: {len(rows)} rows, {shapes} distinct (model, size, frames), {predicted} predicted: "
                  f"{best:.2f} s, {len(rows) / best:,.0f} rows a second (best of {arguments.runs})")


if __name__ == "__main__":
    main()
