#!/usr/bin/env python3
# SPDX-FileCopyrightText: The diffjoule authors
# SPDX-License-Identifier: Apache-2.0
"""An engine of your own: put your model where `denoise` and `decode` are. docs/reference/engine-protocol.md is the whole of it."""

import json
import math
import sys
import time


def denoise(width, height):  # one evaluation of your model
    return sum(math.sin(i) for i in range(width * height // 64))


def decode(width, height):
    return sum(math.cos(i) for i in range(width * height // 16))


def answer(event, **members):
    print(json.dumps({"event": event, **members}), flush=True)


def run(workload, fraction):
    width, height, steps = workload.get("width", 512), workload.get("height", 512), workload.get("steps", 20)
    executed = max(1, round(fraction * steps))
    begin = time.monotonic_ns()  # on a GPU: synchronise before each of these
    for _ in range(executed):
        denoise(width, height)
    denoised = time.monotonic_ns()
    decode(width, height)
    end = time.monotonic_ns()
    answer("phase", name="denoise", begin_ns=begin, end_ns=denoised, evaluations=steps, executed=executed)
    answer("phase", name="decode", begin_ns=denoised, end_ns=end)
    answer("ran", begin_ns=begin, end_ns=end)


for line in sys.stdin:  # standard output is for answers; print logs to standard error
    request = json.loads(line)
    if request["request"] == "hello":
        answer("ready", engine="my engine 1.0", device="my processor", kind="cpu", arithmetic=["float32"])
    elif request["request"] == "prepare":
        answer("prepared")  # load the model here, the first time
    elif request["request"] == "run":
        try:
            run(request["workload"], request["fraction"])
        except MemoryError as error:
            answer("failed", kind="out_of_memory", message=str(error) or "no memory")
    else:
        answer("failed", kind="unsupported", message=f"the request {request['request']}")
