"""What was committed may wait in the store before it is put into its place, which nobody sees: it is
there for a reader beside the daemon, for a backup, and for the next daemon after kill -9. It does not
wait for long: an idle daemon places it, and so does one that ends."""

import os
import subprocess
import time

from harness import Failure, Node, Tree, eventually
from scene import exact, expect, plant, submit, total, unit_table, verify

PERIOD, VISITS = "2024", "reception.visits"
UNITS = [622, 623, 624, 625, 626]
TRIES = 20


def waiting(node: Node) -> int:
    return int(subprocess.run([os.environ["WAITING"], str(node.tree.folder / "state" / node.name)], check=True, text=True,
                              stdout=subprocess.PIPE).stdout)


def file(node: Node, value: int) -> None:
    submit(node, PERIOD, unit_table({unit: {VISITS: value} for unit in UNITS}), "--scope", "whole")


def kill_while_it_waits(node: Node) -> int:
    """Returns the figure that was acknowledged last."""
    for value in range(1, TRIES + 1):
        file(node, value)
        node.kill()
        if waiting(node) > 0:
            return value
        node.start()
    raise Failure("nothing ever waited")


def main() -> None:
    with Tree() as tree:
        province = plant(tree)
        eventually(lambda: waiting(province) == 0, "an idle daemon places what waits")

        value = kill_while_it_waits(province)
        backup = str(tree.folder / "backup.mdb")
        province.tonghop("backup", backup)
        province.start()
        expect("what had waited is there", total(province, PERIOD, VISITS),
               exact(len(UNITS) * value, len(UNITS)))
        verify(province)
        eventually(lambda: waiting(province) == 0, "what the daemon found waiting is placed")
        verify(province)

        file(province, value + 100)
        begin = time.monotonic()
        province.stop()
        expect(f"after an end ({time.monotonic() - begin:.1f} s) nothing waits", waiting(province), 0)

        province.tonghop("restore", backup, "--replace")
        if waiting(province) == 0:
            raise Failure("the backup of what waits does not have it")
        province.start()
        expect("what had waited when it was backed up", total(province, PERIOD, VISITS),
               exact(len(UNITS) * value, len(UNITS)))
        verify(province)
        print("ok")


if __name__ == "__main__":
    main()
