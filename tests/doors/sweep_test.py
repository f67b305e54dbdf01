#!/usr/bin/env python3
# SPDX-FileCopyrightText: The diffjoule authors
# SPDX-License-Identifier: Apache-2.0
"""A sweep survives kill -9 and Ctrl-C: the same command goes on, and nothing runs twice."""

import json
import pathlib
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

from measured_program import program, run_all

CONFIGURATIONS, REPEATS = 20, 2
PATIENCE = 60  # seconds until a row that must come has come


class Sweep:
    """A store of its own, and the command of one sweep of 40 quick runs."""

    def __init__(self, *settings):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="diffjoule-sweep-"))
        self.store = self.folder / "store.db"
        steps = ",".join(str(n) for n in range(1, 6))
        self.command = [program, "sweep", "sd15", "--engine", "synthetic", "--store", str(self.store), "--name", "test",
                        "--axis", f"steps={steps}", "--axis", "resolution=256,512", "--axis", "batch=1,2",
                        "--repeat", str(REPEATS), "--baseline", "0s", "--warm-up", "0", "--json"]
        for setting in ("start=0.03", "evaluation=0.001", *settings):
            self.command += ["--set", setting]

    def start(self, *more):
        return subprocess.Popen([*self.command, *more], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                start_new_session=True)

    def run(self, *more):
        ran = subprocess.run([*self.command, *more], capture_output=True, timeout=120)
        return ran.returncode, json.loads(ran.stdout) if ran.stdout else None, ran.stderr.decode()

    def rows(self):
        """(id, trial) of what is in the store."""
        if not self.store.exists():
            return []
        connection = sqlite3.connect(f"file:{self.store}?mode=ro", uri=True, timeout=30)
        try:
            rows = connection.execute("SELECT id, document FROM measurement WHERE document IS NOT NULL").fetchall()
        except sqlite3.OperationalError:  # the tables are being made
            return []
        finally:
            connection.close()
        return [(id, json.loads(document)) for id, document in rows]

    def wait_for(self, rows, running):
        end = time.monotonic() + PATIENCE
        while len(self.rows()) < rows:
            assert time.monotonic() < end, "no row comes"
            assert running.poll() is None, running.stderr.read().decode()
            time.sleep(0.01)


def runs(rows):
    return sorted((json.dumps(d["trial"]["workload"]), d["trial"]["replicate"]) for _, d in rows)


def test_after_kill_9_the_same_command_runs_nothing_twice():
    sweep = Sweep()
    running = sweep.start()
    sweep.wait_for(10, running)
    running.kill()
    assert running.wait() == -signal.SIGKILL
    before = dict(sweep.rows())
    assert 10 <= len(before) < CONFIGURATIONS * REPEATS, len(before)
    code, answer, err = sweep.run()
    assert code == 0, err
    after = dict(sweep.rows())
    assert len(after) == CONFIGURATIONS * REPEATS
    assert len(set(runs(after.items()))) == CONFIGURATIONS * REPEATS
    assert all(after[id] == document for id, document in before.items()), "a run that was kept changed"
    assert answer["ran_now"] == len(after) - len(before), answer["ran_now"]
    assert len(answer["trials"]) == len(after) and answer["complete"]


def test_many_kills_lose_only_the_run_that_was_going_on():
    sweep = Sweep()
    for rows in (3, 9, 17, 30):
        running = sweep.start()
        sweep.wait_for(rows, running)
        running.kill()
        running.wait()
    code, answer, err = sweep.run()
    assert code == 0, err
    assert len(set(runs(sweep.rows()))) == len(sweep.rows()) == CONFIGURATIONS * REPEATS
    code, answer, err = sweep.run()
    assert (code, answer["ran_now"]) == (0, 0), err


def test_ctrl_c_ends_after_the_run_and_says_so():
    sweep = Sweep()
    running = sweep.start()
    sweep.wait_for(5, running)
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=60)
    assert running.returncode == 128 + signal.SIGINT, (running.returncode, err)
    assert b"ending after this run" in err, err
    answer = json.loads(out)
    assert not answer["complete"] and answer["ran_now"] == len(sweep.rows()) < CONFIGURATIONS * REPEATS
    code, answer, err = sweep.run()
    assert code == 0, err
    assert len(set(runs(sweep.rows()))) == len(sweep.rows()) == CONFIGURATIONS * REPEATS


def test_out_of_memory_is_kept_and_the_sweep_goes_on():
    sweep = Sweep("most_pixels=100000")
    code, answer, err = sweep.run()
    assert code == 1, (code, err)
    failed = [trial for trial in answer["trials"] if trial["out_of_memory"]]
    assert len(failed) == CONFIGURATIONS // 2 and all("does not fit" in trial["failure"] for trial in failed)
    assert len(answer["trials"]) == CONFIGURATIONS // 2 * (1 + REPEATS)
    code, answer, err = sweep.run()
    assert (code, answer["ran_now"]) == (1, 0), err


def test_two_programs_do_not_run_the_same_plan_in_one_store():
    sweep = Sweep()
    running = sweep.start()
    sweep.wait_for(1, running)
    code, _, err = sweep.run()
    assert code == 2 and "--part" in err, (code, err)
    running.kill()
    running.wait()


def test_a_changed_plan_of_the_same_name_is_refused():
    sweep = Sweep()
    assert sweep.run("--part", "1/20")[0] == 0
    code, _, err = sweep.run("--seed", "2")
    assert code == 2 and "--name" in err, (code, err)


def test_parts_at_once_in_one_store_are_the_whole():
    sweep = Sweep()
    parts = [sweep.start("--part", f"{k}/3") for k in (1, 2, 3)]
    for part in parts:
        _, err = part.communicate(timeout=120)
        assert part.returncode == 0, err
    assert len(set(runs(sweep.rows()))) == len(sweep.rows()) == CONFIGURATIONS * REPEATS


if __name__ == "__main__":
    run_all(sys.modules[__name__])
