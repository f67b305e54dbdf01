# SPDX-FileCopyrightText: The diffjoule authors
# SPDX-License-Identifier: Apache-2.0
"""Every verb of the command line, by name."""

import ctypes
import json
from dataclasses import dataclass
from typing import Any, Dict, Tuple

from ._library import PARTIAL, library, taken


@dataclass(frozen=True)
class Answer:
    """What `diffjoule VERB --json` prints. `partial`: something was left out, the notes say what."""

    document: Dict[str, Any]
    notes: Tuple[str, ...] = ()
    partial: bool = False

    def __getitem__(self, key: str) -> Any:
        return self.document[key]


def version() -> str:
    """Of the library, "0.2.0"."""
    return str(library().diffjoule_version().decode())


def call(verb: str, /, **fields: Any) -> Answer:
    """Asks a verb: `call("count", model="flux1-dev", steps=20, by="phase")`.

    Fields are the long flags of `diffjoule VERB --help` with underscores for dashes; None is left out. `data` names a folder
    whose files come before the built-in ones. Verbs that run a program (measure) are not to be had here: use a Meter.
    """
    request = {name.replace("_", "-"): value for name, value in fields.items() if value is not None}
    answer = ctypes.c_void_p()
    code = library().diffjoule_call(verb.encode(), json.dumps(request).encode(), ctypes.byref(answer))
    document, notes = taken(code, answer)
    return Answer(document, tuple(notes.splitlines()), code == PARTIAL)
