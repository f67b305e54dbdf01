#!/usr/bin/env python3
# SPDX-FileCopyrightText: The diffjoule authors
# SPDX-License-Identifier: Apache-2.0
"""How well a machine's own law predicts runs it never saw, on real runs of the replay engine.

Calibrates, runs an adaptive sweep (killed once in the middle with SIGKILL and started again), and scores the law on
configurations that the sweep's axes do not contain, each the median of five repeats. With --full, a full factorial of
64 configurations is run too and its law is scored on the same runs.

    bench/device_law.py build/release/diffjoule [--full] [--keep FOLDER]

Quiet machines only: it says how far repeats spread. About 10 minutes on two cores, 25 with --full.
"""

import argparse
import json
import os
import pathlib
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("program")
parser.add_argument("--full", action="store_true")
parser.add_argument("--keep", help="folder for stores and laws; default: a temporary one")
parser.add_argument("--model", default="sd15")
arguments = parser.parse_args()
folder = pathlib.Path(arguments.keep or tempfile.mkdtemp(prefix="device_law_"))
folder.mkdir(parents=True, exist_ok=True)
environment = dict(os.environ, XDG_DATA_HOME=str(folder))
program = str(pathlib.Path(arguments.program).resolve())

TARGET = ["resolution=64,96,128,160,192,224,256,320", "steps=1,2,4,8", "batch=1,2"]
SCORED = [(80, 3, 1), (112, 6, 1), (144, 2, 2), (176, 5, 1), (208, 1, 2), (240, 3, 1), (288, 2, 1), (288, 5, 1), (112, 1, 2),
          (240, 6, 2)]
COMMON = ["--engine", "replay", "--axis", "dtype=bf16", "--axis", "cfg=off", "--baseline", "0s", "--cool-down", "0s"]


def run(*words):
    """The answer of a verb, as JSON; what it says goes by."""
    result = subprocess.run([program, *words, "--json"], env=environment, stdout=subprocess.PIPE, check=False)
    if result.returncode not in (0, 1):
        sys.exit(f"{' '.join(words)}: exit code {result.returncode}")
    return json.loads(result.stdout)


def rows_in(store):
    try:
        return sqlite3.connect(f"file:{store}?mode=ro", uri=True).execute("select count(*) from measurement").fetchone()[0]
    except sqlite3.OperationalError:
        return 0


def sweep(name, *words):
    store, law = folder / f"{name}.db", folder / f"{name}.json"
    return ["sweep", arguments.model, *COMMON, "--name", name, "--store", str(store), "--law-output", str(law), *words]


def axes(values):
    return [word for value in values for word in ("--axis", value)]


def killed_once(words, store, after):
    """Starts the command, kills it hard once `after` runs are kept, and runs it to its end."""
    process = subprocess.Popen([program, *words], env=environment, stdout=subprocess.DEVNULL)
    while process.poll() is None and rows_in(store) < after:
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    before = rows_in(store)
    answer = run(*words)
    trials = [(json.dumps(t["workload"], sort_keys=True), t["replicate"]) for t in answer["trials"]]
    assert len(set(trials)) == len(trials), "a run was made twice"
    print(f"killed after {before} runs; {answer['ran_now']} more in the second session, {len(trials)} in all, none twice")
    return answer


def scored(law):
    errors = []
    for resolution, steps, batch in SCORED:
        predicted = run("predict", arguments.model, "--law", str(law), "--width", str(resolution), "--height", str(resolution),
                        "--steps", str(steps), "--batch", str(batch), "--dtype", "bf16", "--no-cfg")
        errors.append(predicted["batch"]["duration_s"] if "batch" in predicted else predicted["per_batch"]["duration_s"])
    return errors


started = time.monotonic()
kept = folder / "calibrated.json"  # of an earlier run into the same folder
calibration = json.loads(kept.read_text()) if kept.exists() else run("calibrate", arguments.model, "--budget", "3m", "-o", str(kept))
# Sweeps find the calibration of their device by its name.
devices = folder / "diffjoule" / "devices"
devices.mkdir(parents=True, exist_ok=True)
name = "".join(c.lower() if c.isalnum() else "-" for c in calibration["device"]["name"])
while "--" in name:
    name = name.replace("--", "-")
(devices / (name.strip("-") + ".json")).write_text((folder / "calibrated.json").read_text())
print(f"calibrated in {time.monotonic() - started:.0f} s")
for case in calibration["calibration"]["cases"]:
    print(f"  {case['workload'].get('width')}px {case['workload']['steps']} steps: measured {case['measured_s']:.2f} s "
          f"(spread {100 * case['spread']:.1f} %), before {case['before_s']:.2f}, after {case['after_s']:.2f}"
          f"{' (unseen)' if case['unseen'] else ''}")

started = time.monotonic()
adaptive = killed_once(sweep("adaptive", *axes(TARGET), "--design", "adaptive", "--interval", "15%", "--repeat", "2"),
                       folder / "adaptive.db", 6)
took = {"adaptive": time.monotonic() - started}
laws = {"calibrated": folder / "calibrated.json", "adaptive": folder / "adaptive.json"}
configurations = {"adaptive": len(adaptive["configurations"])}
print(f"adaptive: {adaptive['ended']}; {configurations['adaptive']} configurations, {took['adaptive']:.0f} s")
for c in adaptive["fit"]["comparisons"]:
    if not c["seen"]:
        print(f"  check {c['levels']}: measured {c['measured_s']:.2f} s (spread {100 * c['spread']:.1f} %), "
              f"predicted {c['predicted_s']:.2f} s, {100 * c['error']:+.1f} %")
if arguments.full:
    started = time.monotonic()
    full = run(*sweep("full", *axes(TARGET), "--design", "full", "--repeat", "1"))
    took["full"] = time.monotonic() - started
    laws["full"] = folder / "full.json"
    configurations["full"] = len(full["configurations"])
    fit = full["fit"]
    print(f"full: {configurations['full']} configurations, {took['full']:.0f} s; R2 {fit['r2']}, alpha {fit['alpha']}")

# Neither design has them: each in a sweep of its own.
measured = []
for resolution, steps, batch in SCORED:
    answer = run(*sweep(f"scored-{resolution}-{steps}-{batch}",
                        *axes([f"resolution={resolution}", f"steps={steps}", f"batch={batch}"]), "--repeat", "5"))
    seconds = sorted(t["elapsed_s"] for t in answer["trials"])
    measured.append((statistics.median(seconds), statistics.stdev(seconds) / statistics.mean(seconds)))
predictions = {name: scored(law) for name, law in laws.items()}
print("configuration        measured  spread  " + "  ".join(f"{name:>12}" for name in predictions))
close = {name: 0 for name in predictions}
for i, ((resolution, steps, batch), (seconds, spread)) in enumerate(zip(SCORED, measured)):
    errors = {name: p[i] / seconds - 1 for name, p in predictions.items()}
    for name, error in errors.items():
        close[name] += abs(error) <= max(0.10, 2 * spread)
    print(f"{resolution:4} px {steps} steps x {batch}  {seconds:7.3f} s  {100 * spread:4.1f} %  "
          + "  ".join(f"{100 * error:+10.1f} %" for error in errors.values()))
for name, p in predictions.items():
    errors = [abs(predicted / seconds - 1) for predicted, (seconds, _) in zip(p, measured)]
    cost = f", {configurations[name]} configurations in {took[name]:.0f} s" if name in took else ""
    print(f"{name}: median |error| {100 * statistics.median(errors):.1f} %, largest {100 * max(errors):.1f} %; "
          f"{close[name]} of {len(SCORED)} within 10 % or twice the spread{cost}")
print(f"kept in {folder}")
