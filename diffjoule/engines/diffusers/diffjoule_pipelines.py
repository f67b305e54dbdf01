# SPDX-FileCopyrightText: The diffjoule authors
# SPDX-License-Identifier: Apache-2.0
"""Pipelines of diffusers: found by name, made of their configs with random weights, called with what a task says."""

import contextlib
import inspect
import json
import math
import pathlib
import re

from diffjoule_device import Unsupported

DENOISERS = ("unet", "transformer", "transformer_2", "prior")


def folded(name):
    return re.sub(r"[ \-_.]", "", name).lower()


def shelf_entry(shelf, name):
    """The catalogue's entry of that name or alias: {"pipeline": ..., "files": {path: config}}; there they are text."""
    for slug, entry in shelf.items():
        if folded(name) in [folded(n) for n in [slug, *entry["pipeline"].get("aliases", [])]]:
            if "model_index.json" not in entry["files"]:
                raise Unsupported(f'diffusers has no pipeline for the model "{slug}"')
            return {**entry, "files": {path: json.loads(text) for path, text in entry["files"].items()}}
    raise Unsupported(f'no model "{name}" in the catalogue; a folder can be given: model=FOLDER')


def folder_entry(folder):
    files = {str(f.relative_to(folder)): json.loads(f.read_text()) for f in sorted(pathlib.Path(folder).rglob("*.json"))
             if f.stat().st_size < 1 << 20 and "tokenizer" not in str(f.relative_to(folder))}
    if "model_index.json" not in files:
        raise Unsupported(f'the folder "{folder}" has no model_index.json; the folder of a diffusers pipeline is meant')
    return {"pipeline": {}, "files": files}


def executes(index, fraction):
    """Whether the evaluation of that number runs where a fraction of them does: the first, and evenly."""
    return index == 0 or math.floor((index + 1) * fraction + 1e-9) > math.floor(index * fraction + 1e-9)


class Encoding(dict):
    __getattr__ = dict.__getitem__

    def to(self, device):
        return Encoding({k: v.to(device) if hasattr(v, "to") else v for k, v in self.items()})


class StandInTokenizer:
    """Stands for a tokenizer that is not there: the right number of tokens, which mean nothing."""

    def __init__(self, config, tokens):
        config = getattr(config, "text_config", None) or config
        self.vocabulary, self.tokens = getattr(config, "vocab_size", 1000), tokens
        self.model_max_length = min(getattr(config, "max_position_embeddings", None) or 512, 512)
        eos = getattr(config, "eos_token_id", None)
        self.eos_token_id = eos if isinstance(eos, int) and 2 < eos < self.vocabulary else self.vocabulary - 1
        self.pad_token_id, self.bos_token_id = 0, 1
        self.pad_token = self.eos_token = self.bos_token = "<none>"
        self.padding_side, self.added_tokens_encoder = "right", {}
        self.tokenizer = self  # of processors

    def __call__(self, text=None, *, padding=False, max_length=None, return_tensors=None, **_):
        texts = [text] if isinstance(text, str) else list(text)
        most = max_length or self.model_max_length
        counts = [min(most, self.tokens or 2 + len(str(t).split()) * 4 // 3) for t in texts]
        width = most if padding == "max_length" else max(counts)
        ids = [[3 + (7919 * i) % max(1, self.vocabulary - 4) for i in range(n - 1)] + [self.eos_token_id] + [self.pad_token_id] * (width - n)
               for n in counts]
        mask = [[1] * n + [0] * (width - n) for n in counts]
        if return_tensors == "pt":
            import torch
            ids, mask = torch.tensor(ids), torch.tensor(mask)
        return Encoding(input_ids=ids, attention_mask=mask)

    def apply_chat_template(self, messages, tokenize=True, **options):
        many = messages and isinstance(messages[0], list)
        texts = [json.dumps(m) for m in messages] if many else json.dumps(messages)
        return self(texts, **options) if tokenize else texts

    def tokenize(self, text, **_):
        return text.split()

    def batch_decode(self, ids, **_):
        return ["" for _ in ids]


def call_arguments(parameters, task, defaults):
    """What a pipeline's __call__ with these parameters is called with, less the generator."""
    w = {**{k: defaults[k] for k in ("width", "height", "steps", "frames", "guidance") if k in defaults}, **task["workload"]}
    batch, a = w.get("batch", 1), {}
    for name, key in (("width", "width"), ("height", "height"), ("num_inference_steps", "steps"), ("num_frames", "frames")):
        if name in parameters and w.get(key) is not None:
            a[name] = w[key]
    if "prompt" in parameters:
        a["prompt"] = [task["prompt"]] * batch
    elif "class_labels" in parameters:
        a["class_labels"] = [207] * batch  # ImageNet's golden retriever: any class costs the same
    images = w.get("images_per_prompt", 1)
    name = next((n for n in ("num_images_per_prompt", "num_videos_per_prompt") if n in parameters), None)
    if name and images != 1:
        a[name] = images
    elif images != 1:
        raise Unsupported("this pipeline makes one image a prompt; give batch instead of images_per_prompt")
    # Where there are both, guidance_scale is a number that the network is told.
    two_calls = defaults.get("guidance_mode") in ("batch", "two_passes") or "guidance_scale" not in parameters
    if w.get("guidance") is not None and "true_cfg_scale" in parameters and two_calls:
        a.update(true_cfg_scale=w["guidance"], negative_prompt=[" "] * batch)
    elif w.get("guidance") is not None and "guidance_scale" in parameters:
        a["guidance_scale"] = w["guidance"]
    if task["workload"].get("text_tokens") and "max_sequence_length" in parameters:
        a["max_sequence_length"] = w["text_tokens"]
    if "output_type" in parameters:
        a["output_type"] = "pt"
    # The size that was asked for, not the nearest one of those it was trained on; and no cleaning of the prompt.
    a.update({name: False for name in ("use_resolution_binning", "clean_caption") if name in parameters})
    return a


def encoder_tokens(pipeline, workload):
    """By text encoder: how many tokens it is given where the prompt decides, templates included."""
    tokens = workload.get("text_tokens") or pipeline.get("defaults", {}).get("text_tokens")
    encoders = pipeline.get("text", {}).get("encoder", [])
    return {e["component"]: tokens + e.get("extra_tokens", 0) for e in encoders if tokens and e.get("follows_text")}


@contextlib.contextmanager
def without_initialisation(torch):
    """Layers leave their weights as they lie in memory: they are filled afterwards, in one go, on the device."""
    names = [n for n in dir(torch.nn.init) if n.endswith("_") and not n.startswith("_")]
    kept = {n: getattr(torch.nn.init, n) for n in names}
    for n in names:
        setattr(torch.nn.init, n, lambda tensor, *_, **__: tensor)
    try:
        yield
    finally:
        for n, function in kept.items():
            setattr(torch.nn.init, n, function)


def fill(torch, module, seed):
    """Normal numbers of a layer's usual size, scales 1 and shifts 0: power depends on the numbers, and none may be NaN."""
    torch.manual_seed(seed)
    with torch.no_grad():
        for name, p in module.named_parameters():
            if p.dim() > 1:
                p.normal_(0.0, 0.02)
            else:
                p.fill_(0.0 if name.endswith("bias") else 1.0)


def random_component(machine, library, name, config, dtype, seed):
    torch = machine.torch
    cls = getattr(__import__(library), name)
    if hasattr(cls, "from_config") and library == "diffusers":
        def make():
            return cls.from_config(config)
    else:
        made = cls.config_class.from_dict(config)
        made._attn_implementation = "sdpa"

        def make():
            return cls._from_config(made)
    before = torch.get_default_dtype()
    place = "cpu" if machine.options.offload != "none" else machine.device
    try:
        torch.set_default_dtype(dtype)
        with torch.device(place), without_initialisation(torch):
            module = make()
    finally:
        torch.set_default_dtype(before)
    module = module.to(place, dtype).eval()
    fill(torch, module, seed)
    return module


def random_pipeline(machine, entry, dtype, workload):
    """A pipeline from its configs alone."""
    import diffusers
    files, index = entry["files"], entry["files"]["model_index.json"]
    tokens = encoder_tokens(entry["pipeline"], workload)
    cls = getattr(diffusers, index["_class_name"], None)
    if cls is None:
        raise Unsupported(f'diffusers {diffusers.__version__} has no pipeline "{index["_class_name"]}"')
    parts = {}
    for seed, (name, value) in enumerate(index.items()):
        if name.startswith("_") or not isinstance(value, list):
            continue
        config = files.get(f"{name}/config.json") or files.get(f"{name}/scheduler_config.json")
        if value[0] not in ("diffusers", "transformers") or config is None:
            continue  # a safety checker, a tokenizer, an image processor
        if name.startswith("scheduler"):
            parts[name] = getattr(diffusers, value[1]).from_config(config)
        else:
            parts[name] = random_component(machine, value[0], value[1], config, dtype, seed)
    for name, parameter in inspect.signature(cls.__init__).parameters.items():
        encoder = re.sub("tokenizer|processor", "text_encoder", name)
        if name in parts or name == "self":
            continue
        if re.fullmatch(r"(tokenizer|processor)(_\d+)?", name) and encoder in parts:
            parts[name] = StandInTokenizer(parts[encoder].config, tokens.get(encoder, workload.get("text_tokens")))
        elif name in index and not isinstance(index[name], list):
            parts[name] = index[name]
        elif name == "requires_safety_checker":
            parts[name] = False
        elif parameter.default is inspect.Parameter.empty:
            parts[name] = None
    return cls(**parts)


class Evaluations:
    """Stands before the denoisers of a pipeline: counts their calls, notes the first, and leaves some out."""

    def __init__(self, machine, pipe, compiled):
        self.machine = machine
        self.reset(1.0)
        for name in DENOISERS:
            module = getattr(pipe, name, None)
            if module is not None and hasattr(module, "forward"):
                inner = machine.torch.compile(module.forward) if compiled else module.forward
                module.forward = self.before(inner, name)
        vae = getattr(pipe, "vae", None) or getattr(pipe, "vqvae", None) or getattr(pipe, "movq", None)
        if vae is not None:
            vae.decode = self.noting_decode(vae.decode)

    def reset(self, fraction):
        self.fraction, self.count, self.executed, self.first, self.decode, self.last = fraction, 0, 0, None, None, {}

    def before(self, inner, name):
        def forward(*arguments, **named):
            if self.first is None:
                self.first = self.machine.now()
            index, self.count = self.count, self.count + 1
            if name not in self.last or executes(index, self.fraction):
                self.executed += 1
                self.last[name] = inner(*arguments, **named)
            return self.last[name]
        forward.__signature__ = inspect.signature(inner)
        return forward

    def noting_decode(self, inner):
        def decode(*arguments, **named):
            if self.decode is None and self.first is not None:
                self.decode = self.machine.now()
            return inner(*arguments, **named)
        return decode
