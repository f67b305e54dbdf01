#!/usr/bin/env python3
# SPDX-FileCopyrightText: The diffjoule authors
# SPDX-License-Identifier: Apache-2.0
"""The program behind the engine "diffusers", as far as it needs no torch: its protocol, names, and what a task becomes."""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
root = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(root / "diffjoule/engines/diffusers"))
import diffjoule_pipelines as pipelines  # noqa: E402
import diffjoule_worker as worker  # noqa: E402

TASK = {"workload": {"model": "sd15", "width": 512, "height": 256, "steps": 30, "batch": 2}, "prompt": "a horse", "seed": 0, "fraction": 1.0}
STABLE = ["prompt", "height", "width", "num_inference_steps", "guidance_scale", "num_images_per_prompt", "generator", "output_type"]


class Protocol(unittest.TestCase):
    def asked(self, *lines):
        # -I -S: a Python in which nothing was installed.
        script = f"import sys; sys.dont_write_bytecode = True; sys.path.insert(0, {str(root / 'diffjoule/engines/diffusers')!r}); import diffjoule_worker as w; w.main()"
        done = subprocess.run([sys.executable, "-I", "-S", "-c", script], input="\n".join(lines) + "\n", capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def test_every_request_has_one_answer_and_the_program_stays(self):
        answers = self.asked("garbage", "{}", '{"request": "dance"}', '{"request": "hello", "protocol": 2}', '{"request": "hello", "protocol": 1}')
        self.assertEqual([a["event"] for a in answers], ["failed"] * 5)
        self.assertIn('the request "dance"', answers[2]["message"])
        self.assertEqual(answers[2]["kind"], "unsupported")
        self.assertIn("version 2 of the protocol", answers[3]["message"])
        self.assertIn("needs torch", answers[4]["message"])

    def test_an_engine_that_finds_no_memory_drops_what_it_has(self):
        class Full:
            dropped = False

            class machine:
                @staticmethod
                def out_of_memory(error):
                    return isinstance(error, MemoryError)

            def run(self, _):
                raise MemoryError("Tried to allocate 20 GiB\nmore words")

            def prepare(self, _):
                raise ValueError("a tensor of another shape")

            def drop(self):
                Full.dropped = True

        self.assertEqual(worker.answer('{"request": "run"}', Full),
                         [{"event": "failed", "kind": "out_of_memory", "message": "Tried to allocate 20 GiB"}])
        self.assertTrue(Full.dropped)
        self.assertEqual(worker.answer('{"request": "prepare"}', Full)[0]["kind"], "failed")


class Tasks(unittest.TestCase):
    def test_a_task_becomes_the_arguments_that_a_pipeline_has(self):
        self.assertEqual(
            pipelines.call_arguments(STABLE, TASK, {"guidance": 7.5, "steps": 50}),
            {"prompt": ["a horse"] * 2, "width": 512, "height": 256, "num_inference_steps": 30, "guidance_scale": 7.5, "output_type": "pt"})

    def test_embedded_guidance_is_a_scale_and_real_guidance_has_a_negative_prompt(self):
        both = ["prompt", "true_cfg_scale", "negative_prompt", "guidance_scale"]
        self.assertEqual(pipelines.call_arguments(both, TASK, {"guidance": 3.5, "guidance_mode": "embedded"})["guidance_scale"], 3.5)
        real = pipelines.call_arguments(both, TASK, {"guidance": 4.0, "guidance_mode": "two_passes"})
        self.assertEqual((real["true_cfg_scale"], real["negative_prompt"]), (4.0, [" ", " "]))

    def test_the_size_that_is_asked_for_is_run(self):
        self.assertIs(pipelines.call_arguments(["prompt", "use_resolution_binning"], TASK, {})["use_resolution_binning"], False)

    def test_encoders_that_follow_the_prompt_see_it_with_its_template(self):
        qwen = {"defaults": {"text_tokens": 64}, "text": {"encoder": [{"component": "text_encoder", "extra_tokens": 34, "follows_text": True},
                                                                      {"component": "text_encoder_2", "tokens": 77}]}}
        self.assertEqual(pipelines.encoder_tokens(qwen, {}), {"text_encoder": 98})
        self.assertEqual(pipelines.encoder_tokens(qwen, {"text_tokens": 10}), {"text_encoder": 44})
        self.assertEqual(pipelines.encoder_tokens({}, {"text_tokens": 10}), {})

    def test_classes_stand_for_prompts_where_there_are_none(self):
        self.assertEqual(len(pipelines.call_arguments(["class_labels"], TASK, {})["class_labels"]), 2)

    def test_images_a_prompt_are_not_dropped_silently(self):
        many = {**TASK, "workload": {**TASK["workload"], "images_per_prompt": 3}}
        self.assertEqual(pipelines.call_arguments(STABLE, many, {})["num_images_per_prompt"], 3)
        with self.assertRaises(pipelines.Unsupported):
            pipelines.call_arguments(["prompt"], many, {})

    def test_a_fraction_runs_that_share_evenly_and_the_first_always(self):
        for fraction in (1e-6, 0.1, 0.3, 0.5, 0.77, 1.0):
            for n in (1, 7, 30, 100):
                ran = [i for i in range(n) if pipelines.executes(i, fraction)]
                self.assertEqual(ran[0], 0)
                self.assertLessEqual(abs(len(ran) - max(1, fraction * n)), 1.0)
        self.assertEqual([i for i in range(8) if pipelines.executes(i, 1.0)], list(range(8)))


class Names(unittest.TestCase):
    SHELF = {"sd15": {"pipeline": {"aliases": ["runwayml/stable-diffusion-v1-5"]}, "files": {"model_index.json": '{"a": 1.0}'}},
             "zigma": {"pipeline": {}, "files": {}}}

    def test_a_model_is_found_by_slug_and_alias(self):
        for name in ("sd15", "SD-1.5", "runwayml/stable-diffusion-v1-5"):
            entry = pipelines.shelf_entry(self.SHELF, name)
            self.assertIs(entry["pipeline"], self.SHELF["sd15"]["pipeline"])
            self.assertIs(type(entry["files"]["model_index.json"]["a"]), float)
        for name in ("sd16", "zigma"):
            with self.assertRaises(pipelines.Unsupported):
                pipelines.shelf_entry(self.SHELF, name)

    def test_a_folder_must_be_that_of_a_pipeline(self):
        with tempfile.TemporaryDirectory() as folder:
            with self.assertRaises(pipelines.Unsupported):
                pipelines.folder_entry(folder)
            (pathlib.Path(folder) / "unet").mkdir()
            (pathlib.Path(folder) / "model_index.json").write_text("{}")
            (pathlib.Path(folder) / "unet/config.json").write_text('{"a": 1}')
            self.assertEqual(pipelines.folder_entry(folder)["files"]["unet/config.json"], {"a": 1})


class StandIn(unittest.TestCase):
    class Config:
        vocab_size, max_position_embeddings, eos_token_id = 1000, 77, 2

    def test_it_gives_the_number_of_tokens_that_is_meant(self):
        padded = pipelines.StandInTokenizer(self.Config, None)(["a b c", "d"], padding="max_length", max_length=77)
        self.assertEqual([len(i) for i in padded.input_ids], [77, 77])
        self.assertLess(sum(padded.attention_mask[1]), sum(padded.attention_mask[0]))
        own = pipelines.StandInTokenizer(self.Config, 25)("a horse", padding=True)
        self.assertEqual([len(i) for i in own["input_ids"]], [25])
        self.assertTrue(all(0 <= i < 1000 for i in own.input_ids[0]))
        # The end stands where CLIP looks for it: at the greatest number.
        self.assertEqual(max(range(25), key=own.input_ids[0].__getitem__), 24)


if __name__ == "__main__":
    unittest.main()
