#!/usr/bin/env python3
# SPDX-FileCopyrightText: The diffjoule authors
# SPDX-License-Identifier: Apache-2.0
"""Phase marks to a socket: names that are too long, a meter that does not listen, many open files."""

import json
import os
import resource
import socket
import tempfile
import time
import unittest
from unittest import mock

import package  # noqa: F401

from diffjoule import _marks


class Marks(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.meter = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(self.meter.close)
        self.meter.bind(f"{folder.name}/phases")
        self.meter.settimeout(5)
        variables = mock.patch.dict(os.environ, {"DIFFJOULE_PHASES": f"unix:{folder.name}/phases"})
        variables.start()
        self.addCleanup(variables.stop)
        self.addCleanup(self.disconnect)

    def disconnect(self):
        if _marks._connected is not None:
            _marks._connected.close()
        _marks._connected = None

    def test_a_long_name_is_cut_at_200_bytes_between_two_characters(self):
        for name, kept in (("x" * 300, "x" * 200), ("\u00fc" * 150, "\u00fc" * 100),
                           ("a" + "\u00fc" * 150, "a" + "\u00fc" * 99), ("abc" + "\U0001f4a7" * 60, "abc" + "\U0001f4a7" * 49),
                           ("\ud800", "?")):
            self.assertTrue(_marks.mark(name))
            self.assertEqual(json.loads(self.meter.recv(4096))["name"], kept)

    def full(self):
        """Whether a mark was refused, within a second."""
        for _ in range(1_000_000):
            before = time.monotonic()
            if not _marks.mark("image"):
                return time.monotonic() - before < 1.0
        return False

    def test_a_meter_that_does_not_listen_costs_a_moment(self):
        self.assertTrue(self.full())

    def test_descriptors_beyond_1023_are_no_error(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if hard != resource.RLIM_INFINITY and hard < 1200:
            self.skipTest(f"no more than {hard} open files allowed")
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 1200), hard))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        while True:
            descriptor = os.open(os.devnull, os.O_RDONLY)
            self.addCleanup(os.close, descriptor)
            if descriptor >= 1023:
                break
        self.assertTrue(self.full())
        self.assertGreaterEqual(_marks._connected.fileno(), 1024)


if __name__ == "__main__":
    unittest.main()
