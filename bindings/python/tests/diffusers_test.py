#!/usr/bin/env python3
# SPDX-FileCopyrightText: The diffjoule authors
# SPDX-License-Identifier: Apache-2.0
"""attach() and predict() on the real diffusers: a tiny Stable Diffusion with random weights, on the CPU."""

import sys
import tempfile
import time
import unittest

try:
    import torch
    from diffusers import AutoencoderKL, DDIMScheduler, StableDiffusionPipeline, UNet2DConditionModel
    from transformers import CLIPTextConfig, CLIPTextModel
except ImportError as missing:
    print(f"skipped: {missing} (pip install torch diffusers transformers)")
    sys.exit(77)

import package  # noqa: F401

import diffjoule


class Tokens:
    """Stands for a tokenizer, whose vocabulary would have to come from somewhere."""

    model_max_length, added_tokens_encoder = 8, {}

    def tokenize(self, prompt):
        return prompt.split()

    def __call__(self, prompts, **options):
        count = len(prompts) if isinstance(prompts, list) else 1
        ids = torch.ones(count, self.model_max_length, dtype=torch.long)
        return type("Encoded", (), {"input_ids": ids, "attention_mask": torch.ones_like(ids)})()


def tiny():
    torch.manual_seed(0)
    unet = UNet2DConditionModel(
        block_out_channels=(32, 64), layers_per_block=1, sample_size=8, cross_attention_dim=32, attention_head_dim=8,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"), up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"))
    vae = AutoencoderKL(
        block_out_channels=(32, 64), latent_channels=4, down_block_types=("DownEncoderBlock2D",) * 2,
        up_block_types=("UpDecoderBlock2D",) * 2)
    text = CLIPTextModel(CLIPTextConfig(
        hidden_size=32, intermediate_size=37, num_attention_heads=4, num_hidden_layers=2, vocab_size=1000,
        max_position_embeddings=8)).eval()
    pipe = StableDiffusionPipeline(
        vae=vae, text_encoder=text, tokenizer=Tokens(), unet=unet, scheduler=DDIMScheduler(), safety_checker=None,
        feature_extractor=None, requires_safety_checker=False)
    pipe.set_progress_bar_config(disable=True)
    return pipe


def image(pipe, **more):
    return pipe("a cat", num_inference_steps=3, height=16, width=16, output_type="np",
                generator=torch.Generator().manual_seed(1), **more).images


class Diffusers(unittest.TestCase):
    def setUp(self):
        try:
            self.pipe = tiny()
        except TypeError as fault:  # a version that checks the tokenizer's type
            self.skipTest(str(fault))
        self.root = tempfile.TemporaryDirectory(prefix="diffjoule-no-sensors-")
        self.addCleanup(self.root.cleanup)
        self.meter = diffjoule.Meter(root=self.root.name)
        self.addCleanup(self.meter.close)

    def test_phases_are_those_of_the_pipeline_and_the_image_is_the_same(self):
        before = image(self.pipe)
        with diffjoule.attach(self.pipe, self.meter) as run:
            start = time.monotonic()
            attached = image(self.pipe, callback_on_step_end=run.callback_on_step_end)
            took = time.monotonic() - start
        counts = {name: phase.count for name, phase in run.phases.items()}
        self.assertEqual(counts, {"encode": 2, "denoise": 3, "decode": 1})
        self.assertEqual(run.steps, 3)
        self.assertLess(sum(phase.duration_s for phase in run.phases.values()), took)
        self.assertTrue((before == attached).all())

    def test_detach_leaves_no_hook(self):
        run = diffjoule.attach(self.pipe, self.meter)
        run.detach()
        for module in (self.pipe.unet, self.pipe.text_encoder):
            self.assertFalse(module._forward_pre_hooks or module._forward_hooks)
        self.assertNotIn("decode", vars(self.pipe.vae))
        image(self.pipe)
        self.assertEqual(run.windows, {})

    def test_a_pipeline_of_no_name_is_predicted_from_its_configs(self):
        p = diffjoule.predict(self.pipe, gpu="A100-SXM4-80GB", steps=10, width=64, height=64)
        self.assertTrue(0.0 < p.energy_low_j < p.energy_j < p.energy_high_j)
        self.assertEqual(p.document["workload"]["dtype"], "float32")


if __name__ == "__main__":
    unittest.main()
