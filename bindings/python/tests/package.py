#!/usr/bin/env python3
# SPDX-FileCopyrightText: The diffjoule authors
# SPDX-License-Identifier: Apache-2.0
"""Puts the package of the sources on the path; its library is that of DIFFJOULE_LIBRARY or of a build."""

import pathlib
import sys

folder = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(folder))
