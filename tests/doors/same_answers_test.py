#!/usr/bin/env python3
# SPDX-FileCopyrightText: The diffjoule authors
# SPDX-License-Identifier: Apache-2.0
"""The same request has the same answer through the command line, C and Python; so have errors."""

import json
import pathlib
import subprocess
import sys

program, c_door = sys.argv[1], sys.argv[2]
root = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(root / "bindings/python"))
import diffjoule  # noqa: E402

REQUESTS = [
    ("count", {"model": "flux1-dev", "steps": 4, "by": "phase"}),
    ("count", {"model": "sd15", "controlnets": 1, "no-cfg": True}),
    ("predict", {"model": "sdxl-base", "gpu": "A100-SXM4-80GB", "batch": 4, "region": "FRA"}),
    ("explain", {"model": "flux1-dev", "gpu": "H100-SXM-80GB"}),
    ("list", {"what": "gpus"}),
    ("inspect", {"path": str(root / "data/models/flux1-dev/transformer/config.json")}),
    ("predict", {"model": "sdxl-base", "gpu": "h900"}),
    ("count", {"model": "sd15", "steps": -1}),
    ("count", {}),
]
POSITIONAL = {"model", "what", "path"}


def command_line(verb, request):
    arguments = [str(v) for k, v in request.items() if k in POSITIONAL]
    for key, value in request.items():
        if key not in POSITIONAL:
            arguments += [f"--{key}"] if value is True else [f"--{key}={value}"]
    done = subprocess.run([program, verb, *arguments, "--json"], capture_output=True, text=True)
    if done.returncode > 1:
        return "error", done.stderr.strip()[len("diffjoule: "):]
    return done.returncode, json.loads(done.stdout)


def through_c(verb, request):
    done = subprocess.run([c_door, "call", verb, json.dumps(request)], capture_output=True, text=True)
    answer = json.loads(done.stdout)
    return ("error", answer["error"]["message"]) if done.returncode > 1 else (done.returncode, answer)


def through_python(verb, request):
    try:
        answer = diffjoule.call(verb, **{key.replace("-", "_"): value for key, value in request.items()})
    except diffjoule.DiffjouleError as error:
        return "error", str(error)
    return int(answer.partial), answer.document


failed = 0
for verb, request in REQUESTS:
    said = command_line(verb, request)
    for door, answer in (("C", through_c(verb, request)), ("Python", through_python(verb, request))):
        if answer != said:
            failed += 1
            print(f"{verb} {request}: through {door} {str(answer)[:300]}\n  on the command line {str(said)[:300]}")
print(f"{len(REQUESTS)} requests, {failed} differences")
sys.exit(1 if failed else 0)
