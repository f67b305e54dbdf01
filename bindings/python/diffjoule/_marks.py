# SPDX-FileCopyrightText: The diffjoule authors
# SPDX-License-Identifier: Apache-2.0
"""Phase marks for a `diffjoule measure` around this program: lines of JSON to the socket of DIFFJOULE_PHASES."""

import contextlib
import itertools
import json
import os
import select
import socket
import threading
import time
from typing import Iterator, Optional

from ._device import synchronise

_PATIENCE_S = 0.05  # for a meter whose queue is full
_LONGEST_NAME = 200  # bytes of UTF-8
_ids = itertools.count(1)
_lock = threading.Lock()
_connected: Optional[socket.socket] = None
_connected_to = ""


def measured() -> bool:
    """Whether this program runs under `diffjoule measure`."""
    return os.environ.get("DIFFJOULE_PHASES", "").startswith("unix:")


def _client() -> Optional[socket.socket]:
    global _connected, _connected_to
    address = os.environ.get("DIFFJOULE_PHASES", "")
    if not address.startswith("unix:"):
        return None
    with _lock:
        if _connected is None or _connected_to != address:
            client = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            client.setblocking(False)
            try:
                client.connect(address[len("unix:"):])
            except OSError:
                client.close()
                return None
            _connected, _connected_to = client, address
        return _connected


def _cut(name: str) -> str:
    return name.encode(errors="replace")[:_LONGEST_NAME].decode(errors="ignore")


def _is_ready(client: socket.socket) -> bool:
    waiting = select.poll()  # select() knows no descriptors beyond 1023
    waiting.register(client, select.POLLOUT)
    return bool(waiting.poll(_PATIENCE_S * 1000))


def _send(event: str, name: str, id: Optional[int], t_ns: int) -> bool:
    client = _client()
    if client is None:
        return False
    line = {"v": 1, "event": event, "name": _cut(name), "t_ns": t_ns, "pid": os.getpid()}
    if id is not None:
        line["id"] = id
    data = json.dumps(line).encode()
    for again in (True, False):
        try:
            client.send(data)
            return True
        except BlockingIOError:
            if not again or not _is_ready(client):
                return False
        except OSError:  # the meter is gone; the program goes on
            return False
    return False


def _now_ns() -> int:
    return time.clock_gettime_ns(time.CLOCK_MONOTONIC)


def begin(name: str) -> int:
    """Marks the beginning of a phase, now; the id is for end()."""
    id = next(_ids)
    _send("begin", name, id, _now_ns())
    return id


def end(name: str, id: int) -> None:
    _send("end", name, id, _now_ns())


def mark(name: str) -> bool:
    """Tells the meter that something happened now, such as an image that is done. False where it took no notice: the program
    does not run under `diffjoule measure`, or the meter did not keep up for 50 ms. Never raises for that."""
    return _send("mark", name, None, _now_ns())


@contextlib.contextmanager
def phase(name: str) -> Iterator[None]:
    """A phase of this program for `diffjoule measure`; outside of it, nothing at all. Waits for the GPU at both edges."""
    if not measured():
        yield
        return
    synchronise()
    id = begin(name)
    try:
        yield
    finally:
        synchronise()
        end(name, id)
