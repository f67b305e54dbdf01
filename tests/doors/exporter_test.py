#!/usr/bin/env python3
# SPDX-FileCopyrightText: The diffjoule authors
# SPDX-License-Identifier: Apache-2.0
"""diffjoule exporter from end to end: scraped directly, checked by promtool, and scraped by a real Prometheus."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request

from measured_program import STEADY, Machine, build, program, run_all

OPENMETRICS = {"Accept": "application/openmetrics-text; version=1.0.0"}


class Exporter:
    def __init__(self, *arguments):
        self.machine = Machine(STEADY)
        self.phases = self.machine.folder / "phases"
        self.process = subprocess.Popen(
            [program, "exporter", "--listen", "127.0.0.1:0", "--devices", "nvml", "--period", "100ms", "--phases", str(self.phases), *arguments],
            env=self.machine.environment, stderr=subprocess.PIPE, text=True)
        line = self.process.stderr.readline()
        found = re.search(r"http://(127\.0\.0\.1:(\d+))/metrics", line)
        assert found, line
        self.address = found[1]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.code = self.process.wait(20)

    def page(self, headers=None):
        request = urllib.request.Request(f"http://{self.address}/metrics", headers=headers or {})
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.read().decode(), answer.headers["Content-Type"]

    def value(self, start):
        lines = [line for line in self.page()[0].splitlines() if line.startswith(start)]
        return float(lines[0].split()[-1]) if lines else None


def test_joules_grow_as_the_power_says():
    with Exporter() as exporter:
        time.sleep(0.5)
        begin, first = time.monotonic(), exporter.value("diffjoule_gpu_joules_total")
        time.sleep(2)
        joules = exporter.value("diffjoule_gpu_joules_total") - first
        elapsed = time.monotonic() - begin
        assert abs(joules - 300 * elapsed) < 2 * 300 * 0.15, (joules, elapsed)
        assert exporter.value("diffjoule_gpu_watts") == 300
    assert exporter.code == 0


def test_both_dialects():
    with Exporter() as exporter:
        text, kind = exporter.page()
        assert kind.startswith("text/plain; version=0.0.4") and "# EOF" not in text, kind
        text, kind = exporter.page(OPENMETRICS)
        assert kind.startswith("application/openmetrics-text; version=1.0.0") and text.endswith("# EOF\n"), kind


def test_phases_and_images_beside_the_prediction():
    with Exporter("--model", "sd15", "--gpu", "A100-SXM4-80GB") as exporter:
        time.sleep(0.5)
        meter = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        meter.connect(str(exporter.phases))
        for event in ("begin", "end"):
            meter.send(json.dumps({"v": 1, "event": event, "name": "image", "id": 1, "t_ns": time.monotonic_ns()}).encode())
            time.sleep(1)
        assert exporter.value("diffjoule_images_total") == 1
        assert abs(exporter.value("diffjoule_measured_joules_per_image") - 300) < 60
        assert exporter.value("diffjoule_predicted_joules_per_image") > 1


def test_other_machines_are_refused():
    ran = subprocess.run([program, "exporter", "--listen", "0.0.0.0:0"], capture_output=True, text=True, timeout=20)
    assert ran.returncode == 2 and "--allow-remote" in ran.stderr, ran.stderr


def test_fetch_is_a_plain_client():
    with Exporter() as exporter:
        ran = subprocess.run([build / "diffjoule-exporter", "fetch", f"http://{exporter.address}/metrics"], capture_output=True, text=True, timeout=20)
        assert ran.returncode == 0 and "diffjoule_gpu_joules_total" in ran.stdout, ran
        ran = subprocess.run([build / "diffjoule-exporter", "fetch", f"http://{exporter.address}/nothing"], capture_output=True, text=True, timeout=20)
        assert ran.returncode == 2 and "404" in ran.stderr, ran


def test_promtool_finds_nothing_wrong():
    if shutil.which("promtool") is None:
        return print("promtool (Debian package prometheus) is not installed: not asked")
    with Exporter() as exporter:
        time.sleep(1)
        ran = subprocess.run(["promtool", "check", "metrics"], input=exporter.page()[0], capture_output=True, text=True, timeout=60)
        assert ran.returncode == 0, ran.stdout + ran.stderr


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def test_a_real_prometheus_scrapes_it_and_is_imported_from():
    if shutil.which("prometheus") is None:
        return print("prometheus (a Debian package) is not installed: not scraped by one")
    with Exporter() as exporter:
        folder = exporter.machine.folder
        (folder / "prometheus.yml").write_text(
            "global: {scrape_interval: 1s}\nscrape_configs:\n"
            f"  - {{job_name: diffjoule, static_configs: [{{targets: ['{exporter.address}']}}]}}\n")
        port = free_port()
        server = subprocess.Popen(
            ["prometheus", f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data", f"--web.listen-address=127.0.0.1:{port}"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            watts, end = [], time.monotonic() + 60
            # The first scrapes give a rate over too short a time: it is extrapolated.
            while not (watts and abs(float(watts[0]["value"][1]) - 300) < 60) and time.monotonic() < end:
                time.sleep(1)
                try:
                    query = f"http://127.0.0.1:{port}/api/v1/query?query=rate(diffjoule_gpu_joules_total[10s])"
                    with urllib.request.urlopen(query, timeout=10) as answer:
                        watts = json.load(answer)["data"]["result"]
                except OSError:
                    pass
            assert watts and abs(float(watts[0]["value"][1]) - 300) < 60, watts
            assert watts[0]["metric"]["gpu_name"] == "NVIDIA H100 80GB HBM3", watts
            end = time.time() - 1
            first, last = (time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(t)) for t in (end - 5, end))
            ran = subprocess.run(
                [program, "import", "--prometheus", f"http://127.0.0.1:{port}", "--query", "diffjoule_gpu_joules_total", "--from", first, "--to", last, "--dry-run", "--json"],
                capture_output=True, text=True, timeout=60)
            assert ran.returncode == 0, ran.stderr
            taken = json.loads(ran.stdout)["taken"][0]
            assert abs(taken["energy_j"] / taken["elapsed_s"] - 300) < 60, taken
        finally:
            server.terminate()
            server.wait(30)


if __name__ == "__main__":
    run_all(sys.modules[__name__])
