#!/usr/bin/env python3
# SPDX-FileCopyrightText: The diffjoule authors
# SPDX-License-Identifier: Apache-2.0
"""Measures a diffusers pipeline phase by phase and compares it with its prediction.

    python3 meter_a_pipeline.py                                        # a tiny pipeline with random weights, or a stand-in
    python3 meter_a_pipeline.py stabilityai/stable-diffusion-xl-base-1.0   # a real one, on CUDA where it is
"""

import sys
import time

import diffjoule


class Module:
    """Stands for a PyTorch module where PyTorch is not installed: something that computes and has hooks."""

    def __init__(self, seconds):
        self.seconds, self.before, self.after = seconds, [], []

    def register_forward_pre_hook(self, hook):
        self.before.append(hook)
        return Handle(self.before, hook)

    def register_forward_hook(self, hook, always_call=False):
        self.after.append(hook)
        return Handle(self.after, hook)

    def __call__(self, *inputs):
        for hook in self.before:
            hook(self, inputs)
        time.sleep(self.seconds)
        for hook in self.after:
            hook(self, inputs, None)

    def decode(self, latents):
        time.sleep(self.seconds)


class Handle:
    def __init__(self, hooks, hook):
        self.hooks, self.hook = hooks, hook

    def remove(self):
        self.hooks.remove(self.hook)


class StandIn:
    def __init__(self):
        self.text_encoder, self.unet, self.vae = Module(0.02), Module(0.05), Module(0.03)
        self.components = {"text_encoder": self.text_encoder, "unet": self.unet, "vae": self.vae}

    def __call__(self, prompt, num_inference_steps=4):
        self.text_encoder(prompt)
        for _ in range(num_inference_steps):
            self.unet(None)
        self.vae.decode(None)


def pipeline(name):
    if name is None:
        return StandIn()
    import torch
    from diffusers import DiffusionPipeline

    cuda = torch.cuda.is_available()
    pipe = DiffusionPipeline.from_pretrained(name, torch_dtype=torch.float16 if cuda else torch.float32)
    return pipe.to("cuda" if cuda else "cpu")


def shown(value, unit):
    return "not available" if value is None else f"{value:.3g} {unit}"


def main():
    name = sys.argv[1] if len(sys.argv) > 1 else None
    pipe = pipeline(name)
    with diffjoule.attach(pipe) as run:
        pipe("an astronaut riding a horse", num_inference_steps=4)  # warms up
        run.reset()
        with diffjoule.window("whole call") as whole:
            pipe("an astronaut riding a horse", num_inference_steps=4)
    for phase in run.phases.values():
        print(f"{phase.name:8} x {phase.count}: {phase.duration_s:.3f} s, measured {shown(phase.energy_j, 'J')}"
              f" +- {shown(phase.uncertainty_j, 'J')}")
    print(f"whole call: {whole.duration_s:.3f} s, measured {shown(whole.energy_j, 'J')} +- {shown(whole.uncertainty_j, 'J')}")
    for doubt in whole.verdict:
        print(f"  doubt: {doubt}. {doubt.advice}")
    predicted = diffjoule.predict(name or "sd15", gpu="A100-SXM4-80GB", steps=4)
    print(f"predicted on {predicted.gpu}: {predicted.energy_j:.3g} J an image, 90 % interval {predicted.energy_low_j:.3g}"
          f" to {predicted.energy_high_j:.3g} J")


if __name__ == "__main__":
    main()
