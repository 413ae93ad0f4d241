"""SIGHUP has the daemon read its configuration again: what can change at once does, what cannot is told,
and a file with errors changes nothing."""

import os
import signal
import subprocess

from harness import Node, Tree, eventually
from manager import Manager
from scene import ROOT, eventually_logged, expect, expect_in, plant, play, status, submit, table, total

PROVINCE, DISTRICT, COMMUNE = 64, 631, 23857
VISITS = "reception.visits"


class House:
    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.province = plant(tree)
        self.district = tree.add("duc-co", DISTRICT, self.province)


def edit(node: Node, old: str, new: str) -> None:
    text = node.config.read_text()
    expect_in(f"{node.name}.conf", text, old)
    node.config.write_text(text.replace(old, new))


def reload(node: Node, *words: str) -> None:
    """Sends SIGHUP and waits for the lines about it."""
    since = node.log.stat().st_size
    os.kill(node.pid, signal.SIGHUP)
    for word in words:
        eventually_logged(node, word, since)


def manager_is_told(house: House) -> None:
    """The service manager hears RELOADING with the instant, then READY; nothing else is needed"""
    node = house.district
    node.stop()
    with Manager() as manager:
        manager.start([house.tree.tonghopd, "--config", node.config], node.log)
        manager.hear("READY=1")
        manager.process.send_signal(signal.SIGHUP)
        expect("microseconds", manager.hear("MONOTONIC_USEC=").partition("=")[2].isdigit(), True)
        manager.hear("READY=1")
        eventually_logged(node, "reload: nothing has changed")
        manager.process.send_signal(signal.SIGTERM)
        expect("end", manager.process.wait(), 0)
    node.start()


def log_level_and_reserve_change(house: House) -> None:
    """log_level and reserve_mib change at once"""
    node, pid = house.district, house.district.pid
    edit(node, "[node]\n", "[node]\nlog_level = warning\nreserve_mib = 1048576\n")
    reload(node, "reload: reserve_mib is 1048576 now")
    result = submit(node, "2024-S1", table({VISITS: 1}), "--unit", str(COMMUNE), expect=1)
    expect_in("no disk has so much left", result.err, "full")
    expect_in("status", node.tonghop("status", expect=1).err, "left on the disk")
    since = node.log.stat().st_size
    edit(node, "log_level = warning\nreserve_mib = 1048576\n", "log_level = warning\n")
    os.kill(node.pid, signal.SIGHUP)
    node.wait()
    submit(node, "2024-S1", table({VISITS: 1}), "--unit", str(COMMUNE))
    expect("a notice is not logged", node.log.read_bytes()[since:].decode(), "")
    edit(node, "log_level = warning\n", "")
    reload(node, "reload: log_level is info now")
    expect("the same process", node.pid, pid)


def parent_moves(house: House) -> None:
    """A parent that has another address is linked with at once, without a restart; so is one with
    another key"""
    node, pid, old = house.district, house.district.pid, house.province.endpoint
    new = f"tcp://127.0.0.1:{house.tree.ports.take()}"
    house.province.stop()
    edit(house.province, old, new)
    house.province.start()
    eventually(lambda: status(node)["linked"] == "no", "the old address is gone")
    edit(node, old, new)
    reload(node, f"reload: the node above is {new} now")
    node.wait()
    submit(node, "2024-S2", table({VISITS: 2}), "--unit", str(COMMUNE))
    node.wait()
    expect("it arrives", total(house.province, "2024-S2", VISITS).value, "2")

    key = house.province.public_key
    house.province.tonghop("rekey")
    house.province.tonghop("rekey", "--commit")
    house.province.stop()
    house.province.start()
    eventually(lambda: "another key" in house.province.log.read_text(), "the province sees the old key")
    edit(node, key, house.province.public_key)
    reload(node, f"with the key {house.province.public_key}")
    node.wait()
    expect("the same process", node.pid, pid)


def errors_change_nothing(house: House) -> None:
    """A file with errors changes nothing; they are told with their place"""
    node, pid, text = house.district, house.district.pid, house.district.config.read_text()
    for new, words in (
            (text.replace("[parent]", "log_levl = debug\n[parent]").replace(
                house.province.endpoint, "tcp://127.0.0.1:1"), (": error: ", "log_levl")),
            (text.replace(house.province.public_key, node.public_key), ("is this node's own",)),
            ("[client]\nendpoint = tcp://127.0.0.1:1\nkey = " + node.public_key + "\n",
             ("give the daemon one with [node]",))):
        node.config.write_text(new)
        reload(node, *words, f"reload: nothing was changed: correct {node.config} and reload again")
        expect("it goes on", node.is_running, True)
    node.config.write_text(text)
    expect("linked all the time", (status(node)["linked"], node.pid), ("yes", pid))
    reload(node, "reload: nothing has changed")


def the_unit_asks_first(house: House) -> None:
    """What the unit runs before SIGHUP fails where the file has mistakes, tells them, and nothing else"""
    node, text = house.district, house.district.config.read_text()
    unit = (ROOT / "deploy/systemd/tonghopd@.service").read_text()
    lines = [line.partition("=")[2] for line in unit.splitlines() if line.startswith("ExecReload=")]
    expect("the second line", lines[1], "/bin/kill -HUP $MAINPID")
    words = lines[0].replace("/usr/sbin/tonghopd", str(house.tree.tonghopd))
    command = words.replace("/etc/tonghop/%i.conf", str(node.config)).split()
    clients = f"[client]\nendpoint = tcp://127.0.0.1:1\nkey = {node.public_key}\n"
    for new, status_expected, said in (
            (text, 0, ""), (text.replace("[parent]", "log_levl = debug\n[parent]"), 2, "log_levl"),
            (clients, 2, "give the daemon one with [node]"),
            (text.replace(house.province.public_key, node.public_key), 2, "[parent] is this node's own")):
        node.config.write_text(new)
        done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
        expect("exit status and output", (done.returncode, done.stdout), (status_expected, ""))
        expect("lines", len(done.stderr.splitlines()), 1 if said else 0)
        expect_in("what is said", done.stderr, said)
    node.config.write_text(text)


def the_rest_needs_a_restart(house: House) -> None:
    """What cannot change in a running node is named in one line; the rest of the file is taken over"""
    node, text = house.district, house.district.config.read_text()
    edit(node, f"unit = {DISTRICT}\n", "unit = 632\nmap_size_mib = 512\nreserve_mib = 63\n")
    edit(node, node.endpoint, "tcp://127.0.0.1:1")
    reload(node, "reload: reserve_mib is 63 now",
           "reload: needs a restart and was not changed: unit, map_size_mib, [listen]")
    node.config.write_text(text[:text.index("[parent]")])
    reload(node, "was not changed: [parent], which was added or removed")
    expect("still linked", status(node)["linked"], "yes")
    node.config.write_text(text)
    reload(node, "reload: nothing has changed")
    node.wait()


STEPS = (manager_is_told, log_level_and_reserve_change, parent_moves, errors_change_nothing,
         the_unit_asks_first, the_rest_needs_a_restart)

if __name__ == "__main__":
    with Tree() as grown:
        play(STEPS, House(grown))
