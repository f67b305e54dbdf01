#!/usr/bin/env python3
# SPDX-FileCopyrightText: The diffjoule authors
# SPDX-License-Identifier: Apache-2.0
"""Verbs and predictions through the library."""

import dataclasses
import os
import subprocess
import sys
import unittest
import warnings

import package

import diffjoule


class Call(unittest.TestCase):
    def test_version_is_that_of_the_sources(self):
        self.assertEqual(diffjoule.version(), (package.folder.parents[1] / "VERSION").read_text().split()[0])

    def test_underscores_stand_for_dashes_and_none_is_left_out(self):
        answer = diffjoule.call("count", model="sd15", text_tokens=77, steps=3, width=None, no_cfg=True)
        self.assertEqual(answer["workload"]["steps"], 3)

    def test_errors_have_a_code_and_the_words_of_the_command_line(self):
        with self.assertRaisesRegex(diffjoule.DiffjouleError, "nobody-knows-this") as caught:
            diffjoule.call("count", model="nobody-knows-this")
        self.assertEqual(caught.exception.code, "not_found")

    def test_measure_is_refused_with_what_to_do_instead(self):
        with self.assertRaisesRegex(diffjoule.DiffjouleError, "as a program"):
            diffjoule.call("measure", command=["true"])

    def test_a_library_that_is_not_there_names_the_command_that_builds_it(self):
        done = subprocess.run(
            [sys.executable, "-c", "import diffjoule; diffjoule.version()"], capture_output=True, text=True,
            env={**os.environ, "DIFFJOULE_LIBRARY": "/nowhere/libdiffjoule.so", "PYTHONPATH": str(package.folder)})
        self.assertIn("cmake --build --preset release --target diffjoule_shared", done.stderr)

    def test_import_opens_no_library(self):
        code = "import diffjoule, sys; print('nothing' if diffjoule._library._opened is None else 'opened')"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True,
                              env={**os.environ, "PYTHONPATH": str(package.folder)})
        self.assertEqual(done.stdout.strip(), "nothing")


class Predict(unittest.TestCase):
    def test_a_name_gives_a_typed_interval(self):
        p = diffjoule.predict("flux1-dev", gpu="H100-SXM-80GB", steps=20)
        self.assertTrue(p.energy_low_j < p.energy_j < p.energy_high_j)
        self.assertEqual(p.interval_level, 0.9)
        self.assertEqual(p.document["workload"]["steps"], 20)
        self.assertTrue(dataclasses.is_dataclass(p))

    def test_a_pipeline_is_known_by_where_it_came_from(self):
        class Denoiser:
            dtype = "torch.float16"

        class Pipe:
            name_or_path, unet = "stabilityai/stable-diffusion-xl-base-1.0", Denoiser()

        p = diffjoule.predict(Pipe(), gpu="A100-SXM4-80GB")
        self.assertEqual((p.model, p.document["workload"]["dtype"]), ("sdxl-base", "float16"))

    def test_without_a_gpu_it_is_asked_for(self):
        with self.assertRaisesRegex(diffjoule.DiffjouleError, "gpu is missing"):
            diffjoule.predict("flux1-dev")


if __name__ == "__main__":
    warnings.simplefilter("error")
    unittest.main()
