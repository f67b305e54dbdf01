# SPDX-FileCopyrightText: The diffjoule authors
# SPDX-License-Identifier: Apache-2.0
"""Takes the built libdiffjoule.so into the package: the wheel is of one platform and needs no compiler and no Python headers."""

import os
import pathlib
import shutil
import sys

from setuptools import setup
from setuptools.command.build_py import build_py
from setuptools.dist import Distribution

try:
    from setuptools.command.bdist_wheel import bdist_wheel
except ImportError:  # setuptools before 70.1
    from wheel.bdist_wheel import bdist_wheel

here = pathlib.Path(__file__).resolve().parent
root = here.parents[1]


def built_library() -> pathlib.Path:
    given = os.environ.get("DIFFJOULE_LIBRARY")
    places = [pathlib.Path(given)] if given else [root / "build/release/libdiffjoule.so", root / "build/ci/libdiffjoule.so"]
    for place in places:
        if place.is_file():
            return place.resolve()
    looked = " or ".join(str(place) for place in places)
    sys.exit(
        f"diffjoule: there is no library at {looked}. Build it first, in the repository:\n"
        "  cmake --preset release && cmake --build --preset release --target diffjoule_shared\n"
        "or name one in DIFFJOULE_LIBRARY."
    )


class WithLibrary(build_py):
    def run(self):
        super().run()
        if not self.editable_mode:
            shutil.copyfile(built_library(), pathlib.Path(self.build_lib) / "diffjoule" / "libdiffjoule.so")

    editable_mode = False


class PlatformWheel(bdist_wheel):
    def get_tag(self):
        return "py3", "none", super().get_tag()[2]


class Binary(Distribution):
    def has_ext_modules(self):
        return True


setup(
    version=(root / "VERSION").read_text().split()[0],
    distclass=Binary,
    cmdclass={"build_py": WithLibrary, "bdist_wheel": PlatformWheel},
)
