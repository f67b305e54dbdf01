#!/usr/bin/env python3
# SPDX-FileCopyrightText: The diffjoule authors
# SPDX-License-Identifier: Apache-2.0
"""An engine that computes nothing and misbehaves on request: the prompt says how. Says "hello" badly with an argument."""

import json
import os
import sys
import time


def say(event, **members):
    print(json.dumps({"event": event, **members}), flush=True)


def spend(seconds):
    begin = time.monotonic_ns()
    time.sleep(seconds)
    return {"begin_ns": begin, "end_ns": time.monotonic_ns()}


def run(task):
    how = task["prompt"]
    steps = task["workload"].get("steps", 20)
    executed = max(1, round(task["fraction"] * steps))
    if how == "die":
        print("about to die", file=sys.stderr, flush=True)
        sys.exit(3)
    if how == "traceback":
        raise MemoryError("no room for a tensor")
    if how == "killed":
        os.kill(os.getpid(), 9)
    if how == "crash":
        os.kill(os.getpid(), 11)
    if how == "hang":
        time.sleep(60)
    if how == "garbage":
        print("Loading pipeline components: 100%", flush=True)
    if how == "long line":
        print("x" * (2 << 20), flush=True)
    if how == "other answer":
        return say("prepared")
    if how == "out of memory":
        return say("failed", kind="out_of_memory", message="3 GiB are too many")
    if how == "unsupported":
        return say("failed", kind="unsupported", message="no such scheduler")
    first, second = spend(0.002), spend(0.004)
    if how == "overlap":
        second["begin_ns"] = first["begin_ns"]
    if how == "other clock":
        first, second = {"begin_ns": 5, "end_ns": 7}, {"begin_ns": 7, "end_ns": 9}
    say("phase", name="text_encoder", **first)
    say("phase", name="denoise", evaluations=steps, executed=executed, **second)
    say("ran", begin_ns=first["begin_ns"], end_ns=second["end_ns"], flops="12345678901234567890", notes=["a note"])


def main():
    prepared = None
    for line in sys.stdin:
        request = json.loads(line)
        what = request["request"]
        if what == "hello":
            if sys.argv[1:] == ["silent"]:
                sys.exit(0)
            assert request["protocol"] == 1
            say("ready", engine=f"fake {os.getpid()}", device="a fake", kind="gpu", arithmetic=["float32", "bfloat16"])
        elif what == "prepare":
            prepared = request["workload"]
            say("prepared")
        elif what == "run":
            assert prepared == request["workload"], "it was not prepared"
            run(request)
        elif what == "probe":
            say("probed", calls=7, **spend(request["at_least_s"]))


main()
