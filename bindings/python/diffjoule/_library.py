# SPDX-FileCopyrightText: The diffjoule authors
# SPDX-License-Identifier: Apache-2.0
"""Finds and opens libdiffjoule.so, the door of diffjoule.h, once and only when something is asked of it."""

import ctypes
import json
import os
import pathlib
import threading
from typing import Any, Dict, List, Optional, Tuple

ABI = 1
OK, PARTIAL = 0, 1


class DiffjouleError(Exception):
    """What diffjoule could not do. `code` is a word: "not_found", "invalid_argument", "unavailable", ..."""

    def __init__(self, code: str, message: str):
        super().__init__(message)
        self.code = code


class _Window(ctypes.Structure):
    _fields_ = [("id", ctypes.c_uint64)]


def _places() -> List[pathlib.Path]:
    here = pathlib.Path(__file__).resolve().parent
    given = os.environ.get("DIFFJOULE_LIBRARY")
    if given:
        return [pathlib.Path(given)]
    in_source = [here.parents[2] / "build" / preset / "libdiffjoule.so" for preset in ("release", "ci", "dev")]
    return [here / "libdiffjoule.so", *in_source]


def library_path() -> pathlib.Path:
    """The library that is used: DIFFJOULE_LIBRARY, else the one in the package, else that of a build beside the sources."""
    for place in _places():
        if place.is_file():
            return place
    looked = ", ".join(str(place) for place in _places())
    raise DiffjouleError(
        "not_found",
        f"libdiffjoule.so is not at {looked}. Build it in diffjoule's sources: cmake --preset release && "
        "cmake --build --preset release --target diffjoule_shared; then pip install ./bindings/python, or name the file "
        "in DIFFJOULE_LIBRARY.",
    )


def _declare(library: ctypes.CDLL) -> None:
    text, pointer, out = ctypes.c_char_p, ctypes.c_void_p, ctypes.POINTER(ctypes.c_void_p)
    for name, result, arguments in (
        ("version", text, []),
        ("call", ctypes.c_int, [text, text, out]),
        ("answer_text", text, [pointer]),
        ("answer_notes", text, [pointer]),
        ("answer_free", None, [pointer]),
        ("meter_open", ctypes.c_int, [text, out, out]),
        ("meter_begin", ctypes.c_int, [pointer, text, ctypes.POINTER(_Window)]),
        ("meter_end", ctypes.c_int, [pointer, _Window, out]),
        ("meter_close", None, [pointer]),
    ):
        function = getattr(library, "diffjoule_" + name)
        function.restype, function.argtypes = result, arguments


_lock = threading.Lock()
_opened: Optional[ctypes.CDLL] = None


def library() -> ctypes.CDLL:
    global _opened
    with _lock:
        if _opened is None:
            path = library_path()
            try:
                opened = ctypes.CDLL(str(path))
                _declare(opened)
            except (OSError, AttributeError) as fault:
                raise DiffjouleError("unavailable", f"{path} cannot be used as libdiffjoule.so.{ABI}: {fault}") from fault
            _opened = opened
        return _opened


def taken(code: int, answer: ctypes.c_void_p) -> Tuple[Dict[str, Any], str]:
    """The document and the notes of an answer, which is given back; an error becomes an exception."""
    lib = library()
    if not answer.value:
        raise MemoryError("diffjoule: out of memory") if code == 7 else DiffjouleError("internal", f"no answer, code {code}")
    try:
        document = json.loads(lib.diffjoule_answer_text(answer).decode())
        notes = lib.diffjoule_answer_notes(answer).decode()
    finally:
        lib.diffjoule_answer_free(answer)
    if code not in (OK, PARTIAL):
        error = document.get("error", {})
        raise DiffjouleError(error.get("code", str(code)), error.get("message", "an error without a message"))
    return document, notes
