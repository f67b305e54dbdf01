#!/usr/bin/env python3
# SPDX-FileCopyrightText: The diffjoule authors
# SPDX-License-Identifier: Apache-2.0
"""diffjoule measure on a terminal: Ctrl-C reaches the command once, twice works, Ctrl-Z and fg do what they do."""

import os
import pty
import select
import signal
import sys
import time

from measured_program import STEADY, Machine, program, run_all

COUNTING = """
import signal, sys, time
got = []
signal.signal(signal.SIGINT, lambda *_: got.append(time.monotonic()))
print("ready", flush=True)
while len(got) < int(sys.argv[1]):
    time.sleep(0.05)
time.sleep(0.3)
print("interrupts:", len(got), flush=True)
sys.exit(10 + len(got))
"""


class Terminal:
    """diffjoule measure as the foreground job of a terminal of its own."""

    def __init__(self, *arguments):
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            os.execve(program, [program, "measure", "--no-store", *arguments], Machine(STEADY).environment)
        self.text = ""

    def until(self, words, patience=20):
        end = time.monotonic() + patience
        while words not in self.text and time.monotonic() < end:
            if select.select([self.master], [], [], 0.1)[0]:
                try:
                    self.text += os.read(self.master, 4096).decode()
                except OSError:
                    break
        assert words in self.text, f"{words!r} did not come: {self.text!r}"

    def type(self, key):
        os.write(self.master, key)

    def ended(self):
        """The exit code, and everything that was printed."""
        end = time.monotonic() + 30
        while time.monotonic() < end:
            if select.select([self.master], [], [], 0.1)[0]:
                try:
                    self.text += os.read(self.master, 4096).decode()
                except OSError:
                    pass
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                os.close(self.master)
                return os.waitstatus_to_exitcode(status)
        os.kill(self.pid, signal.SIGKILL)
        raise AssertionError(f"it did not end: {self.text!r}")


def test_ctrl_c_reaches_the_command_once_and_the_report_comes():
    terminal = Terminal("--", sys.executable, "-c", COUNTING, "1")
    terminal.until("ready")
    terminal.type(b"\x03")
    assert terminal.ended() == 11, terminal.text
    assert "interrupts: 1" in terminal.text and "k = 2" in terminal.text and "interrupted" in terminal.text, terminal.text


def test_ctrl_c_twice():
    terminal = Terminal("--", sys.executable, "-c", COUNTING, "2")
    terminal.until("ready")
    terminal.type(b"\x03")
    time.sleep(0.3)
    terminal.type(b"\x03")
    assert terminal.ended() == 12, terminal.text


def test_ctrl_c_kills_a_command_that_does_not_mind_it_and_no_repeat_follows():
    terminal = Terminal("--repeat", "5", "--", "sh", "-c", "echo ready; exec sleep 30")
    terminal.until("ready")
    terminal.type(b"\x03")
    assert terminal.ended() == 130, terminal.text
    assert terminal.text.count("ready") == 1, terminal.text


def test_ctrl_c_while_idle_is_taken_ends_without_running():
    terminal = Terminal("--idle", "30s", "--", "echo", "ran")
    time.sleep(1.0)
    terminal.type(b"\x03")
    assert terminal.ended() == 130, terminal.text
    assert "ran" not in terminal.text.split("\n")[0:2], terminal.text


def test_a_suspended_command_suspends_us_and_goes_on():
    terminal = Terminal("--", "sh", "-c", "echo ready; sleep 1; echo woken")
    terminal.until("ready")
    os.kill(terminal.pid, signal.SIGTSTP)
    time.sleep(0.3)
    os.killpg(terminal.pid, signal.SIGCONT)
    assert terminal.ended() == 0, terminal.text
    assert "woken" in terminal.text


if __name__ == "__main__":
    run_all(sys.modules[__name__])
