#!/usr/bin/python3
"""Reads figures of a unit and those beneath it through libtonghop, and who has not reported:

    read_totals.py CONFIGURATION PERIOD INDICATOR ...

Python's own ctypes is enough: there is nothing to build. Of the structs that the library hands out,
only the first members are declared here, as far as they are used; new ones come behind them."""

import sys
from ctypes import (CDLL, POINTER, Structure, byref, c_bool, c_char, c_char_p, c_int, c_size_t, c_uint32,
                    c_uint64, c_void_p, create_string_buffer, sizeof)

LIBRARY = CDLL("libtonghop.so.0")
REASON_SIZE, NUMBER_SIZE = 512, 64  # as in tonghop/client.h
OK, ROWS_CHILDREN = 0, 1


class Options(Structure):
    _fields_ = [("size", c_size_t), ("conf_path", c_char_p), ("endpoint", c_char_p),
                ("server_key", c_char_p), ("secret_key", c_char_p), ("unit", c_uint32),
                ("timeout_ms", c_uint32), ("language", c_int), ("reserved", c_uint32)]


class Key(Structure):
    _fields_ = [("unit", c_char_p), ("period", c_char_p), ("form", c_char_p), ("is_plan", c_bool)]


class Query(Structure):
    _fields_ = [("size", c_size_t), ("key", Key), ("indicators", POINTER(c_char_p)),
                ("indicator_count", c_size_t), ("rows", c_int), ("level", c_char_p),
                ("from_year", c_char_p)]


class Unit(Structure):
    _fields_ = [("id", c_uint32), ("code", c_char_p), ("name_vi", c_char_p), ("name_en", c_char_p)]


class Figure(Structure):
    _fields_ = [("has_value", c_bool), ("value", c_char * NUMBER_SIZE), ("qualifier", c_char_p),
                ("upper", c_char * NUMBER_SIZE), ("unit_count", c_uint32)]

    def __str__(self) -> str:
        if not self.has_value:
            return "-"  # nothing was reported, which is not zero
        sign, value, upper = (text.decode() for text in (self.qualifier, self.value, self.upper))
        return {"=": value, "..": f"{value}..{upper}"}.get(sign, sign + value)


class Duty(Structure):
    _fields_ = [("unit", POINTER(Unit)), ("form", c_char_p), ("state", c_int), ("timeliness", c_int),
                ("revision", c_uint64)]


for name, result in {"tonghop_totals_unit": POINTER(Unit), "tonghop_totals_figure": POINTER(Figure),
                     "tonghop_coverage_duty": POINTER(Duty), "tonghop_err_name": c_char_p}.items():
    getattr(LIBRARY, name).restype = result


class Refused(Exception):
    """A call failed: the name of the error, and what is wrong and what to do."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}")
        self.name = name


def call(function: str, *arguments: object) -> c_void_p:
    """A call that gives something out behind `arguments`, or a reason why not."""
    given, reason = c_void_p(), create_string_buffer(REASON_SIZE)
    err = getattr(LIBRARY, function)(*arguments, byref(given), reason)
    if err != OK:
        raise Refused(LIBRARY.tonghop_err_name(err).decode(), reason.value.decode())
    return given


def each(function: str, result: c_void_p):
    """What an accessor gives for 0, 1, 2 ... until there is no more."""
    index = 0
    while item := getattr(LIBRARY, function)(result, c_size_t(index)):
        yield item.contents
        index += 1


def print_totals(node: c_void_p, key: Key, indicators: list[str]) -> None:
    codes = (c_char_p * len(indicators))(*(code.encode() for code in indicators))
    query = Query(size=sizeof(Query), key=key, indicators=codes, indicator_count=len(indicators),
                  rows=ROWS_CHILDREN)
    totals = call("tonghop_totals", node, byref(query))
    print("\t".join(["unit", *indicators]))
    for row, unit in enumerate(each("tonghop_totals_unit", totals)):
        figures = (LIBRARY.tonghop_totals_figure(totals, c_size_t(row), c_size_t(column)).contents
                   for column in range(len(indicators)))
        print("\t".join([unit.name_vi.decode(), *map(str, figures)]))
    LIBRARY.tonghop_totals_free(totals)


def print_missing(node: c_void_p, key: Key) -> None:
    coverage = call("tonghop_coverage", node, byref(key), c_bool(True))
    for duty in each("tonghop_coverage_duty", coverage):
        print(f"missing: {duty.unit.contents.name_vi.decode()}, {duty.form.decode()}")
    LIBRARY.tonghop_coverage_free(coverage)


def main() -> None:
    if len(sys.argv) < 4:
        sys.exit("usage: read_totals.py CONFIGURATION PERIOD INDICATOR ...")
    options = Options(size=sizeof(Options), conf_path=sys.argv[1].encode())
    key = Key(period=sys.argv[2].encode())
    try:
        node = call("tonghop_open", byref(options))
        print_totals(node, key, sys.argv[3:])
        print_missing(node, key)
        LIBRARY.tonghop_close(node)
    except Refused as refused:
        sys.exit(str(refused))


if __name__ == "__main__":
    main()
