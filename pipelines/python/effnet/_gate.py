# SPDX-License-Identifier: BSD-2-Clause
"""Calls of the engine and forks of the process keep out of each other's way, so that a child finds
the engine as between two calls."""
from __future__ import annotations

import os
import threading
from types import TracebackType
from typing import Optional, Type


class Gate:
    """A thread within it is in the engine. A signal's handler may fork within a thread's own call,
    which therefore waits for the other threads alone. New calls wait for a fork that waits, or
    threads that take turns would keep it out for ever."""

    def __init__(self) -> None:
        self._reset()
        os.register_at_fork(before=self._close, after_in_parent=self._open,
                            after_in_child=self._reset)

    def _reset(self) -> None:
        self._lock = threading.RLock()
        self._changed = threading.Condition(self._lock)
        self._inside: dict[int, int] = {}
        self._forks = 0  # that wait, or are under way

    def __enter__(self) -> None:
        me = threading.get_ident()
        with self._lock:
            while self._forks and me not in self._inside:
                self._changed.wait()
            self._inside[me] = self._inside.get(me, 0) + 1

    def __exit__(self, kind: Optional[Type[BaseException]], error: Optional[BaseException],
                 trace: Optional[TracebackType]) -> None:
        me = threading.get_ident()
        with self._lock:
            left = self._inside.pop(me, 1) - 1
            if left:
                self._inside[me] = left
            if self._forks:
                self._changed.notify_all()

    def _close(self) -> None:
        self._changed.acquire()
        self._forks += 1
        while self._inside.keys() - {threading.get_ident()}:
            self._changed.wait()

    def _open(self) -> None:
        self._forks -= 1
        self._changed.notify_all()
        self._changed.release()


gate = Gate()
