# SPDX-FileCopyrightText: The diffjoule authors
# SPDX-License-Identifier: Apache-2.0
"""The meter: one sampling thread over this machine's sensors, and windows of this program in it."""

import ctypes
import json
import os
import threading
import weakref
from types import TracebackType
from typing import Any, Dict, Iterable, Optional, Tuple, Type

from ._device import synchronise
from ._library import OK, DiffjouleError, _Window, library, taken
from ._results import Doubt, PartEnergy, WindowResult


class Window:
    """A stretch of this program. Read it when it is over; the first look waits for the last samples, at most 0.3 s.

    Use it in a `with`, or call begin() and end(). It waits for the GPU (PyTorch's CUDA or ROCm devices) at both edges unless
    `synchronised` is false.
    """

    def __init__(self, meter: "Meter", name: str, synchronised: bool = True):
        self.name = name
        self._meter, self._synchronised = meter, synchronised
        self._id: Optional[_Window] = None
        self._ended = False
        self._result: Optional[WindowResult] = None

    def begin(self) -> "Window":
        if self._id is not None:
            raise DiffjouleError("invalid_argument", f'window "{self.name}" was begun before; make a new one')
        if self._synchronised:
            synchronise()
        self._id = self._meter._begin(self.name)
        return self

    def end(self) -> None:
        """Marks the end, now. A second call changes nothing."""
        if self._id is None:
            raise DiffjouleError("invalid_argument", f'window "{self.name}" was never begun')
        if self._ended:
            return
        if self._synchronised:
            synchronise()
        self._meter._mark_end(self._id)
        self._ended = True

    def __enter__(self) -> "Window":
        return self.begin()

    def __exit__(self, kind: Optional[Type[BaseException]], fault: Optional[BaseException],
                 trace: Optional[TracebackType]) -> None:
        self.end()

    @property
    def result(self) -> WindowResult:
        """All of it, with the document that the library gave."""
        if self._result is None:
            if self._id is None or not self._ended:
                raise DiffjouleError("unavailable", f'window "{self.name}" is not over yet')
            self._result = WindowResult.read(self.name, self._meter._result(self._id))
        return self._result

    @property
    def energy_j(self) -> Optional[float]:
        """J, counted parts of all devices added up, idle included; None where no sensor could be read (see verdict)."""
        return self.result.energy_j

    @property
    def uncertainty_j(self) -> Optional[float]:
        """J, standard uncertainty of energy_j (one standard deviation)."""
        return self.result.uncertainty_j

    @property
    def above_idle_j(self) -> Optional[float]:
        """J, without what the machine takes while nothing runs; None where no idle baseline was taken (Meter(idle_s=10))."""
        return self.result.above_idle_j

    @property
    def duration_s(self) -> float:
        """s, of the monotonic clock."""
        return self.result.duration_s

    @property
    def parts(self) -> Tuple[PartEnergy, ...]:
        """Energy of each part of each device."""
        return self.result.parts

    @property
    def verdict(self) -> Tuple[Doubt, ...]:
        """The doubts about it; empty is trustworthy."""
        return self.result.verdict


def _close(meter: ctypes.c_void_p) -> None:
    handle = ctypes.c_void_p(meter.value)
    meter.value = None
    if handle.value:
        library().diffjoule_meter_close(handle)


class Meter:
    """Finds the sensors and starts sampling; close() or the end of a `with` gives them back.

    period_s       s between samples, at least 0.01; None: each sensor's own update period
    devices        ids of devices or their beginnings; None: all
    idle_s         s of idle baseline to take before anything else: this call waits for it
    align          follow the energy counter to its next step at the edges of a window
    own_processes  process ids whose use of a shared device is ours; None: this process
    requests       sensors asked for by name: "model:cpu=65", "replay:FILE", "wall:tcp://127.0.0.1:5555"
    root           where /sys, /proc and /dev are found; None: "/"

    A machine without sensors is no error: `advice` says what would make one available, and windows have energy_j None.
    """

    def __init__(self, period_s: Optional[float] = None, devices: Optional[Iterable[str]] = None,
                 idle_s: Optional[float] = None, align: bool = True, own_processes: Optional[Iterable[int]] = None,
                 requests: Optional[Iterable[str]] = None, root: Optional[str] = None):
        options: Dict[str, Any] = {
            "period_s": period_s, "idle_s": idle_s, "align": align, "root": root,
            "devices": None if devices is None else list(devices),
            "own_processes": None if own_processes is None else list(own_processes),
            "requests": None if requests is None else list(requests),
        }
        self._pid = os.getpid()
        self._meter = ctypes.c_void_p()
        # Also where it is forgotten, and when Python ends: the sampling thread must not outlive the interpreter.
        self._close = weakref.finalize(self, _close, self._meter)
        answer = ctypes.c_void_p()
        given = json.dumps({key: value for key, value in options.items() if value is not None}).encode()
        code = library().diffjoule_meter_open(given, ctypes.byref(self._meter), ctypes.byref(answer))
        try:
            document, _ = taken(code, answer)
        except BaseException:
            self.close()
            raise
        self.devices: Tuple[Dict[str, Any], ...] = tuple(document["devices"])
        self.advice: Tuple[str, ...] = tuple(document["advice"])

    def window(self, name: str, synchronised: bool = True) -> Window:
        """A window of this meter, for a `with`; windows may nest and overlap, in any thread."""
        return Window(self, name, synchronised)

    def close(self) -> None:
        """Stops sampling. Windows that were not looked at before have no result then."""
        self._close()

    def __enter__(self) -> "Meter":
        return self

    def __exit__(self, kind: Optional[Type[BaseException]], fault: Optional[BaseException],
                 trace: Optional[TracebackType]) -> None:
        self.close()

    def _handle(self) -> ctypes.c_void_p:
        if not self._meter.value:
            raise DiffjouleError("unavailable", "this meter is closed")
        return self._meter

    def _begin(self, name: str) -> _Window:
        window = _Window()
        code = library().diffjoule_meter_begin(self._handle(), name.encode(), ctypes.byref(window))
        if code != OK:
            words = "this meter belongs to the process before fork()" if os.getpid() != self._pid else f"code {code}"
            raise DiffjouleError("invalid_argument", f'window "{name}" cannot begin: {words}')
        return window

    def _mark_end(self, window: _Window) -> None:
        code = library().diffjoule_meter_end(self._handle(), window, None)
        if code != OK:
            raise DiffjouleError("unavailable", f"window {window.id} cannot end: code {code}")

    def _result(self, window: _Window) -> Dict[str, Any]:
        answer = ctypes.c_void_p()
        code = library().diffjoule_meter_end(self._handle(), window, ctypes.byref(answer))
        return taken(code, answer)[0]


_lock = threading.Lock()
_default: Optional[Meter] = None


def default_meter() -> Meter:
    """The meter that window() and attach() use: opened when first needed, one for each process."""
    global _default
    with _lock:
        if _default is None or _default._pid != os.getpid() or not _default._meter.value:
            _default = Meter()
        return _default


def window(name: str, meter: Optional[Meter] = None, synchronised: bool = True) -> Window:
    """`with diffjoule.window("denoise") as w: ...`, then w.energy_j, w.uncertainty_j, w.duration_s, w.verdict, w.parts."""
    return Window(default_meter() if meter is None else meter, name, synchronised)
