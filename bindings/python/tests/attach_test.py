#!/usr/bin/env python3
# SPDX-FileCopyrightText: The diffjoule authors
# SPDX-License-Identifier: Apache-2.0
"""attach() on a stand-in pipeline: what is marked, in what order, and that nothing stays behind."""

import unittest

import package  # noqa: F401
from stand_in import Module, Pipeline

import diffjoule
from diffjoule import _attach, _marks


class FakeWindow:
    def __init__(self, log, name):
        self.log, self.name = log, name
        self.duration_s, self.energy_j, self.uncertainty_j, self.verdict = 0.5, 10.0, 1.0, ()

    def begin(self):
        self.log.append(("begin", self.name))
        return self

    def end(self):
        self.log.append(("end", self.name))


class FakeMeter:
    def __init__(self):
        self.log = []

    def window(self, name, synchronised=True):
        return FakeWindow(self.log, name)


def pairs(*names):
    return [(event, name) for name in names for event in ("begin", "end")]


class Attach(unittest.TestCase):
    def test_marks_encode_each_evaluation_and_decode_in_order(self):
        meter, pipe = FakeMeter(), Pipeline()
        with diffjoule.attach(pipe, meter):
            pipe("a cat", steps=3)
        self.assertEqual(meter.log, pairs("encode", "encode", "denoise", "denoise", "denoise", "decode"))

    def test_sums_by_phase(self):
        pipe = Pipeline()
        with diffjoule.attach(pipe, FakeMeter()) as run:
            pipe("a cat", steps=4)
        denoise = run.phases["denoise"]
        self.assertEqual((denoise.count, denoise.energy_j, denoise.duration_s, denoise.uncertainty_j), (4, 40.0, 2.0, 4.0))

    def test_detach_leaves_the_pipeline_as_it_was(self):
        pipe, meter = Pipeline(), FakeMeter()

        def state():
            return {name: {k: list(v) if isinstance(v, list) else v for k, v in vars(module).items()}
                    for name, module in pipe.components.items() if module is not None}

        before = state()
        run = diffjoule.attach(pipe, meter)
        self.assertTrue(pipe.unet.pre_hooks)
        run.detach()
        self.assertEqual(state(), before)
        pipe("a cat", steps=1)
        self.assertEqual(meter.log, [])
        run.detach()  # a second time is nothing

    def test_detach_gives_back_a_wrapper_that_was_there_before(self):
        pipe = Pipeline()
        theirs = pipe.vae.decode = lambda latents: "theirs"
        with diffjoule.attach(pipe, FakeMeter()):
            self.assertEqual(pipe.vae.decode(None), "theirs")
        self.assertIs(pipe.vae.decode, theirs)

    def test_two_attachments_do_not_disturb_each_other(self):
        pipe, one, two = Pipeline(), FakeMeter(), FakeMeter()
        first = diffjoule.attach(pipe, one)
        with diffjoule.attach(pipe, two):
            pipe("a cat", steps=1)
        first.detach()
        self.assertEqual(one.log, two.log)
        self.assertNotIn("decode", vars(pipe.vae))

    def test_a_denoiser_that_raises_ends_its_window(self):
        meter, pipe = FakeMeter(), Pipeline()
        pipe.unet.fault = ValueError("out of memory")
        with diffjoule.attach(pipe, meter), self.assertRaises(ValueError):
            pipe("a cat", steps=1)
        self.assertEqual(meter.log[-2:], pairs("denoise"))

    def test_a_decode_that_raises_ends_its_window(self):
        meter, pipe = FakeMeter(), Pipeline()
        pipe.vae.fault = ValueError("out of memory")
        with diffjoule.attach(pipe, meter), self.assertRaises(ValueError):
            pipe("a cat", steps=1)
        self.assertEqual(meter.log[-2:], pairs("decode"))

    def test_a_hook_without_always_call_is_enough(self):
        class Old(Module):
            def register_forward_hook(self, hook):
                return super().register_forward_hook(hook)

        pipe, meter = Pipeline(unet=Old()), FakeMeter()
        with diffjoule.attach(pipe, meter):
            pipe("a cat", steps=2)
        self.assertEqual(meter.log.count(("end", "denoise")), 2)

    def test_waits_for_the_device_at_both_edges(self):
        waits, was = [], _attach.synchronise
        _attach.synchronise = lambda: waits.append(len(meter.log))
        meter, pipe = FakeMeter(), Pipeline()
        try:
            with diffjoule.attach(pipe, meter):
                pipe("a cat", steps=1)
        finally:
            _attach.synchronise = was
        self.assertEqual(waits, list(range(8)))  # before each of the eight edges

    def test_step_callback_counts_and_changes_nothing(self):
        pipe = Pipeline()
        with diffjoule.attach(pipe, FakeMeter()) as run:
            pipe("a cat", steps=3, callback_on_step_end=run.callback_on_step_end)
        self.assertEqual(run.steps, 3)
        given = {"latents": 1}
        self.assertIs(run.callback_on_step_end(pipe, 0, 999, given), given)

    def test_reset_forgets_the_warm_up(self):
        pipe = Pipeline()
        with diffjoule.attach(pipe, FakeMeter()) as run:
            pipe("a cat", steps=3)
            run.reset()
            pipe("a cat", steps=2)
        self.assertEqual(run.phases["denoise"].count, 2)

    def test_a_pipeline_without_denoiser_is_refused_and_left_alone(self):
        pipe = Pipeline()
        del pipe.components["unet"]
        with self.assertRaisesRegex(diffjoule.DiffjouleError, "Pipeline has no denoiser.*text_encoder"):
            diffjoule.attach(pipe, FakeMeter())
        self.assertEqual(pipe.text_encoder.pre_hooks, [])
        self.assertNotIn("decode", vars(pipe.vae))

    def test_under_measure_it_marks_and_opens_no_meter(self):
        import os
        sent, was = [], _marks._send
        _marks._send = lambda event, name, id, t_ns: sent.append((event, name))
        os.environ["DIFFJOULE_PHASES"] = "unix:/nowhere"
        try:
            pipe = Pipeline()
            with diffjoule.attach(pipe) as run:
                pipe("a cat", steps=1)
        finally:
            _marks._send = was
            del os.environ["DIFFJOULE_PHASES"]
        self.assertEqual(sent, pairs("encode", "encode", "denoise", "decode"))
        self.assertEqual(run.windows, {})

    def test_components_are_told_apart_by_name(self):
        for name, phase in (("text_encoder_3", "encode"), ("prior_text_encoder", "encode"), ("image_encoder", "encode"),
                            ("transformer_2", "denoise"), ("prior_prior", "denoise"), ("decoder_decoder", "denoise"),
                            ("unet", "denoise"), ("controlnet", "denoise"), ("scheduler", None), ("tokenizer_2", None)):
            self.assertEqual(_attach._phase_of(name), phase, name)


if __name__ == "__main__":
    unittest.main()
