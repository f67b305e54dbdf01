#!/usr/bin/env python3
# SPDX-FileCopyrightText: The diffjoule authors
# SPDX-License-Identifier: Apache-2.0
"""A pipeline of diffusers' shape without PyTorch: components that compute nothing and have hooks."""


class Handle:
    def __init__(self, hooks, hook):
        self.hooks, self.hook = hooks, hook

    def remove(self):
        self.hooks.remove(self.hook)


class Module:
    def __init__(self, result="latents"):
        self.pre_hooks, self.hooks, self.result, self.fault = [], [], result, None

    def register_forward_pre_hook(self, hook):
        self.pre_hooks.append(hook)
        return Handle(self.pre_hooks, hook)

    def register_forward_hook(self, hook, always_call=True):
        self.hooks.append(hook)
        return Handle(self.hooks, hook)

    def __call__(self, *inputs):
        for hook in list(self.pre_hooks):
            hook(self, inputs)
        try:
            if self.fault:
                raise self.fault
        finally:
            for hook in list(self.hooks):
                hook(self, inputs, self.result)
        return self.result


class Autoencoder(Module):
    def decode(self, latents):
        if self.fault:
            raise self.fault
        return "image"


class Pipeline:
    def __init__(self, unet=None):
        self.text_encoder, self.unet, self.vae = Module("embedding"), unet or Module(), Autoencoder()
        self.components = {"tokenizer": None, "text_encoder": self.text_encoder, "unet": self.unet, "vae": self.vae,
                           "scheduler": object.__new__(Scheduler)}

    def __call__(self, prompt, steps, callback_on_step_end=None):
        self.text_encoder(prompt)
        self.text_encoder("")
        for step in range(steps):
            self.unet(None)
            if callback_on_step_end:
                callback_on_step_end(self, step, 1000 - step, {})
        return self.vae.decode(None)


class Scheduler:
    pass
