#!/usr/bin/env python3
# SPDX-FileCopyrightText: The diffjoule authors
# SPDX-License-Identifier: Apache-2.0
"""diffjoule sweep --launcher local on two fake GPUs: each runs its share alone, and all comes together exactly once."""

import json
import os
import pathlib
import signal
import sqlite3
import subprocess
import sys
import time

from measured_program import Machine, program, run_all

TWO = {"gpus": [{"power_w": 300}, {"power_w": 200}]}
GPUS = [f"GPU-00000000-0000-0000-0000-00000000000{index}" for index in range(2)]
STEPS, REPEATS = (2, 3, 4, 5), 2
RUNS = len(STEPS) * REPEATS


class Sweep:
    def __init__(self, script, start="0.05"):
        self.machine = Machine(script)
        self.store = self.machine.folder / "all.sqlite"
        self.command = [program, "sweep", "sd15", "--engine", "synthetic", "--set", f"start={start}", "--axis", "steps=" + ",".join(map(str, STEPS)),
                        "--repeat", str(REPEATS), "--warm-up", "0", "--baseline", "0s", "--cool-down", "0s", "--store", str(self.store), "--json"]

    def begin(self, *more, **how):
        return subprocess.Popen([*self.command, "--launcher", "local", *more], env=self.machine.environment, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True, **how)

    def run(self, *more):
        process = self.begin(*more)
        out, err = process.communicate(timeout=120)
        return process.returncode, out, err

    @staticmethod
    def documents(store):
        if not pathlib.Path(store).exists():
            return []
        try:
            with sqlite3.connect(store, timeout=5) as connection:
                return [json.loads(text) for (text,) in connection.execute("SELECT document FROM measurement")]
        except sqlite3.OperationalError:  # being made
            return []

    def runs(self, store=None):
        return [(d["trial"]["workload"]["steps"], d["trial"]["replicate"]) for d in self.documents(store or self.store)]

    def share(self, number, of=2):
        return self.machine.folder / f"all.task-{number}-of-{of}.sqlite"

    def child(self, number):
        """The process of a share that has stored a run, and has not all."""
        end = time.monotonic() + 30
        while time.monotonic() < end:
            for folder in pathlib.Path("/proc").glob("[0-9]*"):
                try:
                    words = (folder / "cmdline").read_bytes().decode(errors="replace").split("\0")
                except OSError:
                    continue
                if words[0] == program and str(self.share(number)) in words and self.runs(self.share(number)):
                    return int(folder.name)
            time.sleep(0.02)
        raise AssertionError("the share was not seen")


def whole(runs):
    return len(runs) == RUNS == len(set(runs))


def test_each_gpu_runs_its_share_and_meters_itself_only():
    sweep = Sweep(TWO)
    code, out, err = sweep.run()
    assert code == 0, err
    assert whole(sweep.runs()), sweep.runs()
    assert [share["exit_code"] for share in json.loads(out)["shares"]] == [0, 0], out
    for number, gpu in enumerate(GPUS, 1):
        documents = sweep.documents(sweep.share(number))
        assert len(documents) == RUNS // 2, len(documents)
        for document in documents:
            devices = {part["device"] for part in document["whole"]["parts"]}
            assert devices == {gpu}, devices


def test_a_share_that_is_killed_is_reported_and_run_to_its_end_by_the_same_command():
    sweep = Sweep(TWO, start="0.4")
    process = sweep.begin()
    os.kill(sweep.child(2), signal.SIGKILL)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 1 and "share 2 of 2 ended with code 137" in err, err
    assert len(sweep.runs()) < RUNS and len(sweep.runs(sweep.share(1))) == RUNS // 2
    code, _, err = sweep.run()
    assert code == 0 and whole(sweep.runs()), err


def test_an_interrupt_reaches_all_and_what_was_measured_is_merged():
    sweep = Sweep(TWO, start="0.4")
    process = sweep.begin(start_new_session=True)
    sweep.child(1)
    sweep.child(2)
    os.kill(process.pid, signal.SIGTERM)  # reaches the launcher alone
    _, err = process.communicate(timeout=60)
    assert process.returncode == 128 + signal.SIGTERM, (process.returncode, err)
    measured = len(sweep.runs())
    assert 2 <= measured < RUNS and measured == len(sweep.runs(sweep.share(1))) + len(sweep.runs(sweep.share(2))), measured
    code, _, err = sweep.run()
    assert code == 0 and whole(sweep.runs()), err


def test_without_a_gpu_there_is_one_process_with_all():
    sweep = Sweep(None)
    code, out, err = sweep.run()
    assert code == 0, err
    assert json.loads(out)["tasks"] == 1 and whole(sweep.runs()), out


if __name__ == "__main__":
    run_all(sys.modules[__name__])
