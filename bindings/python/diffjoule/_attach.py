# SPDX-FileCopyrightText: The diffjoule authors
# SPDX-License-Identifier: Apache-2.0
"""The phases of a diffusers pipeline, marked through its own modules' hooks.

  encode   each call of a text or image encoder, and of the autoencoder's encode()
  denoise  each call of the denoiser (U-Net, transformer, prior) and of a ControlNet: one evaluation
  decode   each call of the autoencoder's decode()

These are the phases that `diffjoule count` and `predict` use.
"""

import functools
import math
import threading
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Callable, Dict, List, Optional, Tuple, Type

from . import _marks
from ._device import synchronise
from ._library import DiffjouleError
from ._meter import Meter, Window, default_meter
from ._results import Doubt

_ENCODERS = ("text_encoder", "image_encoder")
_DENOISERS = ("unet", "transformer", "prior", "decoder", "controlnet")
_AUTOENCODERS = ("vae", "movq", "vqgan", "vqvae", "vqmodel", "audio_vae")


def _phase_of(component: str) -> Optional[str]:
    name = component
    for prefix in ("prior_", "decoder_"):  # of pipelines made of two
        if name.startswith(prefix):
            name = name[len(prefix):]
    stem = name.rstrip("0123456789").rstrip("_")
    if stem in _ENCODERS:
        return "encode"
    return "denoise" if stem in _DENOISERS else None


@dataclass(frozen=True)
class PhaseSum:
    """All windows of one phase. Energies in J, None where one of the windows has none. The standard uncertainty is that of
    windows whose errors go together (the sum of theirs): it does not promise what many short windows cannot keep."""

    name: str
    count: int
    duration_s: float
    energy_j: Optional[float]
    uncertainty_j: Optional[float]
    verdict: Tuple[Doubt, ...]

    @classmethod
    def of(cls, name: str, windows: List[Window]) -> "PhaseSum":
        energies = [w.energy_j for w in windows]
        known = [e for e in energies if e is not None]
        whole = len(known) == len(energies) and bool(known)
        kinds: Dict[Tuple[str, str], Doubt] = {}
        for w in windows:
            for doubt in w.verdict:
                kinds.setdefault((doubt.kind, doubt.device), doubt)
        return cls(name, len(windows), math.fsum(w.duration_s for w in windows), math.fsum(known) if whole else None,
                   math.fsum(w.uncertainty_j or 0.0 for w in windows) if whole else None, tuple(kinds.values()))


class _Open:
    """A phase that is going on: a mark to the meter outside, a window of the one inside, or both."""

    def __init__(self, name: str, meter: Optional[Meter]):
        self.name = name
        synchronise()
        self.window = None if meter is None else meter.window(name, synchronised=False).begin()
        self.id = _marks.begin(name)

    def end(self) -> Optional[Window]:
        synchronise()
        _marks.end(self.name, self.id)
        if self.window is not None:
            self.window.end()
        return self.window


class Attachment:
    """What attach() put on a pipeline; detach() or the end of a `with` takes it off and leaves the pipeline as it was."""

    def __init__(self, pipe: Any, meter: Optional[Meter]):
        self._meter = meter
        self._undo: List[Callable[[], None]] = []
        self._windows: Dict[str, List[Window]] = {}
        self._open: Dict[Tuple[int, int], List[_Open]] = {}  # by thread and module: a module may call itself
        self._lock = threading.Lock()
        self._steps = 0
        try:
            self._put_on(pipe)
        except BaseException:
            self.detach()
            raise

    def _put_on(self, pipe: Any) -> None:
        components = getattr(pipe, "components", None) or vars(pipe)
        seen, phases = set(), set()
        for name, module in components.items():
            if module is None or id(module) in seen:
                continue
            seen.add(id(module))
            phase = _phase_of(name)
            if phase is not None and hasattr(module, "register_forward_pre_hook"):
                self._hook(module, phase)
                phases.add(phase)
            if name.split("_")[-1] in _AUTOENCODERS or name in _AUTOENCODERS:
                self._wrap(module, "encode", "encode")
                if self._wrap(module, "decode", "decode"):
                    phases.add("decode")
        if "denoise" not in phases:
            names = ", ".join(sorted(str(name) for name in components)) or "none"
            raise DiffjouleError("invalid_argument", f"attach: {type(pipe).__name__} has no denoiser that is known; "
                                 f"its components: {names}. Mark phases by hand with diffjoule.window(name)")

    def _hook(self, module: Any, phase: str) -> None:
        def before(module: Any, inputs: Any) -> None:
            self._begin(phase, module)

        def after(module: Any, inputs: Any, output: Any) -> None:
            self._end(module)

        self._undo.append(module.register_forward_pre_hook(before).remove)
        try:  # also where forward raises
            handle = module.register_forward_hook(after, always_call=True)
        except TypeError:  # PyTorch before 2.0
            handle = module.register_forward_hook(after)
        self._undo.append(handle.remove)

    def _wrap(self, module: Any, method: str, phase: str) -> bool:
        inner = getattr(module, method, None)
        if inner is None:
            return False
        own = vars(module).get(method)  # somebody's wrapper on the instance

        @functools.wraps(inner)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            self._begin(phase, module)
            try:
                return inner(*args, **kwargs)
            finally:
                self._end(module)

        def undo() -> None:
            if vars(module).get(method) is not wrapper:
                return  # wrapped again since: taking it off would take the other off too
            if own is None:
                delattr(module, method)
            else:
                setattr(module, method, own)

        setattr(module, method, wrapper)
        self._undo.append(undo)
        return True

    def _begin(self, phase: str, module: Any) -> None:
        begun = _Open(phase, self._meter)
        with self._lock:
            self._open.setdefault((threading.get_ident(), id(module)), []).append(begun)

    def _end(self, module: Any) -> None:
        with self._lock:
            begun = self._open.get((threading.get_ident(), id(module)))
            last = begun.pop() if begun else None
        if last is None:
            return
        window = last.end()
        if window is not None:
            with self._lock:
                self._windows.setdefault(last.name, []).append(window)

    def callback_on_step_end(self, pipe: Any, step: int, timestep: Any, kwargs: Dict[str, Any]) -> Dict[str, Any]:
        """For the argument of that name: also marks where each step ends, after the scheduler. Changes nothing."""
        synchronise()
        _marks.mark(f"step {step}")
        self._steps += 1
        return kwargs

    @property
    def steps(self) -> int:
        """Steps that callback_on_step_end() saw."""
        return self._steps

    @property
    def windows(self) -> Dict[str, List[Window]]:
        """Every window so far, by phase, in order. Empty under `diffjoule measure`, which does the measuring."""
        with self._lock:
            return {name: list(windows) for name, windows in self._windows.items()}

    @property
    def phases(self) -> Dict[str, PhaseSum]:
        """Sums by phase so far."""
        return {name: PhaseSum.of(name, windows) for name, windows in self.windows.items()}

    def reset(self) -> None:
        """Forgets the windows so far: before the run that counts, after one that warms up."""
        with self._lock:
            self._windows.clear()
            self._steps = 0

    def detach(self) -> None:
        """Takes the hooks off. The windows stay readable."""
        while self._undo:
            self._undo.pop()()
        with self._lock:
            left = [o for opened in self._open.values() for o in opened]
            self._open.clear()
        for o in left:
            o.end()

    def __enter__(self) -> "Attachment":
        return self

    def __exit__(self, kind: Optional[Type[BaseException]], fault: Optional[BaseException],
                 trace: Optional[TracebackType]) -> None:
        self.detach()


def attach(pipe: Any, meter: Optional[Meter] = None) -> Attachment:
    """Marks the phases of a diffusers pipeline from now on, and waits for the GPU at both edges of each.

    Under `diffjoule measure` the marks go to it. Otherwise, or where a meter is given, they are windows of that meter (default:
    the process's own), and `phases` has their energies. The wait at the edges of each evaluation costs what the host would
    otherwise have prepared meanwhile: little on large models, more where launches bound the time.
    """
    if meter is None and not _marks.measured():
        meter = default_meter()
    return Attachment(pipe, meter)
