"""A made-up country for the benches: a catalogue folder with a tree of any depth and any number of
indicators. Unit 1 is the top; ids rise level by level, so that the leaves are the last ones."""

import csv
from pathlib import Path

LEVELS = ("nation", "region", "province", "district", "commune", "village")
# Provinces, districts and communes of a large country, about as many as Viet Nam had in 2024.
NATION = (63, 705, 10600)


def levels_of(counts: tuple[int, ...]) -> list[str]:
    """Names for the top and `counts` beneath it; the lowest are communes, but of very few or many levels."""
    if len(counts) == 3:
        return ["nation", "province", "district", "commune"]
    if len(counts) == 2:
        return ["nation", "province", "commune"]
    return list(LEVELS[: len(counts) + 1])


def write_ini(folder: Path, levels: list[str]) -> None:
    lines = ["[catalogue]", "number = 1", "title_vi = Nước thử", "title_en = A country for benches",
             "[calendar]", "s1_first = -1/12-15", "s1_last = 06-14", "s2_first = 06-15",
             "s2_last = 12-14"]
    for level in levels:
        lines += [f"[level {level}]", f"name_vi = {level}", f"name_en = {level}"]
        if level == levels[-1]:
            lines += ["deadline_s1 = 06-17", "deadline_s2 = 12-17", "deadline_y = 12-17"]
    lines += ["[type area]", "name_vi = khu", "name_en = area"]
    (folder / "catalogue.ini").write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_units(folder: Path, counts: tuple[int, ...], levels: list[str]) -> None:
    """Children are spread evenly over their parents."""
    with (folder / "units.csv").open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow("id,code,level,type,parent,from,to,name_vi,name_en,successors".split(","))
        out.writerow([1, 1, levels[0], "area", "", "", "", "Cả nước", "The nation", ""])
        above, first, unit = 1, 1, 2
        for level, count in zip(levels[1:], counts):
            for i in range(count):
                parent = first + i * above // count
                out.writerow([unit + i, unit + i, level, "area", parent, "", "",
                              f"Đơn vị {unit + i}", f"Unit {unit + i}", ""])
            above, first, unit = count, unit, unit + count


def write_indicators(folder: Path, count: int, leaf: str) -> None:
    """Of ten, two are stocks; one is part of another, and one is checked against another."""
    names = ("number,code,form,section,name_vi,name_en,measure,nature,aggregation,decimals,signed,part_of,"
             "levels,valid_from,valid_to,rule,checks,body").split(",")
    with (folder / "indicators.csv").open("w", newline="", encoding="utf-8") as file:
        out = csv.DictWriter(file, names, restval="", lineterminator="\n")
        out.writeheader()
        for n in range(1, count + 1):
            row = {"number": n, "code": f"i.{n}", "form": "main", "section": "all", "name_vi": f"Chỉ tiêu {n}",
                   "name_en": f"Indicator {n}", "measure": "người", "nature": "stock" if n % 10 in (0, 9) else "flow",
                   "aggregation": "sum", "decimals": 1 if n % 10 == 5 else 0, "levels": leaf}
            if n % 10 == 2:
                row["part_of"] = f"i.{n - 1}"
            if n % 10 == 4:
                row["checks"] = f"warn: <= i.{n - 1}"
            out.writerow(row)


def write_country(folder: Path, counts: tuple[int, ...] = NATION, indicators: int = 100) -> None:
    """Makes `folder` and writes the four files of a catalogue."""
    folder.mkdir(parents=True)
    levels = levels_of(counts)
    write_ini(folder, levels)
    with (folder / "catalogue.ini").open("a", encoding="utf-8") as file:
        file.write("[measure người]\nname_en = people\n")
    (folder / "forms.csv").write_text(
        f"number,code,name_vi,name_en,due,accept\n1,main,Báo cáo,Report,{levels[-1]},\n", encoding="utf-8")
    write_units(folder, counts, levels)
    write_indicators(folder, indicators, levels[-1])


if __name__ == "__main__":
    import sys

    write_country(Path(sys.argv[1]), tuple(int(n) for n in sys.argv[2].split("/")), int(sys.argv[3]))
