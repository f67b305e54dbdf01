#!/usr/bin/env python3
# SPDX-FileCopyrightText: The diffjoule authors
# SPDX-License-Identifier: Apache-2.0
"""What measuring itself costs: diffjoule's meter beside CodeCarbon and Zeus, each in a process of its own that only sleeps.

    python3 bench/meter_overhead.py [SECONDS] [--nvml build/ci/fakes]

SECONDS of sleep, default 60. --nvml: a folder whose libnvidia-ml.so.1 stands for a driver (tests/fakes/nvml), with one GPU of 300 W. What
is not installed in this Python is skipped with the reason. Columns: CPU time of the process a minute of measuring, start-up until
the first window is open, and peak memory, each less that of a Python that only sleeps.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

root = pathlib.Path(__file__).resolve().parents[1]

BEGIN = """
import os, resource, sys, time
def cpu():
    return sum(resource.getrusage(resource.RUSAGE_SELF)[:2]) + sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2])
seconds, before, start = float(sys.argv[1]), cpu(), time.monotonic()
"""
END = """
begun, used = time.monotonic(), cpu()
start_used = used - before
time.sleep(seconds)
used = cpu() - used
stop()
import json
peak = int(next(l.split()[1] for l in open("/proc/self/status") if l.startswith("VmHWM")))
print("\\n" + json.dumps({"start_s": begun - start, "start_cpu_s": start_used, "cpu_s": used, "peak_kb": peak}))
"""
PROGRAMS = {
    "Python alone": "stop = lambda: None",
    "diffjoule, 10 Hz": """
import diffjoule
w = diffjoule.Meter(period_s=0.1).window("sleep").begin()
def stop():
    w.end()
    w.energy_j
""",
    "diffjoule, sensors' own periods": """
import diffjoule
w = diffjoule.Meter().window("sleep").begin()
def stop():
    w.end()
    w.energy_j
""",
    "CodeCarbon, 10 Hz": """
from codecarbon import OfflineEmissionsTracker
t = OfflineEmissionsTracker(country_iso_code="FRA", measure_power_secs=0.1, save_to_file=False, log_level="error")
t.start()
stop = t.stop
""",
    "CodeCarbon, 15 s (its default)": """
from codecarbon import OfflineEmissionsTracker
t = OfflineEmissionsTracker(country_iso_code="FRA", save_to_file=False, log_level="error")
t.start()
stop = t.stop
""",
    "Zeus, window": """
from zeus.monitor import ZeusMonitor
m = ZeusMonitor()
m.begin_window("sleep")
def stop():
    m.end_window("sleep")
""",
}


def one(code, seconds, environment):
    done = subprocess.run([sys.executable, "-c", BEGIN + code + END, str(seconds)], capture_output=True, text=True, env=environment)
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines()
        return lines[-1][:110] if lines else f"exit code {done.returncode}"
    return json.loads(done.stdout.strip().splitlines()[-1])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("seconds", nargs="?", type=float, default=60.0)
    parser.add_argument("--nvml")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        script = pathlib.Path(folder) / "script.json"
        script.write_text('{"gpus": [{"power_w": 300}]}')
        environment = {**os.environ, "PYTHONPATH": str(root / "bindings/python"), "PYTHONDONTWRITEBYTECODE": "1"}
        if given.nvml:
            environment.update(LD_LIBRARY_PATH=str(pathlib.Path(given.nvml).resolve()), FAKE_NVML_SCRIPT=str(script))
        alone = one(PROGRAMS["Python alone"], min(given.seconds, 1.0), environment)
        print(f"{'':32}  CPU ms a minute  start-up ms  of CPU time  peak MB")
        for name, code in PROGRAMS.items():
            if name == "Python alone":
                continue
            result = one(code, given.seconds, environment)
            if isinstance(result, str):
                print(f"{name:32}  skipped: {result}")
                continue
            print(f"{name:32}  {result['cpu_s'] * 60e3 / given.seconds:15.1f}  {(result['start_s'] - alone['start_s']) * 1e3:11.0f}"
                  f"  {(result['start_cpu_s'] - alone['start_cpu_s']) * 1e3:11.0f}"
                  f"  {(result['peak_kb'] - alone['peak_kb']) / 1024:7.1f}", flush=True)


if __name__ == "__main__":
    main()
