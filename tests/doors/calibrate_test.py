#!/usr/bin/env python3
# SPDX-FileCopyrightText: The diffjoule authors
# SPDX-License-Identifier: Apache-2.0
"""A machine is calibrated on the real replay engine; predict and an adaptive sweep go on from what it learnt.

Nothing here looks at how long things take, only at what is there."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

from measured_program import program, run_all

folder = pathlib.Path(tempfile.mkdtemp(prefix="diffjoule-calibrate-"))
environment = dict(os.environ, XDG_DATA_HOME=str(folder / "home"))
(folder / "home").mkdir()


def ask(*words, codes=(0,)):
    ran = subprocess.run([program, *words, "--json"], capture_output=True, timeout=250, env=environment, check=False)
    assert ran.returncode in codes, (ran.returncode, ran.stderr.decode())
    return json.loads(ran.stdout)


def calibrated():
    law = folder / "law.json"
    if not law.exists():  # 1: the time was over before all of its runs were made
        ask("calibrate", "sd15", "--budget", "10s", "--set", "memory=4GiB", "-o", str(law), codes=(0, 1))
    return law


def test_a_calibration_knows_the_device_and_says_what_it_assumes():
    written = json.loads(calibrated().read_text())
    peaks = {name: fact["value"] for name, fact in written["device"]["peak_flops_per_s"].items()}
    assert peaks["fp32"] > 1e8 and written["device"]["memory_bandwidth_bytes_per_s"]["value"] > 1e8, written["device"]
    assert written["form"] == "device" and len(written["calibration"]["cases"]) >= 1
    sensors = ask("devices", codes=(0, 1))
    if not any(not device.get("assumed") for device in sensors.get("devices", [])):
        assert written["calibration"]["energy_assumed"] is True
        assert written["device"]["power_limit_w"]["source"].startswith("assumed")


def test_predict_takes_the_device_from_the_law():
    answer = ask("predict", "sd15", "--law", str(calibrated()), "--width", "128", "--height", "128", "--steps", "2", "--dtype",
                 "fp32")
    assert answer["gpu"] == json.loads(calibrated().read_text())["device"]["name"]
    times = [answer["per_batch"][key] for key in ("duration_low_s", "duration_s", "duration_high_s")]
    assert 0 < times[0] < times[1] < times[2], times


def test_an_adaptive_sweep_ends_with_checks_that_its_law_never_saw():
    command = ["sweep", "sd15", "--engine", "replay", "--set", "memory=4GiB", "--axis", "dtype=fp32", "--axis", "cfg=off",
               "--axis", "resolution=64,96", "--axis", "steps=1,2,3", "--design", "adaptive", "--points", "2", "--checks", "1",
               "--repeat", "1", "--baseline", "0s", "--store", str(folder / "sweep.db"), "--name", "adaptive",
               "--law-output", str(folder / "swept.json"), "--picture", str(folder / "swept.svg")]
    answer = ask(*command)
    seen = [c["seen"] for c in answer["fit"]["comparisons"]]
    assert answer["complete"] and seen.count(False) == 1 and len(seen) == 3, answer["fit"]["comparisons"]
    assert answer["simulated"] is False and answer["fit"]["paper_alpha"] == 0.99
    again = ask(*command)
    assert again["ran_now"] == 0 and len(again["trials"]) == 3
    assert json.loads((folder / "swept.json").read_text())["form"] == "device"
    assert (folder / "swept.svg").read_text().startswith("<")


def test_an_adaptive_sweep_cannot_be_shared():
    ran = subprocess.run([program, "sweep", "sd15", "--engine", "replay", "--axis", "steps=1,2", "--design", "adaptive", "--part",
                          "1/2", "--store", str(folder / "part.db")], capture_output=True, timeout=100, env=environment,
                         check=False)
    assert ran.returncode == 2 and b"cannot be shared" in ran.stderr, ran.stderr


if __name__ == "__main__":
    run_all(sys.modules[__name__])
