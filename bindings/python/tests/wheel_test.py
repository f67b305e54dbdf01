#!/usr/bin/env python3
# SPDX-FileCopyrightText: The diffjoule authors
# SPDX-License-Identifier: Apache-2.0
"""pip makes a wheel of one platform from the sources, with the library inside, and it works alone."""

import os
import pathlib
import subprocess
import sys
import tempfile
import zipfile

import package

NEEDS = "import setuptools, pip\ntry: from setuptools.command.bdist_wheel import bdist_wheel\nexcept ImportError: import wheel"
pythons = [p for p in (sys.executable, "/usr/bin/python3") if subprocess.run([p, "-c", NEEDS], capture_output=True).returncode == 0]
if not pythons:
    print("skipped: no Python here has pip, setuptools and wheel (apt-get install python3-pip python3-setuptools python3-wheel)")
    sys.exit(77)
python = pythons[0]

with tempfile.TemporaryDirectory() as folder:
    # A copy: setuptools writes beside its sources.
    sources = pathlib.Path(folder) / "repository"
    subprocess.run(["cp", "-r", str(package.folder), str(package.folder.parents[1] / "VERSION"), folder], check=True)
    (sources / "bindings").mkdir(parents=True)
    (pathlib.Path(folder) / "python").rename(sources / "bindings/python")
    (pathlib.Path(folder) / "VERSION").rename(sources / "VERSION")
    pip = [python, "-m", "pip", "--disable-pip-version-check", "-q"]
    subprocess.run([*pip, "wheel", "--no-build-isolation", "--no-deps", "--no-index", "-w", folder, str(sources / "bindings/python")],
                   check=True)
    (wheel,) = pathlib.Path(folder).glob("*.whl")
    assert "-py3-none-linux_" in wheel.name, wheel.name
    with zipfile.ZipFile(wheel) as held:
        names = held.namelist()
        assert "diffjoule/libdiffjoule.so" in names and "diffjoule/py.typed" in names, names
        assert not [name for name in names if "tests" in name], names
        held.extractall(pathlib.Path(folder) / "site")
    environment = {k: v for k, v in os.environ.items() if k not in ("DIFFJOULE_LIBRARY", "LD_LIBRARY_PATH")}
    environment["PYTHONPATH"] = str(pathlib.Path(folder) / "site")
    code = "import diffjoule; print(diffjoule.version(), diffjoule.library_path(), diffjoule.predict('sd15', gpu='T4').energy_j)"
    said = subprocess.run([python, "-c", code], check=True, capture_output=True, text=True, env=environment).stdout.split()
    assert said[1].startswith(folder) and float(said[2]) > 0, said

    nowhere = {**os.environ, "DIFFJOULE_LIBRARY": "/nowhere/libdiffjoule.so"}
    refused = subprocess.run([*pip, "wheel", "--no-build-isolation", "--no-deps", "--no-index", "-w", folder,
                              str(sources / "bindings/python")], capture_output=True, text=True, env=nowhere)
    assert refused.returncode != 0, "a wheel without a library"
    assert "cmake --build --preset release --target diffjoule_shared" in refused.stdout + refused.stderr, refused.stderr
