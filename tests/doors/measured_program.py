# SPDX-FileCopyrightText: The diffjoule authors
# SPDX-License-Identifier: Apache-2.0
"""The built program on a fake GPU, for the tests of this folder that run it."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

build = pathlib.Path(os.environ["DIFFJOULE_BUILD"])
program = str(build / "diffjoule")


class Machine:
    """A script for the fake NVML and a store of its own; None: a machine without a driver."""

    def __init__(self, script=None):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="diffjoule-doors-"))
        self.store = self.folder / "store.db"
        self.environment = dict(os.environ, XDG_DATA_HOME=str(self.folder / "share"))
        self.environment.pop("FAKE_NVML_SCRIPT", None)
        self.environment.pop("LD_LIBRARY_PATH", None)
        if script is not None:
            (self.folder / "script.json").write_text(json.dumps(script))
            self.environment["FAKE_NVML_SCRIPT"] = str(self.folder / "script.json")
            self.environment["LD_LIBRARY_PATH"] = str(build / "fakes")

    def measure(self, *arguments, input=""):
        """(exit code, standard output, standard error) of diffjoule measure; line ends as they are."""
        ran = subprocess.run([program, "measure", *arguments], env=self.environment, capture_output=True,
                             input=input.encode(), timeout=120)
        return ran.returncode, ran.stdout.decode(), ran.stderr.decode()

    def measured(self, *arguments):
        """The record, as JSON."""
        report = self.folder / "report.json"
        code, out, err = self.measure("--json", "-o", str(report), *arguments)
        return code, json.loads(report.read_text()) if report.exists() else None, err


STEADY = {"gpus": [{"power_w": 300}]}


def run_all(module):
    """Runs its test_ functions; each is a sentence."""
    failed = 0
    for name, test in sorted(vars(module).items()):
        if not name.startswith("test_"):
            continue
        try:
            test()
        except AssertionError as error:
            failed += 1
            print(f"{name}: {error}", file=sys.stderr)
    sys.exit(1 if failed else 0)
