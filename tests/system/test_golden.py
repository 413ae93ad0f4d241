"""Golden stores: what the daemon of each release left on a disk is taken over by this version, all of
it, and goes on from there."""

import json
import lzma
import os
import re
import subprocess
import sys
from pathlib import Path

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
sys.path.insert(0, str(GOLDEN))

from contents import contents_of, differences  # noqa: E402
from harness import Node, Tree, eventually  # noqa: E402
from peer import CHUNK_MAX, Keys, Peer, digest, pb  # noqa: E402
from scene import ROOT, expect, expect_in, history, play, start_as_it_is, status, verify  # noqa: E402

PROVINCE, DISTRICT = 64, 631
LINK_S = 120  # it has tried in vain for a while, and waits longer from try to try
STORES = sorted(path for path in GOLDEN.iterdir() if path.name.startswith("store-"))
SCHEMA = int(re.search(r"STORE_SCHEMA = (\d+)", (ROOT / "daemon/store/store.h").read_text())[1])
RELEASES = re.findall(r"^([\d.]+) \S+ (\d+) ", (ROOT / "deploy/releases").read_text(), re.MULTILINE)
SCHEMAS = {f"store-{version}": int(schema) for version, schema in RELEASES}
COPY = f"data.mdb.before-schema-{SCHEMA}"


class House:
    """A district as an earlier release left it, beneath a province that is not there."""

    def __init__(self, tree: Tree, store: Path) -> None:
        self.tree, self.store = tree, store
        self.is_older = SCHEMAS[store.name] < SCHEMA
        self.province = tree.init(f"p-{len(tree.nodes)}", PROVINCE)
        self.district = self.another()
        self.state = tree.folder / "state" / self.district.name
        unpack(store, self.state)
        self.expected = json.loads((store / "contents.json").read_text(encoding="utf-8"))
        self.expected.pop("problems")  # sentences for people, which may be said better now

    def another(self) -> Node:
        return self.tree.init(f"d-{len(self.tree.nodes)}", DISTRICT, self.province)


def unpack(store: Path, folder: Path) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    file = os.open(folder / "data.mdb", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(file, "wb") as data:
        data.write(lzma.decompress((store / "data.mdb.xz").read_bytes()))


def readers_say_what_to_do(house: House) -> None:
    """Before its daemon was started, an older store is not read, and nothing is changed"""
    if not house.is_older:
        return
    before = (house.state / "data.mdb").read_bytes()
    for arguments in (("verify",), ("backup", str(house.tree.folder / "a.mdb"))):
        result = house.district.tonghop(*arguments, expect=1)
        expect_in(arguments[0], result.err, f"its schema is {SCHEMAS[house.store.name]}, this program's is {SCHEMA}",
                  "start its tonghopd once, which brings it up to date")
    check = subprocess.run([house.tree.tonghopd, "--config", house.district.config, "--check"],
                           capture_output=True, text=True, check=False)
    expect_in("check", check.stdout, "written by an older version: it is brought up to date at the start")
    expect("what keeps it from starting", (check.returncode, check.stderr), (0, ""))
    expect("unchanged", (house.state / "data.mdb").read_bytes() == before, True)


def check_finds_what_keeps_it_back(house: House) -> None:
    """What keeps an older store from being taken over, --check says before the start does"""
    if not house.is_older:
        return
    before = (house.state / "data.mdb").read_bytes()
    config = Path(house.district.config)
    text = config.read_text(encoding="utf-8")
    no_room, another = text.replace("[node]", "[node]\nreserve_mib = 1048576", 1), \
        text.replace(f"unit = {DISTRICT}", "unit = 632", 1)
    for wrong, words in ((no_room, "MiB more are needed on its disk, for a copy"),
                         (another, f"belongs to unit {DISTRICT}")):
        config.write_text(wrong, encoding="utf-8")
        for mode, status in (("--check", 2), (None, 1)):
            run = subprocess.run([house.tree.tonghopd, "--config", config, *([mode] if mode else [])],
                                 capture_output=True, text=True, check=False)
            expect_in(words, run.stderr, words)
            expect(words, run.returncode, status)
    config.write_text(text, encoding="utf-8")
    expect("unchanged", (house.state / "data.mdb").read_bytes() == before, True)
    expect("copies", list(house.state.glob("data.mdb.before-*")), [])


def all_of_it_is_read(house: House) -> None:
    """A store of an earlier release is taken over with all that it holds"""
    start_as_it_is(house.district)
    expect(house.store.name, differences(house.expected, contents_of(house.district)), [])
    verify(house.district)
    if house.is_older:
        expect_in("the log", house.district.log.read_text(),
                  f"brought from schema {SCHEMAS[house.store.name]} to schema {SCHEMA}; what it was "
                  f"before is kept in {house.state}/{COPY}")
        expect("mode", (house.state / COPY).stat().st_mode & 0o777, 0o600)


def it_is_put_back(house: House) -> None:
    """What is kept from before is a backup, for this version too, and so is a file of that release"""
    file = house.state / COPY if house.is_older else house.state / "data.mdb"
    twin = house.another()
    twin.tonghop("restore", str(file))
    verify(twin)
    start_as_it_is(twin)
    expected = {name: house.expected[name] for name in house.expected if name != "status"}
    expect("put back", differences(expected, contents_of(twin)), [])
    twin.stop()
    unpack(house.store, house.tree.folder)  # where no daemon is
    twin.tonghop("restore", str(house.tree.folder / "data.mdb"), "--replace")
    (house.tree.folder / "data.mdb").unlink()
    verify(twin)


def latest_of(node: Node) -> dict:
    """The latest revision of each report, and all totals of the district; a node above does not hold
    the revisions that were replaced."""
    held = contents_of(node)
    reports: dict = {}
    for key, rows in held["history"].items():
        for row in rows:
            reports.setdefault((key, row["form"]), (row["revision"], row["state"], row["counts"]))
    totals = [(key, row) for key, rows in held["totals"].items() for row in rows
              if row["unit"] == str(DISTRICT)]
    return {"reports": reports, "totals": totals}


def until_all_is_up(district: Node) -> None:
    eventually(lambda: int(status(district)["outbox"]) == 0, "all has gone up", timeout_s=LINK_S)


def everything_goes_up(house: House) -> None:
    """A node above that comes back with nothing gets all that was acknowledged, and the district goes
    on filing"""
    province, district = house.province, house.district
    start_as_it_is(province)
    publish_its_catalogue(house)
    district.enrol()
    until_all_is_up(district)
    counts = status(district)["reports"], status(province)["reports"]
    expect("reports at both", counts, (house.expected["status"]["reports"],) * 2)
    expect("the same at both", latest_of(province), latest_of(district))
    district.tonghop("amend", "reception.visits", "99", "--period", "2024-S1", "--reason", "bổ sung",
                     "--accept-warnings", "đã rà soát")
    numbers = [int(row["revision"]) for row in history(district, DISTRICT, "2024-S1")]
    expect("numbers go on", numbers, sorted(numbers, reverse=True))
    until_all_is_up(district)
    verify(district, province)


def publish_its_catalogue(house: House) -> None:
    """The province gets the very bytes that the district has."""
    keys = Keys.generate()
    for node in (house.province, house.district):
        node.tonghop("enrol", str(node.unit), keys.public, "--role", "admin")
    with Peer(house.district.endpoint, house.district.public_key, keys) as peer:
        peer.hello()
        chunk = peer.ask(catalogue_request=pb.CatalogueRequest())
        data = b"".join(peer.ask(catalogue_request=pb.CatalogueRequest(
            number=chunk.number, index=index)).data for index in range(chunk.count))
    with Peer(house.province.endpoint, house.province.public_key, keys) as peer:
        peer.hello()
        for index in range(chunk.count):
            piece = data[index * CHUNK_MAX:(index + 1) * CHUNK_MAX]
            peer.ask(catalogue_publish=pb.CataloguePublish(chunk=pb.CatalogueChunk(
                number=chunk.number, hash=digest(data), index=index, count=chunk.count, data=piece)))


STEPS = (readers_say_what_to_do, check_finds_what_keeps_it_back, all_of_it_is_read, it_is_put_back,
         everything_goes_up)

if __name__ == "__main__":
    expect("there are golden stores", [store.name for store in STORES], sorted(SCHEMAS))
    for golden in STORES:
        with Tree() as grown:
            play(STEPS, House(grown, golden))
