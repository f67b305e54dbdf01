# SPDX-FileCopyrightText: The diffjoule authors
# SPDX-License-Identifier: Apache-2.0
"""torch, what it computes on, and single operators on it."""

import contextlib
import gc
import math
import platform
import re
import time

DTYPES = {"float32", "float16", "bfloat16", "float64"}


class Unsupported(Exception):
    """What this engine cannot do, in words for the user."""


class Machine:
    """torch, and what it computes on."""

    def __init__(self, options):
        import torch
        self.torch, self.options = torch, options
        self.device = options.device if options.device != "auto" else "cuda" if torch.cuda.is_available() else "cpu"
        if self.device == "cuda" and not torch.cuda.is_available():
            raise Unsupported("device=cuda: this PyTorch finds no GPU")
        for backend in (torch.backends.cuda.matmul, torch.backends.cudnn):
            backend.allow_tf32 = options.tf32 == "yes"
        if options.threads:
            torch.set_num_threads(options.threads)

    def now(self):
        if self.device == "cuda":
            self.torch.cuda.synchronize()
        return time.monotonic_ns()

    def name(self):
        if self.device == "cuda":
            return self.torch.cuda.get_device_name()
        with contextlib.suppress(OSError):
            for line in open("/proc/cpuinfo"):
                if line.startswith("model name"):
                    return f"{line.split(':', 1)[1].strip()}, {self.torch.get_num_threads()} threads"
        return f"{platform.machine()}, {self.torch.get_num_threads()} threads"

    def dtype(self, name):
        if name not in DTYPES:
            raise Unsupported(f'dtype "{name}"; {", ".join(sorted(DTYPES))} are known')
        return getattr(self.torch, name)

    def attention(self):
        """The kernel that was asked for; "sdpa" is PyTorch's own choice."""
        from torch.nn.attention import SDPBackend, sdpa_kernel
        kernels = {"math": SDPBackend.MATH, "flash": SDPBackend.FLASH_ATTENTION, "efficient": SDPBackend.EFFICIENT_ATTENTION,
                   "cudnn": getattr(SDPBackend, "CUDNN_ATTENTION", None)}
        kernel = kernels.get(self.options.attention)
        return sdpa_kernel(kernel) if kernel is not None else contextlib.nullcontext()

    def forget(self):
        gc.collect()
        if self.device == "cuda":
            self.torch.cuda.empty_cache()

    def out_of_memory(self, error):
        named = getattr(self.torch, "OutOfMemoryError", MemoryError)
        return isinstance(error, (MemoryError, named)) or bool(re.search(r"out of memory|can't allocate memory|ALLOC_FAILED", str(error)))


def operator(torch, op, like):
    """The operator as a call without arguments, on numbers of its own."""
    f, kind = torch.nn.functional, op["kind"]

    def numbers(*extents):
        return torch.randn(*extents, device=like["device"]).to(like["dtype"])
    if kind == "linear":
        x, w = numbers(op["rows"], op["in"]), numbers(op["out"], op["in"])
        return lambda: f.linear(x, w)
    if kind == "attention":
        q = numbers(op["batch"], op["heads"], op["queries"], op["width"])
        k, v = (numbers(op["batch"], op["heads"], op["keys"], op["width"]) for _ in range(2))
        return lambda: f.scaled_dot_product_attention(q, k, v)
    if kind == "add":
        a, b, out = (numbers(op["elements"]) for _ in range(3))
        return lambda: torch.add(a, b, out=out)
    if kind == "convolution":
        x, w, y = op["x"], op["w"], op["y"]
        stride = [max(1, round(i / o)) for i, o in zip(x[2:], y[2:])]
        padding = [max(0, math.ceil(((o - 1) * s + k - i) / 2)) for i, o, s, k in zip(x[2:], y[2:], stride, w[2:])]
        convolve = (f.conv1d, f.conv2d, f.conv3d)[len(x) - 3]
        tensors = numbers(*x), numbers(*w)
        if list(convolve(*tensors, None, stride, padding, 1, op["groups"]).shape) != y:
            raise Unsupported(f"a convolution of {x} by {w} to {y}")
        return lambda: convolve(*tensors, None, stride, padding, 1, op["groups"])
    raise Unsupported(f'the operator "{kind}"')
