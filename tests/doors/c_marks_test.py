#!/usr/bin/env python3
# SPDX-FileCopyrightText: The diffjoule authors
# SPDX-License-Identifier: Apache-2.0
"""Marks from C and from Python arrive as the lines that the meter reads, in order, with the time of the monotonic clock."""

import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import time

c_door = sys.argv[1]
package = pathlib.Path(__file__).resolve().parents[2] / "bindings/python"
PYTHON = """
import sys
sys.path.insert(0, sys.argv[1])
import diffjoule
assert diffjoule.measured()
with diffjoule.phase("denoise"):
    assert diffjoule.mark("image")
"""


def received(command):
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as meter:
        meter.bind(f"{folder}/phases")
        meter.settimeout(5)
        before = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
        subprocess.run(command, check=True, env={**os.environ, "DIFFJOULE_PHASES": f"unix:{folder}/phases"})
        marks = [json.loads(meter.recv(4096)) for _ in range(3)]
        times = [before, *(m["t_ns"] for m in marks), time.clock_gettime_ns(time.CLOCK_MONOTONIC)]
        assert times == sorted(times), times
        return marks


for command in ([c_door, "marks"], [sys.executable, "-c", PYTHON, str(package)]):
    marks = received(command)
    assert [(m["v"], m["event"], m["name"]) for m in marks] == [
        (1, "begin", "denoise"), (1, "mark", "image"), (1, "end", "denoise")], marks
    assert marks[0]["id"] == marks[2]["id"] and len({m["pid"] for m in marks}) == 1, marks
