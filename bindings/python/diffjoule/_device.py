# SPDX-FileCopyrightText: The diffjoule authors
# SPDX-License-Identifier: Apache-2.0
"""Waiting for accelerators, whose work is asynchronous: an edge of a window means nothing before they are done."""

import sys


def synchronise() -> None:
    """Waits for every CUDA (or ROCm) device on which this process's PyTorch holds memory. Without PyTorch, or before it has
    touched a device, nothing is done, and nothing is imported or initialised."""
    torch = sys.modules.get("torch")
    cuda = getattr(torch, "cuda", None)
    if cuda is None or not getattr(cuda, "is_initialized", bool)():
        return
    current = cuda.current_device()
    for device in range(cuda.device_count()):
        if device == current or cuda.memory_reserved(device) > 0:
            cuda.synchronize(device)
