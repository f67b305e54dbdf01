#!/usr/bin/env python3
# SPDX-FileCopyrightText: The diffjoule authors
# SPDX-License-Identifier: Apache-2.0
"""The engine "diffusers" for real, on the processor: pipelines of the catalogue's kinds, made small, with random weights.

Needs torch, diffusers, transformers and accelerate in this Python, or in that of DIFFJOULE_PYTHON; else skipped (77).
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

root = pathlib.Path(__file__).resolve().parents[2]
python = os.environ.get("DIFFJOULE_PYTHON", sys.executable)
VAE = {"block_out_channels": [16, 32, 32, 32], "layers_per_block": 1, "norm_num_groups": 8}
CLIP = {"hidden_size": 32, "intermediate_size": 64, "num_attention_heads": 4, "num_hidden_layers": 2, "projection_dim": 32}
SMALL = {
    "sd15": {"unet": {"block_out_channels": [32, 64], "down_block_types": ["CrossAttnDownBlock2D", "DownBlock2D"],
                      "up_block_types": ["UpBlock2D", "CrossAttnUpBlock2D"], "layers_per_block": 1, "cross_attention_dim": 32,
                      "attention_head_dim": 4, "norm_num_groups": 8}, "vae": VAE, "text_encoder": CLIP},
    "dit-xl-2-256": {"transformer": {"num_layers": 2, "num_attention_heads": 2, "attention_head_dim": 8}, "vae": VAE},
    "flux1-dev": {"transformer": {"num_layers": 1, "num_single_layers": 1, "attention_head_dim": 16, "num_attention_heads": 2,
                                  "joint_attention_dim": 32, "pooled_projection_dim": 32, "axes_dims_rope": [4, 4, 8]}, "vae": VAE,
                  "text_encoder": CLIP, "text_encoder_2": {"d_model": 32, "d_ff": 64, "d_kv": 8, "num_heads": 4, "num_layers": 2, "vocab_size": 1000}}}


def small_pipeline(slug, folder):
    """The configs of a model of the catalogue with fewer and narrower layers."""
    for source in (root / "data/models" / slug).rglob("*.json"):
        config = json.loads(source.read_text())
        target = folder / source.relative_to(root / "data/models" / slug)
        target.parent.mkdir(parents=True, exist_ok=True)
        config.update(SMALL[slug].get(target.parent.name, {}))
        target.write_text(json.dumps(config))


class Program:
    def __init__(self, *arguments):
        self.process = subprocess.Popen([python, "-B", root / "diffjoule/engines/diffusers/diffjoule_worker.py", "--device=cpu", *arguments],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, request, **members):
        self.process.stdin.write(json.dumps({"request": request, **members}) + "\n")
        self.process.stdin.flush()
        events = [json.loads(self.process.stdout.readline())]
        while events[-1]["event"] == "phase":
            events.append(json.loads(self.process.stdout.readline()))
        return events

    def end(self):
        self.process.stdin.close()
        assert self.process.wait(60) == 0


def check_run(program, task, steps):
    *phases, ran = program.ask("run", **task)
    assert ran["event"] == "ran", ran
    assert [p["name"] for p in phases] == ["encode", "denoise", "decode"], phases
    edges = [ran["begin_ns"], *[p["begin_ns"] for p in phases], ran["end_ns"]]
    assert edges == sorted(edges) and phases[0]["end_ns"] == phases[1]["begin_ns"], edges
    denoise = phases[1]
    assert denoise["executed"] >= max(1, round(task["fraction"] * steps) - 1), denoise
    assert denoise["executed"] == denoise["evaluations"] if task["fraction"] == 1.0 else denoise["executed"] < denoise["evaluations"], denoise
    assert steps <= denoise["evaluations"] <= steps + 1, denoise  # PNDM has one more
    return ran


def check_pipeline(slug):
    with tempfile.TemporaryDirectory() as name:
        small_pipeline(slug, pathlib.Path(name))
        program = Program("--model", name)
        hello = program.ask("hello", protocol=1)[-1]
        assert hello["event"] == "ready" and hello["kind"] == "cpu" and "diffusers" in hello["engine"], hello
        workload = {"model": slug, "steps": 6, "batch": 2, "dtype": "float32"}
        if slug != "dit-xl-2-256":  # which has one size
            workload.update(width=64, height=48)
        task = {"workload": workload, "prompt": "a horse", "seed": 1, "fraction": 1.0}
        assert program.ask("prepare", **task) == [{"event": "prepared"}]
        assert check_run(program, task, 6)["notes"] == ["random weights"]
        assert len(check_run(program, {**task, "fraction": 0.34}, 6)["notes"]) == 2
        unknown = program.ask("run", **{**task, "workload": {**workload, "lora_rank": 4}})[-1]
        assert unknown["kind"] == "unsupported" and "lora_rank" in unknown["message"], unknown
        huge = program.ask("prepare", **{**task, "workload": {**workload, "dtype": "int3"}})[-1]
        assert huge["kind"] == "unsupported", huge
        check_run(program, task, 6)
        program.end()


def check_probes():
    program = Program()
    assert program.ask("hello", protocol=1)[-1]["event"] == "ready"
    for op in ({"kind": "linear", "rows": 64, "in": 32, "out": 16}, {"kind": "attention", "batch": 1, "heads": 2, "queries": 32, "keys": 48, "width": 16},
               {"kind": "convolution", "x": [1, 8, 16, 16], "w": [4, 8, 3, 3], "y": [1, 4, 8, 8], "groups": 1}, {"kind": "add", "elements": 1000}):
        probed = program.ask("probe", op=op, dtype="float32", at_least_s=0.05)[-1]
        assert probed["event"] == "probed" and probed["calls"] >= 1 and probed["end_ns"] - probed["begin_ns"] >= 5e7, (op, probed)
    assert program.ask("probe", op={"kind": "fft"}, dtype="float32", at_least_s=0.05)[-1]["kind"] == "unsupported"
    # A petabyte: the program says so and stays.
    full = program.ask("probe", op={"kind": "add", "elements": 1 << 50}, dtype="float32", at_least_s=0.05)[-1]
    assert full["kind"] == "out_of_memory", full
    assert program.ask("probe", op={"kind": "add", "elements": 10}, dtype="float32", at_least_s=0.01)[-1]["event"] == "probed"
    program.end()


needed = subprocess.run([python, "-c", "import torch, diffusers, transformers, accelerate"], capture_output=True, text=True)
if needed.returncode != 0:
    print("skipped:", needed.stderr.strip().split("\n")[-1])
    sys.exit(77)
check_probes()
for slug in SMALL:
    check_pipeline(slug)
    print("ok", slug)
