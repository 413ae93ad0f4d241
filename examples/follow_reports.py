#!/usr/bin/python3
"""Follows the reports of a unit and those beneath it, and misses none, also not while it does not run:

    follow_reports.py CONFIGURATION CURSOR-FILE

The cursor says how far we are. It is kept in a file, and only after what came before it was dealt with:
whoever is ended in between is told the same once more."""

import sys
import time
from ctypes import POINTER, Structure, byref, c_bool, c_char_p, c_uint32, c_uint64, c_void_p, sizeof
from pathlib import Path

from read_totals import LIBRARY, Options, Refused, Unit, call, each

WAIT_MS, PAUSE_S = 30000, 5
PASSING = ("timeout", "io", "busy")  # the next question may find the node again
NO_CURSOR = ("syntax", "too-large", "malformed")


class Change(Structure):
    _fields_ = [("unit", POINTER(Unit)), ("period", c_char_p), ("form", c_char_p), ("is_plan", c_bool),
                ("revision", c_uint64), ("is_accepted", c_bool), ("is_returned", c_bool)]


for name, result in {"tonghop_changes_change": POINTER(Change), "tonghop_changes_cursor": c_char_p,
                     "tonghop_changes_is_restarted": c_bool}.items():
    getattr(LIBRARY, name).restype = result


def tell(change: Change) -> None:
    state = "returned" if change.is_returned else "accepted" if change.is_accepted else "waiting"
    unit, period, form = change.unit.contents.name_vi, change.period, change.form
    print(f"{unit.decode()}, {form.decode()}, {period.decode()}: revision {change.revision}, {state}", flush=True)


def follow(node: c_void_p, cursor: Path) -> None:
    """One question and its answer."""
    known = cursor.read_bytes().strip() if cursor.exists() else b""
    changes = call("tonghop_watch", node, None, known, c_uint32(WAIT_MS))
    if LIBRARY.tonghop_changes_is_restarted(changes):
        print("the node begins anew: what is not told now is gone", flush=True)
    for change in each("tonghop_changes_change", changes):
        tell(change)
    new = cursor.with_suffix(".new")
    new.write_bytes(LIBRARY.tonghop_changes_cursor(changes))
    new.replace(cursor)
    LIBRARY.tonghop_changes_free(changes)


def main() -> None:
    if len(sys.argv) != 3:
        sys.exit("usage: follow_reports.py CONFIGURATION CURSOR-FILE")
    options = Options(size=sizeof(Options), conf_path=sys.argv[1].encode())
    try:
        node = call("tonghop_open", byref(options))
    except Refused as refused:
        sys.exit(str(refused))
    while True:
        try:
            follow(node, Path(sys.argv[2]))
        except Refused as refused:
            if refused.name in NO_CURSOR:
                sys.exit(f"{sys.argv[2]}: {refused}\nwithout this file everything is told once more")
            if refused.name not in PASSING:
                sys.exit(str(refused))
            print(refused, file=sys.stderr)
            time.sleep(PAUSE_S)


if __name__ == "__main__":
    main()
