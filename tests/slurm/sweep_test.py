#!/usr/bin/env python3
# SPDX-FileCopyrightText: The diffjoule authors
# SPDX-License-Identifier: Apache-2.0
"""diffjoule sweep --launcher slurm on a real Slurm: whatever happens to its tasks, every run is in the store exactly once."""

import json
import os
import pathlib
import sqlite3
import subprocess
import sys
import tempfile

from cluster import Cluster, missing, until

program = str(pathlib.Path(os.environ["DIFFJOULE_BUILD"]) / "diffjoule")
TASKS, STEPS, SIZES, REPEATS = 4, (10, 15, 20, 25), ("256px", "384px", "448px", "512px"), 2
RUNS = len(STEPS) * len(SIZES) * REPEATS
PLAN = f"""
name = "on-slurm"
engine = "synthetic"
least_repeats = {REPEATS}
most_repeats = {REPEATS}
warm_up = 0
baseline_s = 0
cool_down_s = 0
[settings]
start = "0.3"
[workload]
model = "sd15"
[axes]
steps = {json.dumps(STEPS)}
resolution = {json.dumps(SIZES)}
"""


class Sweep:
    """A plan in a folder whose name needs every kind of quotes, and what came of it."""

    def __init__(self, cluster):
        self.cluster = cluster
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="sweep", dir=cluster.folder)) / "it's 100% \"here\" $HOME #1"
        self.folder.mkdir()
        (self.folder / "plan.toml").write_text(PLAN)
        self.store = self.folder / "all.sqlite"

    def launch(self, *more):
        done = subprocess.run([program, "sweep", "--plan", "plan.toml", "--store", "all.sqlite", "--launcher", "slurm", "--tasks", str(TASKS), "--json",
                               *more], cwd=self.folder, env=self.cluster.environment, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def share(self, task):
        return self.folder / f"all.task-{task}-of-{TASKS}.sqlite"

    def log(self, task):
        file = self.folder / f"all.task-{task}-of-{TASKS}.log"
        return file.read_text() if file.exists() else ""

    @staticmethod
    def trials(store):
        """(configuration, replicate) of every trial in a store."""
        if not store.exists():
            return []
        try:
            with sqlite3.connect(f"file:{store.as_posix().replace('%', '%25').replace('#', '%23')}?mode=ro", uri=True, timeout=5) as connection:
                rows = connection.execute("SELECT document FROM measurement").fetchall()
        except sqlite3.OperationalError:  # being made
            return []
        found = [json.loads(text)["trial"] for (text,) in rows]
        assert not [trial["failure"] for trial in found if trial["failure"]], found
        return [(json.dumps(trial["workload"], sort_keys=True), trial["replicate"]) for trial in found]

    def process(self, task):
        """The process of a share."""
        for folder in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                words = (folder / "cmdline").read_bytes().decode(errors="replace").split("\0")
            except OSError:
                continue
            if words[0] == program and f"{task}/{TASKS}" in words and str(self.share(task)) in words:
                return int(folder.name)
        return None

    def story(self):
        logs = "\n".join(f"-- share {task}\n{self.log(task)}" for task in range(1, TASKS + 1))
        return f"{logs}\n{self.cluster.complaints()}"


def is_complete(trials):
    return len(trials) == RUNS and len(set(trials)) == RUNS


def disturb(sweep, array):
    """As soon as a share has stored a run: kills the first, requeues one, cancels one, tells one that its time limit is near."""
    said = sweep.cluster.said
    acts = {1: lambda: os.kill(sweep.process(1), 9),
            2: lambda: said("scontrol", "requeue", f"{array}_2"),
            3: lambda: said("scancel", "--signal=KILL", f"{array}_3"),
            4: lambda: said("scancel", "--batch", "--signal=USR1", f"{array}_4")}

    def all_done():
        for task in [task for task in acts if sweep.trials(sweep.share(task))]:
            assert len(sweep.trials(sweep.share(task))) < RUNS // TASKS, f"share {task} was over before anything could happen to it"
            acts.pop(task)()
        return not acts

    assert until(all_done, 60), sweep.story()


def check(cluster):
    sweep = Sweep(cluster)
    dry = sweep.launch("--dry-run")
    assert not cluster.jobs() and pathlib.Path(dry["array_script"]).exists(), dry
    jobs = sweep.launch("--sbatch", "--comment=\"two words\"")
    disturb(sweep, jobs["array_job"])
    assert until(lambda: not cluster.jobs(), 60), f"jobs that do not end: {cluster.jobs()}\n{sweep.story()}"
    for task in (1, 2, 4):
        assert len(sweep.trials(sweep.share(task))) == RUNS // TASKS, sweep.story()
        assert "start 2" in sweep.log(task), sweep.story()
    lacking = RUNS // TASKS - len(sweep.trials(sweep.share(3)))
    merged = sweep.trials(sweep.store)
    assert lacking > 0 and len(merged) == len(set(merged)) == RUNS - lacking, f"{lacking} {len(merged)}\n{sweep.story()}"

    sweep.launch()  # the same command again runs what the cancelled task has left
    assert until(lambda: not cluster.jobs(), 60), f"jobs that do not end: {cluster.jobs()}\n{sweep.story()}"
    assert is_complete(sweep.trials(sweep.store)), sweep.story()
    print(f"{RUNS} runs in {TASKS} tasks, one killed, one requeued, one cancelled ({lacking} runs left for a second launch), one at its limit")


def main():
    why = missing()
    if why:
        print(f"skipped: {why}")
        sys.exit(77)
    with Cluster() as cluster:
        if not cluster.ready:
            print(f"skipped: Slurm's node does not become idle here\n{cluster.complaints()}")
            sys.exit(77)
        check(cluster)


if __name__ == "__main__":
    main()
