"""Golden stores: what the daemon of each release left on a disk is read by this version, all of it."""

import json
import lzma
import os
import sys
from pathlib import Path

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
sys.path.insert(0, str(GOLDEN))

from contents import contents_of, differences  # noqa: E402
from harness import Node, Tree  # noqa: E402
from scene import expect, play, start_as_it_is, verify  # noqa: E402

PROVINCE, DISTRICT = 64, 631
STORES = sorted(path for path in GOLDEN.iterdir() if path.name.startswith("store-"))


class House:
    """A district for each golden store, beneath a province that never runs."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.province = tree.init("gia-lai", PROVINCE)
        self.districts = {store: tree.init(f"d-{store.name[6:].replace('.', '-')}", DISTRICT, self.province)
                          for store in STORES}

    def state(self, node: Node) -> Path:
        return self.tree.folder / "state" / node.name


def unpack(store: Path, folder: Path) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    file = os.open(folder / "data.mdb", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(file, "wb") as data:
        data.write(lzma.decompress((store / "data.mdb.xz").read_bytes()))


def all_of_it_is_read(house: House) -> None:
    """A store of an earlier release is taken over with all that it holds"""
    expect("there are golden stores", len(STORES) > 0, True)
    for store, district in house.districts.items():
        unpack(store, house.state(district))
        start_as_it_is(district)
        expected = json.loads((store / "contents.json").read_text(encoding="utf-8"))
        expected.pop("problems")  # sentences for people, which may be said better now
        expect(store.name, differences(expected, contents_of(district)), [])
        verify(district)


STEPS = (all_of_it_is_read,)

if __name__ == "__main__":
    with Tree() as grown:
        play(STEPS, House(grown))
