"""The power goes on real daemons: a district and its province, each with the shim between it and its
disk, while reports are filed at both. In each round one of them or both die at a random call on a
file, or at a random moment, and lose some of what they had not flushed.

Then each that died is started while the other sleeps, so that nobody can help it: what it had
acknowledged, and at the province also what the district had handed over, must be there, with that
content or a newer one that was filed. At the end the totals of both are those of our own fold.

    test_power_cuts.py [--cuts N] [--seed S] [--lose-flushes]

With --lose-flushes the disks forget what they flushed: losses must be noticed then."""

import argparse
import random
import time

import zmq

from faults import (END_S, PERIOD, Action, Caller, Class, Filer, Shim, Stopped, log_of, patiently,
                    shown, total_of, until)
from harness import Failure, Node, Tree
from peer import Silence, pb
from scene import plant, settle, verify

DISTRICTS = [622, 623, 624, 625, 626, 627, 628, 629, 630]
COMMUNES = [23860, 23863, 23866, 23869, 23872, 23875, 23878, 23881, 23884]
PROVINCE, DISTRICT = 64, 631
CALLS_MAX = 40  # of a file until the daemon dies: two to four commits
ROUND_S = 1.0   # a round in which nobody has died by then ends by kill -9
SETTLE_EVERY = 10


class Stream:
    """Files as fast as the node answers, without waiting for it."""

    def __init__(self, filer: Filer) -> None:
        self.filer, self.under_way = filer, {}
        self.peer = Caller(filer.node, filer.keys, END_S)
        self.is_greeted = False

    def work(self, chance: random.Random) -> None:
        try:
            if self.is_greeted:
                self._file(chance)
            else:
                self.is_greeted = self._greet()
        except Silence:
            pass  # it has just died

    def _file(self, chance: random.Random) -> None:
        busy = {unit for unit, _ in self.under_way.values()}
        free = [unit for unit in self.filer.units if unit not in busy]
        if free and self.peer.socket.poll(0, zmq.POLLOUT):
            unit = chance.choice(free)
            data = self.filer.filing_of(unit)
            value = self.filer.last_value
            seq = self.peer.send(self.peer.envelope(file=pb.File(filing=data)))
            self.under_way[seq] = (unit, value)
        while self.peer.socket.poll(1):
            self._take(self.peer.receive(0))

    def _greet(self) -> bool:
        if not self.under_way and self.peer.socket.poll(0, zmq.POLLOUT):
            hello = pb.Hello(protocol_min=1, protocol_max=1, software="test_power_cuts.py")
            self.under_way[self.peer.send(self.peer.envelope(hello=hello))] = (0, 0)
        if not self.peer.socket.poll(1):
            return False
        self.under_way.clear()
        return self.peer.receive(0).WhichOneof("body") == "welcome"

    def _take(self, envelope: pb.Envelope) -> None:
        unit, value = self.under_way.pop(envelope.re)
        if envelope.WhichOneof("body") == "receipt":
            self.filer.note(envelope.receipt, value)
        elif envelope.refusal.code != "busy":  # not complete yet, after the start
            raise Failure(f"unit {unit}: {envelope.refusal.code}: {envelope.refusal.text}")


class Scene:
    def __init__(self, tree: Tree, chance: random.Random, loses_flushes: bool) -> None:
        self.chance = chance
        self.province = plant(tree)
        self.district = tree.add("duc-co", DISTRICT, self.province)
        self.nodes = [self.province, self.district]
        self.at_province = Filer(self.province, PROVINCE, DISTRICTS, pb.SCOPE_WHOLE)
        self.at_district = Filer(self.district, DISTRICT, COMMUNES, pb.SCOPE_OWN)
        self.handed_over: dict[int, tuple[int, int]] = {}  # what the province answers for, too
        self.shims = {}
        for node in self.nodes:  # from here on: what was before is on the disk
            node.stop()
            self.shims[node] = Shim(node, loses_flushes)
            node.start()
        self.cuts = self.crashes = self.lost_blocks = 0
        self.losses: list[str] = []

    def play_round(self, seed: int) -> None:
        victims = self.chance.choice(([self.district], [self.province], self.nodes))
        self.let_die(victims)
        for node in victims:
            if self.chance.random() < 0.25:
                self.crashes += 1
            else:
                _, lost, _ = self.shims[node].cut_power(seed)
                self.lost_blocks += lost
                self.cuts += 1
        for node in self.chance.sample(victims, len(victims)):
            with Stopped(*(other for other in self.nodes if other.is_running)):
                node.start(is_awaited=False)
                self.check(node)
        for node in self.nodes:  # what was under way at the end of the round is known now
            if node not in victims:
                self.check(node)

    def let_die(self, victims: list[Node]) -> None:
        for node in victims:
            if self.chance.random() < 0.8:
                self.shims[node].arm(Class.FILE, Action.KILL, self.chance.randint(1, CALLS_MAX))
        streams = [Stream(filer) for filer in (self.at_province, self.at_district)]
        end = time.monotonic() + self.chance.uniform(0.02, ROUND_S)
        while any(node.is_running for node in victims) and time.monotonic() < end:
            for stream in streams:
                stream.work(self.chance)
        for stream in streams:
            stream.peer.close()
        for node in victims:
            if node.is_running:
                node.kill()
            self.shims[node].disarm()

    def check(self, node: Node) -> None:
        filer = self.at_province if node is self.province else self.at_district
        units = filer.units + (COMMUNES if node is self.province else [])
        until(lambda: not node.is_running or self.answers(filer), END_S)
        if not node.is_running:
            self.losses.append(f"{node.name} does not start again: {log_of(node, 0)[-300:]}")
            return
        held = patiently(filer.connect, lambda peer: shown(peer, units), f"what {node.name} shows")
        self.losses += filer.compare(held)
        if node is self.province:
            self.losses += self.at_district.compare(held, is_home=False, owed=self.handed_over)

    def answers(self, filer: Filer) -> bool:
        try:
            filer.connect(timeout_s=1).close()
            return True
        except Silence:
            return False

    def expect_everything(self) -> None:
        settle(self.district, self.province)
        self.handed_over = dict(self.at_district.held)
        of_district = sum(value for _, value in self.at_district.held.values())
        of_all = of_district + sum(value for _, value in self.at_province.held.values())
        for filer, unit, expected in ((self.at_district, DISTRICT, of_district),
                                      (self.at_province, PROVINCE, of_all)):
            total = patiently(filer.connect, lambda peer: total_of(peer, unit), "a total")
            if total != expected:
                self.losses.append(f"{filer.node.name}: the total of {PERIOD} is {total}, "
                                   f"not {expected}")
        verify(*self.nodes)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--cuts", type=int, default=25)
    parser.add_argument("--seed", type=int, default=64)
    parser.add_argument("--lose-flushes", action="store_true")
    options = parser.parse_args()
    print(f"seed {options.seed} (what is under way at a moment depends on the machine too)")
    begin = time.monotonic()
    with Tree() as tree:
        scene = Scene(tree, random.Random(options.seed), options.lose_flushes)
        rounds = 0
        while scene.cuts < options.cuts and not scene.losses:
            rounds += 1
            scene.play_round(options.seed * 1000003 + rounds)
            if rounds % SETTLE_EVERY == 0 and not scene.losses:
                scene.expect_everything()
        if not scene.losses:
            scene.expect_everything()
        for loss in scene.losses:
            print(f"LOSS  round {rounds}: {loss}")
        print(f"daemons: {scene.cuts} power cuts, {scene.crashes} crashes without one, seed "
              f"{options.seed}: {len(scene.losses)} losses "
              f"({scene.at_province.acknowledged + scene.at_district.acknowledged} reports "
              f"acknowledged, {scene.lost_blocks} unflushed blocks lost)  "
              f"[{time.monotonic() - begin:.0f} s]")
        if (len(scene.losses) > 0) != options.lose_flushes:
            raise Failure("losses" if scene.losses else "no loss was noticed")


if __name__ == "__main__":
    main()
