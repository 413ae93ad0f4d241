"""A unit gets a daemon of its own after the node above took its reports in: both have numbered them.

Nothing that was accepted may vanish. The new home settles it: the later filing stands, above both
numbers, and the other stays in history."""

from harness import Tree, eventually
from scene import (exact, expect, history, outcomes, plant, play, settle, submit, table, total,
                   verify)

COMMUNE, OTHER = 23857, 23860
VISITS = "reception.visits"


def higher_number_above(tree, province) -> None:
    """The province is at revision 3 when the commune's own node files its first: that stands, as 4"""
    for value in (10, 11, 12):
        submit(province, "2024-S1", table({VISITS: value}), "--unit", str(COMMUNE))
    commune = tree.add("chu-ty", COMMUNE, province, listens=False)
    filed = submit(commune, "2024-S1", table({VISITS: 99}))
    expect("accepted", outcomes(filed), [(str(COMMUNE), "1", "accepted")])
    eventually(lambda: total(province, "2024-S1", VISITS) == exact(99, 1), "the later filing stands")
    settle(commune, province)
    expect("the commune too", total(commune, "2024-S1", VISITS), exact(99, 1))
    expect("what was there stays in history",
           [entry["revision"] for entry in history(province, COMMUNE, "2024-S1")],
           ["4", "3", "2", "1"])
    verify(commune, province)


def equal_numbers(tree, province) -> None:
    """Both have a revision 1: the later filing stands, as 2"""
    submit(province, "2024-S2", table({VISITS: 5}), "--unit", str(OTHER))
    commune = tree.add("ia-dok", OTHER, province, listens=False)
    submit(commune, "2024-S2", table({VISITS: 7}))
    eventually(lambda: total(province, "2024-S2", VISITS) == exact(7, 1), "the later filing stands")
    settle(commune, province)
    expect("the commune too", total(commune, "2024-S2", VISITS), exact(7, 1))
    verify(commune, province)


if __name__ == "__main__":
    with Tree() as grown:
        root = plant(grown)
        play((higher_number_above, equal_numbers), grown, root)
