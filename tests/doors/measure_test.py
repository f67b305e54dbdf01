#!/usr/bin/env python3
# SPDX-FileCopyrightText: The diffjoule authors
# SPDX-License-Identifier: Apache-2.0
"""diffjoule measure from end to end: what is run is untouched, what is measured is right or missing with its reason."""

import os
import sqlite3
import sys
import time

from measured_program import STEADY, Machine, run_all

PHASES = """
import json, os, socket, time
meter = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
meter.connect(os.environ["DIFFJOULE_PHASES"][len("unix:"):])
def mark(event, name, id):
    meter.send(json.dumps({"v": 1, "event": event, "name": name, "id": id, "t_ns": time.monotonic_ns(), "pid": os.getpid()}).encode())
time.sleep(0.3); mark("begin", "denoise", 1); time.sleep(1.5); mark("end", "denoise", 1); time.sleep(0.3)
"""


def energy(part):
    return part["energy_j"]


def gpu(phase):
    return next(part for part in phase["parts"] if part["part"] == "gpu")


def kinds(record):
    """Every kind of doubt in a record."""
    found = {doubt["kind"] for doubt in record["verdict"]}
    for phase in [record["whole"], *record["phases"]]:
        for part in phase["parts"]:
            if part["counted"]:
                found |= {doubt["kind"] for doubt in part["verdict"]}
    return found


def test_a_steady_load_is_measured_within_its_uncertainty():
    code, record, _ = Machine(STEADY).measured("--no-store", "--", "sleep", "2")
    assert code == 0
    part, elapsed = gpu(record["whole"]), record["whole"]["elapsed_s"]
    assert abs(energy(part) - 300 * elapsed) < 0.01 * 300 * elapsed + 2 * 30, part
    assert not kinds(record), kinds(record)


def test_streams_are_the_commands_and_the_report_is_beside():
    code, out, err = Machine(STEADY).measure("--no-store", "--", "sh", "-c", "cat; echo told >&2; exit 3", input="a\0b")
    assert (code, out) == (3, "a\0b"), (code, out)
    assert err.startswith("told\n") and "k = 2" in err, err


def test_a_command_needs_no_dashes_before_it():
    code, out, _ = Machine().measure("--no-store", "echo", "--json", "-o", "x")
    assert (code, out) == (0, "--json -o x\n"), out


def test_exit_codes_are_a_shells():
    machine = Machine(STEADY)
    assert machine.measure("--no-store", "--", "sh", "-c", "kill -9 $$")[0] == 137
    assert machine.measure("--no-store", "--", "no-such-program-anywhere")[0] == 127
    assert machine.measure("--no-store", "--", "/")[0] == 126
    assert machine.measure("--no-such-flag", "--", "true")[0] == 125
    assert machine.measure("--period", "1ms", "--", "true")[0] == 125
    assert machine.measure()[0] == 125


def test_without_a_sensor_it_says_so_and_what_would_help():
    code, _, err = Machine().measure("--no-store", "--devices", "", "--", "sleep", "0.2")
    assert code == 0
    if "no sensor" in err:  # this machine may have a sensor of its own
        assert "No energy could be measured" in err and "nvml: " in err, err
        assert Machine().measure("--no-store", "--strict", "--", "sleep", "0.2")[0] == 125


def test_what_is_assumed_is_marked():
    code, record, _ = Machine().measured("--no-store", "--sensor", "model:cpu=65", "--", "sleep", "1")
    assert code == 0 and "assumed" in kinds(record), record


def test_phases_of_the_program():
    code, record, _ = Machine(STEADY).measured("--no-store", "--", sys.executable, "-c", PHASES)
    assert code == 0
    (phase,) = record["phases"]
    assert phase["name"] == "denoise" and abs(phase["elapsed_s"] - 1.5) < 0.2, phase
    assert abs(energy(gpu(phase)) - 300 * phase["elapsed_s"]) < 0.02 * 450 + 60, gpu(phase)


def test_phases_of_a_log_and_its_bytes_untouched():
    script = "printf 'loading\\r'; sleep 0.5; echo 'sampling completed, taking 0.40s' >&2; printf 'no newline'"
    machine = Machine(STEADY)
    report = machine.folder / "r.json"
    code, out, err = machine.measure("--no-store", "--phase-patterns", "sd.cpp", "--json", "-o", str(report), "--", "sh", "-c", script)
    assert (code, out, err) == (0, "loading\rno newline", "sampling completed, taking 0.40s\n"), (out, err)
    assert '"denoise"' in report.read_text()


def test_repeats_are_told_one_by_one():
    code, record, _ = Machine(STEADY).measured("--no-store", "--repeat", "3", "--warm-up", "1", "--", "sleep", "0.5")
    assert code == 0 and record["repeats"]["count"] == 3, record["repeats"]
    assert len(record["repeats"]["runs"]) == 3


def test_repeats_end_when_the_mean_is_known():
    code, record, _ = Machine(STEADY).measured("--no-store", "--precision", "20%", "--repeat", "30", "--", "sleep", "1")
    assert code == 0 and 3 <= record["repeats"]["count"] < 30, record["repeats"]


def test_a_driver_that_vanishes_leaves_a_doubt_and_no_wrong_number():
    code, record, _ = Machine({"vanish_after_s": 1.5, **STEADY}).measured("--no-store", "--", "sleep", "3")
    part = gpu(record["whole"])
    assert code == 0
    assert kinds(record) & {"lost", "gap"}, kinds(record)
    assert part["energy_j"] is None or abs(part["energy_j"] - 900) < 2 * part["energy_uncertainty_j"] + 90, part


def test_a_program_that_daemonises_is_not_waited_for_and_named():
    begin = time.monotonic()
    code, _, err = Machine(STEADY).measure("--no-store", "--", "sh", "-c",
                                           "setsid sleep 20 < /dev/null > /dev/null 2>&1 & sleep 0.2; exit 4")
    assert code == 4 and time.monotonic() - begin < 10
    assert "(sleep) outlives the command" in err, err


def test_what_was_measured_is_in_the_store():
    machine = Machine(STEADY)
    code, _, err = machine.measure("--store", str(machine.store), "--", "sleep", "0.5")
    assert code == 0 and "not stored" not in err, err
    rows = sqlite3.connect(machine.store).execute("select command, energy_j from measurement").fetchall()
    assert len(rows) == 1 and rows[0][0] == "sleep 0.5" and rows[0][1] > 100, rows


def test_a_locked_store_and_a_full_disk_do_not_stop_the_measurement():
    machine = Machine(STEADY)
    machine.measure("--store", str(machine.store), "--", "true")
    lock = sqlite3.connect(machine.store, isolation_level=None)
    lock.execute("begin exclusive")
    code, _, err = machine.measure("--store", str(machine.store), "--", "sleep", "0.3")
    assert code == 0 and "k = 2" in err and "not stored" in err, err
    lock.execute("rollback")
    if os.path.exists("/dev/full"):
        code, _, err = machine.measure("--store", "/dev/full", "--", "sleep", "0.3")
        assert code == 0 and "k = 2" in err and "not stored" in err, err
        code, _, err = machine.measure("--no-store", "-o", "/dev/full", "--", "sleep", "0.3")
        assert code == 125 and "could not be written" in err, err


def test_other_tools_formats():
    for name, expected in (("codecarbon", "energy_consumed"), ("zeus", "window_name"), ("prometheus", "joules_total"), ("tables", "phase,")):
        code, _, err = Machine(STEADY).measure("--no-store", "--csv", name, "--", "sleep", "0.5")
        assert code == 0 and expected in err, (name, err)


if __name__ == "__main__":
    run_all(sys.modules[__name__])
