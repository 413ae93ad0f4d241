"""A small province with an invented catalogue, a clock that the test sets, and what the figures and
the duties of a year have to be: computed here, from what was filed, with nothing of the program."""

import datetime
import os
import time
from pathlib import Path
from typing import Optional

from harness import Node, Tree
from scene import start_as_it_is

PROVINCE, EAST, WEST = 64, 631, 632
EAST_COMMUNES, WEST_COMMUNES = (101, 102, 103, 104, 105, 106), (201, 202)
VIETNAM = datetime.timezone(datetime.timedelta(hours=7))
HOLIDAYS = {datetime.date(2024, 6, 18)}  # invented
EXCEPTED = 105  # by exceptions.csv, until the end of June

CATALOGUE = {
    "catalogue.ini": """[catalogue]
number = 1
title_vi = Phong trào thử
title_en = A programme for trying

[calendar]
s1_first = -1/12-15
s1_last = 06-14
s2_first = 06-15
s2_last = 12-14

[level province]
name_vi = Cấp tỉnh
name_en = Province

[level district]
name_vi = Cấp huyện
name_en = District
deadline_s1 = 06-27
deadline_y = 12-27

[level commune]
name_vi = Cấp xã
name_en = Commune
deadline_s1 = +3 working days
deadline_y = +3 working days

[type tinh]
name_vi = tỉnh

[type huyen]
name_vi = huyện

[type xa]
name_vi = xã
""",
    "units.csv": "id,code,level,type,parent,from,to,name_vi,name_en,successors\n"
                 "64,64,province,tinh,,,,Tỉnh Thử,Thu Province,\n"
                 "631,631,district,huyen,64,,,Huyện Đông,East District,\n"
                 "632,632,district,huyen,64,,,Huyện Tây,West District,\n" +
                 "".join(f"{unit},{unit},commune,xa,631,,,Xã Đông {unit},East {unit},\n"
                         for unit in EAST_COMMUNES) +
                 "".join(f"{unit},{unit},commune,xa,632,,,Xã Tây {unit},West {unit},\n"
                         for unit in WEST_COMMUNES),
    "forms.csv": "number,code,name_vi,name_en,due,accept,types,body,periods\n"
                 "1,chung,Báo cáo chung,General report,commune,,,,s1|y\n"
                 "2,quy,Báo cáo quỹ,Fund report,,manual,,,\n",
    "indicators.csv": "number,code,form,section,name_vi,name_en,measure,nature,aggregation,decimals,"
                      "signed,part_of,levels,valid_from,valid_to,rule\n"
                      "1,visits,chung,,Lượt tiếp công dân,Citizen visits,lượt,flow,sum,0,,,commune,,,\n"
                      "2,models,chung,,Mô hình,Models,mô hình,flow,sum,0,,,commune,,,\n"
                      "3,fund,quy,,Quỹ,Fund,đồng,stock,sum,0,,,commune,,,\n",
    "holidays.csv": "first,last,name_vi,name_en,working\n"
                    "2024-06-18,,Ngày lễ thử,Invented holiday,\n"
                    "2025-01-01,,Tết Dương lịch,New Year,\n",
    "exceptions.csv": "unit,form,from,to,reason\n105,chung,2024-01-01,2024-06-30,lũ quét\n",
}


def working_day(last: datetime.date, count: int) -> datetime.date:
    """The count-th working day after `last`."""
    day = last
    while count > 0:
        day += datetime.timedelta(days=1)
        if day.weekday() < 5 and day not in HOLIDAYS:
            count -= 1
    return day


class Clock:
    """Sets the clock of all daemons and commands: daemons are started anew, as over a night."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.nodes: list[Node] = []
        self.now: Optional[datetime.datetime] = None

    def set(self, month: int, day: int, hour: int = 9, year: int = 2024) -> None:
        self.now = datetime.datetime(year, month, day, hour, tzinfo=VIETNAM)
        odd = {"LD_PRELOAD": os.environ["ODD_MACHINE"],
               "ODD_CLOCK_SECONDS": str(int(self.now.timestamp() - time.time())),
               "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"}
        self.tree.environment |= odd
        running = [node for node in self.nodes if node.is_running]
        for node in reversed(running):
            node.stop()
        for node in running:
            start_as_it_is(node)
        for node in running:
            node.wait()


class Filed:
    """What a unit has handed in for one period: revision by revision."""

    def __init__(self) -> None:
        self.revisions: list[Optional[dict[str, int]]] = []  # None: withdrawn
        self.first: Optional[datetime.datetime] = None
        self.returned: set[int] = set()

    @property
    def counting(self) -> Optional[dict[str, int]]:
        """Of a form that is accepted at once: the latest, unless it was returned."""
        if not self.revisions or len(self.revisions) in self.returned:
            return None
        return self.revisions[-1]


class Book:
    """Everything that was filed, and what follows from it."""

    def __init__(self) -> None:
        self.filed: dict[tuple[int, str], Filed] = {}

    def of(self, unit: int, period: str) -> Filed:
        return self.filed.setdefault((unit, period), Filed())

    def file(self, unit: int, period: str, cells: Optional[dict[str, int]],
             at: datetime.datetime) -> None:
        entry = self.of(unit, period)
        entry.revisions.append(cells)
        entry.first = entry.first or at

    def cells(self, unit: int, period: str) -> Optional[dict[str, int]]:
        """A year is its report, or else the sum of its halves, figure by figure."""
        own = self.of(unit, period).counting
        if "-" in period:
            return own
        halves = [half for half in (self.of(unit, f"{period}-S1").counting,
                                    self.of(unit, f"{period}-S2").counting) if half is not None]
        if own is None and not halves:
            return None
        summed: dict[str, int] = {}
        for half in halves:
            for code, value in half.items():
                summed[code] = summed.get(code, 0) + value
        return summed | (own or {})

    def total(self, units: tuple[int, ...], period: str, code: str) -> tuple[str, int]:
        """As a program reads it, with the number of units that it is made of; none: no figure."""
        values = [cells[code] for cells in (self.cells(unit, period) for unit in units)
                  if cells is not None and code in cells]
        return (str(sum(values)), len(values)) if values else ("", 0)

    def duties(self, units: tuple[int, ...], period: str) -> dict[str, set[int]]:
        """Who had to report, and who did what."""
        year = int(period[:4])
        last = datetime.date(year, 6, 14) if period.endswith("S1") else datetime.date(year, 12, 14)
        deadline = working_day(last, 3)
        sets: dict[str, set[int]] = {name: set() for name in (
            "due", "filed", "early", "on_time", "late", "accepted", "returned", "nil", "missing",
            "not_obliged")}
        for unit in units:
            if unit == EXCEPTED and period == "2024-S1":
                sets["not_obliged"].add(unit)
                continue
            entry = self.of(unit, period)
            sets["due"].add(unit)
            if not entry.revisions or entry.revisions[-1] is None or entry.first is None:
                sets["missing"].add(unit)
                continue
            sets["filed"].add(unit)
            filed = entry.first.astimezone(VIETNAM).date()
            sets["late" if filed > deadline else "early" if filed <= last else "on_time"].add(unit)
            is_returned = len(entry.revisions) in entry.returned
            sets["returned" if is_returned else "accepted"].add(unit)
            if not entry.revisions[-1]:
                sets["nil"].add(unit)
        return sets


def write_catalogue(folder: Path) -> Path:
    folder.mkdir()
    for name, text in CATALOGUE.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder
