#!/usr/bin/env python3
# SPDX-FileCopyrightText: The diffjoule authors
# SPDX-License-Identifier: Apache-2.0
"""Windows on the fake libnvidia-ml.so.1 of tests/fakes/nvml: the scripted energy, within its uncertainty."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import time
import unittest

import package

import diffjoule

ROOT = tempfile.TemporaryDirectory(prefix="diffjoule-no-sensors-")
WATTS = 300.0


def scripted(body, script):
    """Runs Python code as a process whose NVIDIA driver plays the script; returns what it printed as JSON."""
    with tempfile.TemporaryDirectory(prefix="diffjoule-fake-nvml-") as folder:
        place = pathlib.Path(folder) / "script.json"
        place.write_text(json.dumps(script))
        origin = str(time.clock_gettime_ns(time.CLOCK_MONOTONIC))
        environment = {**os.environ, "PYTHONPATH": str(package.folder), "FAKE_NVML_SCRIPT": str(place),
                       "FAKE_NVML_ORIGIN_NS": origin, "ROOT": ROOT.name}
        done = subprocess.run([sys.executable, "-c", body], capture_output=True, text=True, timeout=60, env=environment)
        if done.returncode != 0:
            raise AssertionError(done.stderr)
        return json.loads(done.stdout)


CONSTANT = """
import json, os, time, diffjoule
with diffjoule.Meter(root=os.environ["ROOT"]) as meter:
    with meter.window("denoise") as w:
        time.sleep(1.5)
    print(json.dumps([w.energy_j, w.uncertainty_j, w.duration_s, [p.energy_j for p in w.parts if p.counted], len(meter.devices)]))
"""


class FakeNvml(unittest.TestCase):
    def test_a_window_has_the_scripted_energy_within_its_uncertainty(self):
        energy, uncertainty, duration, parts, devices = scripted(CONSTANT, {"gpus": [{"power_w": WATTS}]})
        self.assertEqual(devices, 1)
        self.assertGreater(uncertainty, 0.0)
        self.assertLess(abs(energy - WATTS * duration), 3.0 * uncertainty)
        self.assertLess(abs(energy - WATTS * duration), 0.05 * WATTS * duration)

    def test_two_cards_are_two_parts_that_add_up(self):
        energy, uncertainty, duration, parts, devices = scripted(CONSTANT, {"gpus": [{"power_w": 100}, {"power_w": 200}]})
        self.assertEqual(devices, 2)
        self.assertAlmostEqual(sum(parts), energy, delta=1e-6 * energy)
        self.assertLess(abs(energy - WATTS * duration), 3.0 * uncertainty)


class Windows(unittest.TestCase):
    def setUp(self):
        self.meter = diffjoule.Meter(root=ROOT.name)
        self.addCleanup(self.meter.close)

    def test_without_sensors_energy_is_none_with_the_reason(self):
        if self.meter.devices:
            self.skipTest(f"this machine has a sensor: {self.meter.devices[0]['name']}")
        with self.meter.window("denoise") as w:
            time.sleep(0.01)
        self.assertIsNone(w.energy_j)
        self.assertGreaterEqual(w.duration_s, 0.01)
        self.assertEqual([doubt.kind.replace(" ", "_") for doubt in w.verdict], ["no_sensor"])

    def test_windows_nest_and_overlap_over_threads(self):
        windows = []

        def one(index):
            with self.meter.window(f"thread {index}") as w:
                time.sleep(0.01)
            windows.append(w)

        threads = [threading.Thread(target=one, args=(i,)) for i in range(4)]
        with self.meter.window("all") as whole:
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        self.assertTrue(all(w.duration_s <= whole.duration_s for w in windows))

    def test_a_window_that_is_not_over_says_so(self):
        w = self.meter.window("denoise").begin()
        with self.assertRaisesRegex(diffjoule.DiffjouleError, "not over yet"):
            w.energy_j
        w.end()
        w.end()  # changes nothing
        with self.assertRaisesRegex(diffjoule.DiffjouleError, "begun before"):
            w.begin()

    def test_a_window_ends_where_its_code_raises(self):
        w = self.meter.window("denoise")
        with self.assertRaises(KeyError), w:
            raise KeyError
        self.assertGreaterEqual(w.duration_s, 0.0)

    def test_a_closed_meter_says_so(self):
        self.meter.close()
        with self.assertRaisesRegex(diffjoule.DiffjouleError, "closed"):
            self.meter.window("denoise").begin()

    def test_options_that_mean_nothing_are_refused(self):
        with self.assertRaisesRegex(diffjoule.DiffjouleError, "period_s.*0.01"):
            diffjoule.Meter(period_s=0.001)

    def test_a_forked_child_opens_its_own(self):
        with self.meter.window("parent"):
            pid = os.fork()
            if pid == 0:
                code = 1
                try:
                    self.meter.window("child").begin()
                except diffjoule.DiffjouleError:
                    own = diffjoule.Meter(root=ROOT.name)
                    with own.window("child") as w:
                        pass
                    code = 0 if w.duration_s >= 0.0 else 1
                os._exit(code)
            self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), 0)


if __name__ == "__main__":
    unittest.main()
