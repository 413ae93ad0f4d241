"""A year of a province, with real daemons and a clock that the test sets: the half-year's campaign,
reminders, a return and its answer, manual acceptance, closing, a correction that was accepted before
the word came, a unit that is reopened, and the annual campaign. Every set and every number is
compared with what year.py computes from what was filed."""

from harness import Node, Tree, eventually
from scene import expect, expect_in, play, plant, rows, settle, submit, table, verify
from year import (EAST, EAST_COMMUNES, EXCEPTED, PROVINCE, WEST, WEST_COMMUNES, Book, Clock,
                  write_catalogue)

S1, YEAR = "2024-S1", "2024"
STATES = {"missing": "missing", "accepted": "accepted", "returned": "returned", "early": "early",
          "on_time": "on-time", "late": "late", "nil": "nil", "not_obliged": "not-obliged"}
OFFLINE = 103  # the commune with a node of its own


class Province:
    def __init__(self, tree: Tree) -> None:
        self.tree, self.book, self.clock = tree, Book(), Clock(tree)
        self.clock.set(6, 10)
        self.province = plant(tree, "tinh", PROVINCE, write_catalogue(tree.folder / "catalogue"))
        self.clock.nodes.append(self.province)
        self.east = self.add("dong", EAST, self.province)
        self.west = self.add("tay", WEST, self.province)
        self.commune = self.add("xa-103", OFFLINE, self.east)
        self.frozen: dict[str, dict[str, tuple[str, int]]] = {}
        self.printed: dict[str, str] = {}

    def add(self, name: str, unit: int, parent: Node) -> Node:
        node = self.tree.init(name, unit, parent)
        node.environment = dict(parent.environment)
        node.enrol()
        node.start()
        self.clock.nodes.append(node)
        return node

    @property
    def units(self) -> tuple[int, ...]:
        return EAST_COMMUNES + WEST_COMMUNES

    def home(self, unit: int) -> Node:
        if unit == OFFLINE:
            return self.commune
        return self.east if unit in EAST_COMMUNES else self.west

    def rest(self) -> None:
        settle(*(node for node in (self.commune, self.east, self.west, self.province)
                 if node.is_running))

    def file(self, unit: int, period: str, cells: dict[str, int], *arguments: str) -> None:
        common = ("--unit", str(unit), "--author", f"xa {unit}", "--accept-warnings", "đã rà soát",
                  *arguments)
        if cells:
            submit(self.home(unit), period, table(cells), *common)
        else:
            self.home(unit).tonghop("submit", "--nil", "chung", "--period", period, *common)
        self.book.file(unit, period, cells, self.clock.now)

    def refused(self, unit: int, period: str, cells: dict[str, int]) -> str:
        return submit(self.home(unit), period, table(cells), "--unit", str(unit), "--lang", "en",
                      expect=1).err

    # ---- what is compared ----

    def compare(self, period: str) -> None:
        """Sets and totals, at every node that runs, with the book."""
        self.rest()
        for node, units in ((self.province, self.units), (self.east, EAST_COMMUNES),
                            (self.west, WEST_COMMUNES), (self.commune, (OFFLINE,))):
            if not node.is_running:
                continue
            duties = self.book.duties(units, period)
            for name, state in STATES.items():
                listed = rows(node.tonghop("coverage", "--period", period, "--state", state,
                                           "--format", "csv"))
                expect(f"{period} at {node.name}: {state}", {int(row["unit"]) for row in listed},
                       duties[name])
            for code in ("visits", "models"):
                expect(f"{period} at {node.name}: {code}", total_of(node, period, code),
                       self.book.total(units, period, code))
        self.compare_counts(period)

    def compare_counts(self, period: str) -> None:
        listed = {(row["row"], row["unit"]): row for row in rows(self.province.tonghop(
            "coverage", "--period", period, "--by", "child", "--format", "csv"))}
        for key, units in ((("total", str(PROVINCE)), self.units), (("child", str(EAST)), EAST_COMMUNES),
                           (("child", str(WEST)), WEST_COMMUNES)):
            duties = self.book.duties(units, period)
            expect(f"{period}: counts of {key}",
                   {name: int(listed[key][name]) for name in duties},
                   {name: len(units_of) for name, units_of in duties.items()})

    def freeze(self, edition: str, *arguments: str, period: str = S1) -> None:
        self.province.tonghop("close", "--period", period, "--edition", edition, *arguments)
        if period == S1:
            self.frozen[edition] = {code: self.book.total(self.units, period, code)
                                    for code in ("visits", "models")}
            self.printed[edition] = self.print(edition)

    def print(self, edition: str) -> str:
        return self.province.tonghop("totals", "--period", S1, "--edition", edition, "--by", "commune",
                                     "--lang", "vi").out

    def expect_frozen(self) -> None:
        for edition, figures in self.frozen.items():
            for code, total in figures.items():
                expect(f"{edition}: {code}", total_of(self.province, S1, code, "--edition", edition),
                       total)
            expect(f"{edition} to the byte", self.print(edition), self.printed[edition])

    def inbox(self, node: Node, *arguments: str) -> list[dict[str, str]]:
        return rows(node.tonghop("inbox", "--format", "csv", *arguments))

    def reminders(self, node: Node, *arguments: str) -> dict[int, dict[str, str]]:
        return {int(row["unit"]): row for row in self.inbox(node, *arguments)
                if row["event"] == "reminded"}


def total_of(node: Node, period: str, code: str, *arguments: str) -> tuple[str, int]:
    row, = rows(node.tonghop("totals", "--period", period, "--indicator", code, "--format", "csv",
                             *arguments))
    return (row["value"], int(row["unit_count"]) if row["value"] else 0)


def early(province: Province) -> None:
    """10 June: one files before the period ends, which is early; nobody is reminded yet"""
    province.file(101, S1, {"visits": 10, "models": 2})
    province.compare(S1)
    expect("reminded", province.reminders(province.east, "--all"), {})


def reminded(province: Province) -> None:
    """15 June: the districts remind who is missing by themselves; a commune without a link later"""
    province.commune.stop()
    province.clock.set(6, 15)
    missing = province.book.duties(EAST_COMMUNES, S1)["missing"]
    eventually(lambda: set(province.reminders(province.east, "--unit", str(EAST))) == missing,
               "the east has reminded whoever is missing")
    eventually(lambda: set(province.reminders(province.west)) == set(WEST_COMMUNES), "so has the west")
    offline = province.reminders(province.east, "--unit", str(OFFLINE))[OFFLINE]
    expect("not there yet", (offline["delivered"], offline["count"]), ("", "1"))
    result = province.east.tonghop("remind", "102", "--period", S1, "--lang", "en", expect=1)
    expect_in("not again so soon", result.out + result.err, "102", "again")
    province.clock.set(6, 17)
    expect("not more often than every third day",
           {row["count"] for row in province.reminders(province.east, "--unit", str(EAST)).values()},
           {"1"})


def on_time(province: Province) -> None:
    """19 June: a second reminder; the commune is back, reads it and files; others are in time"""
    province.clock.set(6, 19)
    eventually(lambda: {row["count"] for row in province.reminders(
        province.east, "--unit", str(EAST)).values()} == {"2"}, "reminded a second time")
    province.commune.start()
    eventually(lambda: set(province.reminders(province.commune)) == {OFFLINE}, "it has arrived")
    expect("how often", province.reminders(province.commune)[OFFLINE]["count"], "2")
    province.commune.tonghop("inbox", "--seen")
    eventually(lambda: province.reminders(province.east, "--unit", str(OFFLINE))[OFFLINE]["seen"] != "",
               "the district knows that it was seen")
    province.file(102, S1, {"visits": 20, "models": 4})
    province.file(201, S1, {})
    province.file(OFFLINE, S1, {"visits": 30})
    province.compare(S1)
    expect("settled", province.reminders(province.commune), {})


def late(province: Province) -> None:
    """21 June: the deadline was the third working day, a holiday left out; who files now is late"""
    province.clock.set(6, 21)
    province.file(104, S1, {"visits": 40, "models": 8})
    province.compare(S1)
    expect("late", province.book.duties(province.units, S1)["late"], {104})
    expect("not obliged", province.book.duties(province.units, S1)["not_obliged"], {EXCEPTED})


def returned(province: Province) -> None:
    """The province returns two cells: it stops counting, and the reason reaches the commune's node"""
    reason = "số liệu gấp đôi huyện báo, xem lại hai chỉ tiêu"
    result = province.province.tonghop("return", str(OFFLINE), "--period", S1, "--cell", "visits",
                                       "--cell", "models", "--lang", "en", expect=2)
    expect_in("a reason is asked for", result.err, "--reason")
    province.province.tonghop("return", str(OFFLINE), "--period", S1, "--cell", "visits", "--cell",
                              "models", "--reason", reason)
    province.book.of(OFFLINE, S1).returned.add(1)
    told: list[dict[str, str]] = []

    def has_come() -> bool:
        told[:] = [row for row in province.inbox(province.commune) if row["event"] == "returned"]
        return len(told) == 1

    eventually(has_come, "the return has come to the commune")
    expect("what was said", (told[0]["reason"], told[0]["indicators"].split(), told[0]["author"]),
           (reason, ["visits", "models"], str(PROVINCE)))
    province.compare(S1)
    province.file(OFFLINE, S1, {"visits": 15, "models": 3}, "--reason", "đã sửa")
    province.compare(S1)
    text = province.province.tonghop("return", str(OFFLINE), "--period", S1, "--revision", "1",
                                     "--reason", "nữa", "--lang", "en", expect=1).err
    expect_in("it was returned already", text, reason)
    for node in (province.commune, province.east, province.province):
        text = node.tonghop("history", str(OFFLINE), "--period", S1, "--lang", "en").out
        expect_in(f"the exchange at {node.name}", text, reason, "visits, models", "đã sửa")
    text = province.east.tonghop("return", "101", "--period", S1, "--revision", "9", "--reason", "x",
                                 "--lang", "en", expect=1).err
    expect_in("not a revision", text, "9")


def by_hand(province: Province) -> None:
    """A form that is accepted by hand waits, apart from the totals, until the district accepts it"""
    submit(province.commune, S1, table({"fund": 500}))
    province.rest()
    expect("not in the totals", total_of(province.province, S1, "fund"), ("", 0))
    row, = rows(province.province.tonghop("totals", "--period", S1, "--indicator", "fund", "--waiting",
                                          "--format", "csv"))
    expect("apart", row["waiting"], "500")
    row, = rows(province.province.tonghop("coverage", "--period", S1, "--state", "waiting", "--format",
                                          "csv"))
    expect("listed, though nobody owes it", (row["unit"], row["form"], row["state"]),
           (str(OFFLINE), "quy", "waiting-not-obliged"))
    province.compare_counts(S1)
    result = province.commune.tonghop("accept", str(OFFLINE), "--period", S1, "--form", "quy",
                                      "--lang", "en", expect=1)
    expect_in("who may", result.err, "East District")
    province.east.tonghop("accept", str(OFFLINE), "--period", S1, "--form", "quy")
    eventually(lambda: total_of(province.commune, S1, "fund") == ("500", 1), "accepted below, too")
    province.rest()
    expect("in the totals", total_of(province.province, S1, "fund"), ("500", 1))
    expect("no more", rows(province.province.tonghop("coverage", "--period", S1, "--state", "waiting",
                                                     "--format", "csv")), [])


def closed(province: Province) -> None:
    """28 June: closing names who is missing; a correction made before the word came counts after it"""
    province.clock.set(6, 28)
    result = province.province.tonghop("close", "--period", S1, "--edition", "preliminary", "--lang",
                                       "en", expect=1)
    for unit in province.book.duties(province.units, S1)["missing"]:
        expect_in("who is missing", result.err, f"{unit} ", "--incomplete")
    province.east.stop()  # the word does not reach those beneath it
    province.freeze("preliminary", "--incomplete")
    eventually(lambda: any(row["event"] == "closed" for row in province.inbox(province.west)),
               "the west knows")
    text = province.refused(201, S1, {"visits": 1})
    expect_in("who may", text, "closed", "Thu Province", "tonghop reopen")
    province.file(OFFLINE, S1, {"visits": 16, "models": 3}, "--reason", "thêm một lượt")
    province.east.start()
    eventually(lambda: any(row["event"] == "closed" for row in province.inbox(province.commune)),
               "the word has come to the commune")
    province.compare(S1)
    province.expect_frozen()
    expect_in("closed now", province.refused(OFFLINE, S1, {"visits": 17, "models": 3}), "closed")
    text = province.province.tonghop("return", "101", "--period", S1, "--reason", "x", "--lang", "en",
                                     expect=1).err
    expect_in("a return needs a reopening", text, "tonghop reopen")


def reopened(province: Province) -> None:
    """One unit is reopened, with a reason and for two days; it ends by itself"""
    result = province.province.tonghop("reopen", "202", "--period", S1, "--until", "2024-06-30",
                                       "--lang", "en", expect=2)
    expect_in("a reason is asked for", result.err, "--reason")
    text = province.west.tonghop("reopen", "202", "--period", S1, "--until", "2024-06-30", "--reason",
                                 "mất điện", "--lang", "en", expect=1).err
    expect_in("who may", text, "Thu Province")
    province.province.tonghop("reopen", "202", "--period", S1, "--until", "2024-06-30", "--reason",
                              "mất điện")
    eventually(lambda: any(row["event"] == "reopened" and row["open"] == "yes"
                           for row in province.inbox(province.west)), "the west knows")
    province.file(202, S1, {"visits": 100, "models": 1})
    expect_in("the others are not", province.refused(201, S1, {"visits": 1}), "closed")
    province.compare(S1)
    province.clock.set(7, 1)
    expect_in("it has ended", province.refused(202, S1, {"visits": 101, "models": 1}), "closed")
    province.compare(S1)


def official(province: Province) -> None:
    """The official figures: what differs from the preliminary ones, and why, as the book says"""
    province.freeze("official", "--incomplete")
    before, after = province.frozen["preliminary"], province.frozen["official"]
    listed = rows(province.province.tonghop("editions", "--period", S1, "--from", "preliminary", "--to",
                                            "official", "--format", "csv"))
    for code in ("visits", "models"):
        total, = (row for row in listed if row["row"] == "total" and row["indicator"] == code)
        expect(code, (total["before"], total["after"]), (before[code][0], after[code][0]))
        causes = {(row["unit"], row["cause"]) for row in listed
                  if row["row"] == "cause" and row["indicator"] == code}
        wanted = {("202", "late")} | ({(str(OFFLINE), "corrected")} if code == "visits" else set())
        expect(f"why {code}", causes, wanted)
    province.expect_frozen()


def a_year(province: Province) -> None:
    """December: the year's reports replace the halves where they are; the rest is added up"""
    province.clock.set(12, 17)
    for unit, cells in ((101, {"visits": 25, "models": 5}), (102, {"visits": 41, "models": 8}),
                        (OFFLINE, {"visits": 33}), (105, {"visits": 9, "models": 1}), (201, {})):
        province.file(unit, YEAR, cells, *(("--replace",) if unit in (OFFLINE, 201) else ()))
    province.compare(YEAR)
    province.clock.set(12, 20)
    province.file(202, YEAR, {"visits": 150, "models": 2})
    province.compare(YEAR)
    province.freeze("official", "--incomplete", period=YEAR)
    province.compare(YEAR)
    province.compare(S1)
    trend = rows(province.province.tonghop("coverage", "--period", YEAR, "--trend", "2", "--format",
                                           "csv"))
    duties = province.book.duties(province.units, YEAR)
    nobody = {name: len(province.units) if name in ("due", "missing") else 0 for name in duties}
    expect("the trend", [(row["period"], {name: int(row[name]) for name in duties}) for row in trend],
           [("2023", nobody), (YEAR, {name: len(units) for name, units in duties.items()})])
    verify(province.commune, province.east, province.west, province.province)


STEPS = (early, reminded, on_time, late, returned, by_hand, closed, reopened, official, a_year)

if __name__ == "__main__":
    with Tree() as the_tree:
        play(STEPS, Province(the_tree))
