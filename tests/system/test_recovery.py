"""A disk is lost, an old copy comes back, a unit gets a daemon of its own, or loses it again: what was
acknowledged and still lies on some disk comes back by itself, and nothing that was accepted vanishes."""

import shutil
from concurrent.futures import Future, ThreadPoolExecutor

from harness import Node, Tree, eventually
from scene import (LOOKED_AT, SAMPLE, eventually_logged, exact, expect, expect_in, history, outcomes, plant, play, settle,
                   status, submit, table, total, verify)

PROVINCE, DISTRICT, COMMUNE, OTHER, WITHOUT_NODE = 64, 631, 23857, 23860, 23863
VISITS = "reception.visits"


def file(node: Node, unit: int, period: str, value: int) -> str:
    """Files one figure for a unit; returns the revision it became."""
    [(_, revision, result)] = outcomes(submit(node, period, table({VISITS: value}),
                                              "--unit", str(unit), *LOOKED_AT))
    expect("accepted", result, "accepted")
    return revision


def burn(node: Node) -> None:
    """The daemon dies, and its disk with it."""
    node.kill()
    shutil.rmtree(node.tree.folder / "state" / node.name)


def revisions(node: Node, unit: int, period: str) -> list[str]:
    return [entry["revision"] for entry in history(node, unit, period)]


def new_home_goes_on(tree: Tree, province: Node) -> None:
    """A district gets its own node: it first fetches what the province took in, and numbers go on"""
    for value in (10, 11, 12):
        file(province, COMMUNE, "2024-S1", value)
    file(province, WITHOUT_NODE, "2024-S1", 5)
    district = tree.add("duc-co", DISTRICT, province)
    expect("what the province held is there", total(district, "2024-S1", VISITS), exact(17, 2))
    expect("the number goes on", file(district, COMMUNE, "2024-S1", 99), "4")
    settle(district, province)
    expect("the province follows", total(province, "2024-S1", VISITS), exact(104, 2))
    expect("its history is whole", revisions(province, COMMUNE, "2024-S1"), ["4", "3", "2", "1"])
    verify(district, province)


def disk_of_a_leaf(tree: Tree, province: Node) -> None:
    """A commune's disk is lost: its reports come back from the district before it takes any in"""
    district = tree.nodes[1]
    commune = tree.add("chu-ty", COMMUNE, district, listens=False)
    expect("filed", [file(commune, COMMUNE, "2024-S2", value) for value in (1, 2, 3)],
           ["1", "2", "3"])
    settle(commune, district, province)
    burn(commune)
    commune.start()
    expect("the latest is back", total(commune, "2024-S2", VISITS), exact(3, 1))
    expect("both periods are", total(commune, "2024", VISITS), exact(102, 1))
    expect("the number goes on", file(commune, COMMUNE, "2024-S2", 4), "4")
    settle(commune, district, province)
    expect("the province follows", total(province, "2024-S2", VISITS), exact(4, 1))
    verify(commune, district, province)


def file_that_is_removed(tree: Tree, province: Node) -> None:
    """Somebody removes a commune's data file under its daemon: nothing is taken in, what waits is handed
    up, and after a restart all that was acknowledged is there"""
    district, commune = tree.nodes[1], tree.nodes[2]
    district.stop()
    file(commune, COMMUNE, "2016-S1", 61)
    (tree.folder / "state" / commune.name / "data.mdb").unlink()
    refused = submit(commune, "2016-S2", table({VISITS: 62}), *LOOKED_AT, expect=1)
    expect_in("who files", refused.err, "the data file of this node was moved or removed")
    told = commune.tonghop("status", expect=1).err
    expect_in("status", told, "the data file was moved or removed from the state folder")
    eventually_logged(commune, "the data file was moved or removed from ")
    district.start()
    settle_outbox(commune)
    commune.stop()
    commune.start()
    expect("what was acknowledged is back", total(commune, "2016-S1", VISITS), exact(61, 1))
    expect("what was refused may be filed", file(commune, COMMUNE, "2016-S2", 62), "1")
    settle(commune, district, province)
    verify(commune, district, province)


def no_intake_before_it_is_complete(tree: Tree, province: Node) -> None:
    """While the node above is away, a node with a new disk takes nothing in, and says why"""
    district, commune = tree.nodes[1], tree.nodes[2]
    burn(commune)
    commune.start()
    commune.stop()
    district.stop()
    (tree.folder / "state" / commune.name / "data.mdb").unlink()
    commune.start(is_awaited=False)
    eventually(lambda: commune.tonghop("keys", expect=None).status == 0, "it answers")
    refused = submit(commune, "2024-S1", table({VISITS: 1}), expect=1)
    expect_in("no catalogue, no intake", refused.err, "refused (catalogue)")
    expect("status says it is not complete", status(commune)["restoring"], "yes")
    district.start()
    settle(commune)
    expect("now it is", status(commune)["restoring"], "no")
    expect("all is back", total(commune, "2024-S1", VISITS), exact(99, 1))


def disk_of_the_middle(tree: Tree, province: Node) -> None:
    """A district's disk is lost with what it had not sent up: its communes and the province fill it"""
    district, commune = tree.nodes[1], tree.nodes[2]
    keys = commune.public_key
    province.stop()
    file(commune, COMMUNE, "2024", 500)
    settle_outbox(commune)  # the district holds it now, the province does not
    burn(district)
    province.start()
    district.start(is_awaited=False)
    eventually(lambda: district.tonghop("keys", expect=None).status == 0, "it answers")
    district.tonghop("enrol", str(COMMUNE), keys, "--role", "node", "--name", "chu-ty")
    district.wait()
    settle(commune, district, province)
    expect("the province has it all the same", total(province, "2024", VISITS), exact(505, 2))
    expect("the district's own units came from above", total(district, "2024-S1", VISITS),
           exact(104, 2))
    expect("so did the number", file(district, WITHOUT_NODE, "2024-S1", 6), "2")
    settle(commune, district, province)
    verify(commune, district, province)


def settle_outbox(node: Node) -> None:
    eventually(lambda: status(node)["outbox"] == "0", f"{node.name} has handed all up")


def old_copy_by_hand(tree: Tree, province: Node) -> None:
    """An old copy of a commune's disk, put back by hand: newer revisions come down, none is lost"""
    district, commune = tree.nodes[1], tree.nodes[2]
    data = tree.folder / "state" / commune.name / "data.mdb"
    commune.stop()
    shutil.copy(data, tree.folder / "old.mdb")
    commune.start()
    expect("filed", file(commune, COMMUNE, "2025-S1", 7), "1")
    expect("filed", file(commune, COMMUNE, "2025-S1", 8), "2")
    settle(commune, district, province)
    commune.kill()
    shutil.copy(tree.folder / "old.mdb", data)
    commune.start()
    eventually(lambda: total(commune, "2025-S1", VISITS) == exact(8, 1), "the newer ones are back")
    expect("the number goes on", file(commune, COMMUNE, "2025-S1", 9), "3")
    settle(commune, district, province)
    expect("the province follows", total(province, "2025-S1", VISITS), exact(9, 1))
    verify(commune, district, province)


def two_homes(tree: Tree, province: Node) -> None:
    """A commune's key is revoked while it is away, both go on taking its reports in, and it comes back:
    the later filing stands, above both numbers, and the other stays in history"""
    district, commune = tree.nodes[1], tree.nodes[2]
    district.tonghop("revoke", commune.public_key)
    expect("at the commune", file(commune, COMMUNE, "2025-S2", 1), "1")
    expect("at the district, later", file(district, COMMUNE, "2025-S2", 2), "1")
    district.tonghop("enrol", str(COMMUNE), commune.public_key, "--role", "node", "--name", "chu-ty")
    commune.stop()
    commune.start()
    settle(commune, district, province)
    for node in (commune, district, province):
        eventually(lambda at=node: total(at, "2025-S2", VISITS) == exact(2, 1),
                   f"{node.name}: the later one stands")
    expect("both are in the commune's history",
           [(entry["revision"], entry["cells"]) for entry in history(commune, COMMUNE, "2025-S2")],
           [("2", "1"), ("1", "1")])
    verify(commune, district, province)


def file_and_wait(pool: ThreadPoolExecutor, node: Node, period: str, value: int) -> Future:
    """Files one figure of the commune with --wait safe, which goes on while the test does."""
    before = revisions(node, COMMUNE, period)
    waiting = pool.submit(submit, node, period, table({VISITS: value}), "--unit", str(COMMUNE),
                          "--wait", "safe", "--timeout", "60", expect=None)
    eventually(lambda: revisions(node, COMMUNE, period) != before, f"{value} is taken in")
    return waiting


def safe_is_what_was_filed(tree: Tree, province: Node) -> None:
    """Who waits for safe waits for what they filed: after a fork also under another number, and not for
    what another person filed in its place"""
    district, commune = tree.nodes[1], tree.nodes[2]
    with ThreadPoolExecutor() as pool:
        for is_ours_later in (True, False):
            period = "2026-S1" if is_ours_later else "2026-S2"
            district.tonghop("revoke", commune.public_key)
            if is_ours_later:
                file(district, COMMUNE, period, 2)
            waiting = file_and_wait(pool, commune, period, 1)
            if not is_ours_later:
                file(district, COMMUNE, period, 2)
            expect("nobody else holds it", waiting.done(), False)
            district.tonghop("enrol", str(COMMUNE), commune.public_key, "--role", "node", "--name",
                             "chu-ty")
            result = waiting.result()
            expect("what the person is told", result.status, 0 if is_ours_later else 1)
            if is_ours_later:
                expect("it has another number now", revisions(commune, COMMUNE, period)[0], "2")
            else:
                expect_in("what took its place", result.err, "while it waited, revision 2 of 23857")
        district.stop()
        waiting = file_and_wait(pool, commune, "2017-S1", 1)
        file(commune, COMMUNE, "2017-S1", 2)
        expect("corrected by another person", waiting.result().status, 1)
        district.start()
    settle(commune, district, province)
    refused = submit(province, "2017-S1", table({VISITS: 5}), "--unit", str(PROVINCE), "--wait",
                     "safe", expect=1)
    expect_in("no node above the root", refused.err, "there is no node above")
    verify(commune, district, province)


def disk_of_the_root(tree: Tree, province: Node) -> None:
    """The root's disk is lost: catalogue and keys are given again, and the reports come up by themselves"""
    district, commune = tree.nodes[1], tree.nodes[2]
    before = total(province, "2024", VISITS)
    key = district.public_key
    burn(province)
    province.start(is_awaited=False)
    eventually(lambda: province.tonghop("keys", expect=None).status == 0, "it answers")
    province.tonghop("catalogue", "publish", str(SAMPLE / "catalogue"))
    province.tonghop("enrol", str(DISTRICT), key, "--role", "node", "--name", "duc-co")
    eventually(lambda: total(province, "2024", VISITS) == before, "the totals are back", 90)
    settle(commune, district, province)
    expect("the latest revision is", revisions(province, COMMUNE, "2024-S1"), ["4"])
    verify(commune, district, province)


def parent_gone_for_good(tree: Tree, province: Node) -> None:
    """A node restored while the node above is gone waits for it, and goes on alone without [parent]"""
    district = tree.nodes[1]
    copy = tree.folder / "district.mdb"
    before = total(district, "2024", VISITS)
    district.tonghop("backup", str(copy))
    province.kill()
    burn(district)
    district.tonghop("restore", str(copy))
    district.start(is_awaited=False)
    eventually(lambda: district.tonghop("keys", expect=None).status == 0, "it answers")
    refused = submit(district, "2018-S1", table({VISITS: 1}), "--unit", str(WITHOUT_NODE), expect=1)
    expect_in("it waits", refused.err, "refused (busy)")
    district.stop()
    configuration = tree.etc / "duc-co.conf"
    text = configuration.read_text()
    configuration.write_text(text[:text.index("[parent]")])
    district.start()
    expect("what was in the backup", total(district, "2024", VISITS), before)
    file(district, WITHOUT_NODE, "2018-S1", 1)
    verify(district)


if __name__ == "__main__":
    with Tree() as grown:
        root = plant(grown)
        play((new_home_goes_on, disk_of_a_leaf, file_that_is_removed, no_intake_before_it_is_complete,
              disk_of_the_middle, old_copy_by_hand, two_homes, safe_is_what_was_filed, disk_of_the_root,
              parent_gone_for_good), grown, root)
