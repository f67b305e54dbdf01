# SPDX-FileCopyrightText: The diffjoule authors
# SPDX-License-Identifier: Apache-2.0
"""The engine "diffusers": a program for the user's Python that speaks docs/reference/engine-protocol.md, version 1.

Pipelines are built from their configs with random weights, or loaded from a local folder; nothing is downloaded.
"""

import argparse
import contextlib
import inspect
import json
import math
import os
import sys

from diffjoule_device import Machine, Unsupported, operator
from diffjoule_pipelines import Evaluations, call_arguments, folder_entry, random_pipeline, shelf_entry

os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1", HF_HUB_DISABLE_TELEMETRY="1", DO_NOT_TRACK="1")

# What a workload may say here; anything else changes the work in a way that this engine does not know.
KNOWN = {"model", "width", "height", "frames", "steps", "batch", "guidance", "text_tokens", "dtype", "images_per_prompt", "scheduler",
         "tiled_decode"}
SCHEDULERS = {"ddim": "DDIMScheduler", "ddpm": "DDPMScheduler", "deis": "DEISMultistepScheduler", "dpm2": "KDPM2DiscreteScheduler",
              "dpm2-a": "KDPM2AncestralDiscreteScheduler", "dpmpp-2m": "DPMSolverMultistepScheduler",
              "dpmpp-2s": "DPMSolverSinglestepScheduler", "euler": "EulerDiscreteScheduler", "euler-a": "EulerAncestralDiscreteScheduler",
              "flow-euler": "FlowMatchEulerDiscreteScheduler", "flow-heun": "FlowMatchHeunDiscreteScheduler", "heun": "HeunDiscreteScheduler",
              "ipndm": "IPNDMScheduler", "lcm": "LCMScheduler", "lms": "LMSDiscreteScheduler", "pndm": "PNDMScheduler", "tcd": "TCDScheduler",
              "unipc": "UniPCMultistepScheduler"}


class Engine:
    def __init__(self, options, machine, shelf):
        self.options, self.machine, self.shelf = options, machine, shelf
        self.pipe, self.evaluations, self.loaded, self.defaults, self.compiled = None, None, None, {}, set()

    def load(self, task):
        w, o, m = task["workload"], self.options, self.machine
        unknown = sorted(set(w) - KNOWN)
        if unknown:
            raise Unsupported(f'{unknown[0]} = {json.dumps(w[unknown[0]])}: what it does to a pipeline is not known here')
        entry = folder_entry(o.model) if o.model else shelf_entry(self.shelf, w["model"])
        if o.model:  # the catalogue may know what the folder does not say
            with contextlib.suppress(Unsupported):
                entry["pipeline"] = shelf_entry(self.shelf, w["model"])["pipeline"]
        pipeline = entry["pipeline"]
        self.defaults = {**pipeline.get("defaults", {}), "guidance_mode": pipeline.get("guidance", {}).get("mode")}
        dtype = o.dtype or w.get("dtype") or self.defaults.get("dtype") or ("float32" if m.device == "cpu" else "bfloat16")
        key = (w.get("model") if not o.model else o.model, dtype, w.get("text_tokens"), w.get("scheduler"))
        if key != self.loaded:
            self.drop()
            self.build(entry, m.dtype(dtype), w)
            self.loaded = key
        tiled = o.vae_tiling == "yes" or w.get("tiled_decode", False)
        vae = getattr(self.pipe, "vae", None)
        if vae is not None and hasattr(vae, "enable_tiling"):
            vae.enable_tiling() if tiled else vae.disable_tiling()
        elif tiled:
            raise Unsupported("this pipeline's autoencoder knows no tiling")

    def build(self, entry, dtype, w):
        import diffusers
        o, m = self.options, self.machine
        if o.weights == "local":
            pipe = diffusers.DiffusionPipeline.from_pretrained(o.model, torch_dtype=dtype, local_files_only=True)
        else:
            pipe = random_pipeline(m, entry, dtype, w)
        if w.get("scheduler"):
            if w["scheduler"] not in SCHEDULERS:
                raise Unsupported(f'scheduler "{w["scheduler"]}"; {", ".join(SCHEDULERS)} are known here')
            pipe.scheduler = getattr(diffusers, SCHEDULERS[w["scheduler"]]).from_config(pipe.scheduler.config)
        pipe.set_progress_bar_config(disable=True)
        if o.offload == "none":
            pipe.to(m.device)
        else:
            (pipe.enable_model_cpu_offload if o.offload == "model" else pipe.enable_sequential_cpu_offload)(device=m.device)
        self.pipe, self.evaluations = pipe, Evaluations(m, pipe, o.compile == "yes")

    def drop(self):
        self.pipe = self.evaluations = self.loaded = None
        self.compiled.clear()
        self.machine.forget()

    def call(self, task):
        torch, e = self.machine.torch, self.evaluations
        e.reset(task.get("fraction", 1.0))
        parameters = inspect.signature(self.pipe.__call__).parameters
        arguments = call_arguments(parameters, task, self.defaults)
        if "generator" in parameters:
            arguments["generator"] = torch.Generator("cpu").manual_seed(task.get("seed", 0))
        with torch.no_grad(), self.machine.attention():
            begin = self.machine.now()
            self.pipe(**arguments)
            return begin, self.machine.now()

    def prepare(self, task):
        self.load(task)
        shapes = json.dumps(task["workload"], sort_keys=True)
        if self.options.compile == "yes" and shapes not in self.compiled:
            self.call({**task, "workload": {**task["workload"], "steps": 2}})
            self.compiled.add(shapes)
        return [{"event": "prepared"}]

    def run(self, task):
        self.load(task)
        begin, end = self.call(task)
        e = self.evaluations
        if e.first is None:
            raise Unsupported("this pipeline has no denoiser that is known here")
        decode = e.decode or end
        edges = [("encode", begin, e.first, 1, 1), ("denoise", e.first, decode, e.count, e.executed), ("decode", decode, end, 1, 1)]
        notes = ["random weights"] if self.options.weights == "random" else []
        if e.executed < e.count:
            notes.append(f"{e.executed} of {e.count} evaluations ran; what the scheduler does between them ran in full and is scaled, too")
        phases = [{"event": "phase", "name": n, "begin_ns": b, "end_ns": f, "evaluations": all_, "executed": ran} for n, b, f, all_, ran in edges]
        return [*phases, {"event": "ran", "begin_ns": begin, "end_ns": end, "notes": notes}]

    def probe(self, request):
        torch, m = self.machine.torch, self.machine
        call = operator(torch, request["op"], dict(device=m.device, dtype=m.dtype(request["dtype"])))
        with torch.no_grad(), m.attention():
            for _ in range(3):
                call()
            begin, calls, batch = m.now(), 0, 1
            while True:
                for _ in range(batch):
                    call()
                calls, end = calls + batch, m.now()
                left = request["at_least_s"] * 1e9 - (end - begin)
                if left <= 0:
                    return [{"event": "probed", "begin_ns": begin, "end_ns": end, "calls": calls}]
                batch = max(1, min(calls, math.ceil(calls * left / (end - begin + 1))))

    def hello(self, request):
        import diffusers
        torch = self.machine.torch
        return [{"event": "ready", "engine": f"diffusers {diffusers.__version__}, PyTorch {torch.__version__}", "device": self.machine.name(),
                 "kind": "gpu" if self.machine.device == "cuda" else "cpu",
                 "arithmetic": ["float32", "bfloat16"] + (["float16"] if self.machine.device == "cuda" else [])}]


def answer(line, engine):
    """The events that answer one request. `engine` makes the engine when it is first needed."""
    def failed(kind, why):
        return [{"event": "failed", "kind": kind, "message": str(why)[:3000] or type(why).__name__}]
    e = None
    try:
        request = json.loads(line)
        what = request["request"]
        if what not in ("hello", "prepare", "run", "probe"):
            raise Unsupported(f'the request "{what}"')
        if what == "hello" and request["protocol"] != 1:
            raise Unsupported(f'version {request["protocol"]} of the protocol')
        e = engine()
        return getattr(e, what)(request)
    except Unsupported as why:
        return failed("unsupported", why)
    except ImportError as why:
        return failed("failed", f"{why}; this Python ({sys.executable}) needs torch, diffusers, transformers and accelerate")
    except Exception as why:
        if e is not None and e.machine.out_of_memory(why):
            message = str(why).split("\n")[0]
            del why
            e.drop()
            return failed("out_of_memory", message)
        import traceback
        traceback.print_exc()
        return failed("failed", f"{type(why).__name__}: {why}")


def main(shelf=None):
    parser = argparse.ArgumentParser()
    for name, choices in (("weights", "random local"), ("tf32", "no yes"), ("attention", "sdpa math flash efficient cudnn"), ("compile", "no yes"),
                          ("offload", "none model sequential"), ("vae-tiling", "no yes"), ("device", "auto cpu cuda")):
        parser.add_argument("--" + name, choices=choices.split(), default=choices.split()[0])
    for name, kind in (("model", str), ("dtype", str), ("threads", int)):
        parser.add_argument("--" + name, type=kind)
    options = parser.parse_args()
    # Libraries print where they like: standard output is ours alone.
    out = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    made = []

    def engine():
        if not made:
            made.append(Engine(options, Machine(options), shelf or {}))
        return made[0]
    for line in sys.stdin:
        for event in answer(line, engine):
            out.write(json.dumps(event) + "\n")
        out.flush()


if __name__ == "__main__":
    main()
