"""kill -9 of any daemon at any moment loses nothing that was acknowledged and counts nothing twice.

In each round everybody files new figures at once, at all three levels, while one daemon, two or all
are killed at a random moment. Then each does what its officer would do: starts the daemon, and runs
the same command again until it is answered. What that may show is exact: a report that was
acknowledged before the kill is unchanged now, under the same revision; and every round makes one
revision, whatever happened in it. At the end the totals of every node are those of the last round."""

import os
import random
import time
from concurrent.futures import Future, ThreadPoolExecutor

from harness import Failure, Node, Result, Tree
from scene import (IS_SANITIZED, client, exact, expect, history, outcomes, plant, rows, settle, submit,
                   total, unit_table, verify)

ROUNDS, LEAST_ROUNDS = 48, 8
BUDGET_S = 45  # no further round after that, unless ROUNDS in the environment says how many
TRIES = 8
PERIOD, VISITS = "2024", "reception.visits"
DELAY_MAX_S = 0.6 if IS_SANITIZED else 0.15  # about as long as a submission takes

DISTRICTS = [622, 623, 624, 625, 626, 627, 628, 629, 630]  # file whole reports at the province
COMMUNES = [23860, 23863, 23866, 23869, 23872, 23875, 23878, 23881, 23884]  # hand in at the district


class Filer:
    """Files reports of its units at one node, and knows what was acknowledged."""

    def __init__(self, node: Node, units: list[int], scope: str) -> None:
        self.node, self.units, self.scope = node, units, scope
        self.values: dict[int, int] = {}
        self.acknowledged: dict[str, str] = {}  # of this round: revision by unit

    def prepare(self, chance: random.Random) -> None:
        # Never the value before: that would be no new revision.
        self.values = {unit: chance.choice([value for value in range(1000)
                                            if value != self.values.get(unit)])
                       for unit in self.units}
        self.acknowledged = {}

    def file(self) -> Result:
        text = unit_table({unit: {VISITS: value} for unit, value in self.values.items()})
        return submit(self.node, PERIOD, text, "--scope", self.scope, expect=None)

    def note(self, result: Result, number: int) -> None:
        """Whatever came back keeps what was promised before. `number`: of the round, from 1."""
        for unit, revision, outcome in outcomes(result):
            if outcome not in ("accepted", "unchanged"):
                continue
            expect(f"round {number}: revision of unit {unit}", revision, str(number))
            if unit in self.acknowledged:
                expect(f"round {number}: unit {unit} was acknowledged before", outcome, "unchanged")
            self.acknowledged[unit] = revision


class Kills:
    def __init__(self, tree: Tree, chance: random.Random) -> None:
        self.chance = chance
        self.province = plant(tree)
        self.district = tree.add("duc-co", 631, self.province)
        self.commune = tree.add("chu-ty", 23857, self.district, listens=False)
        self.nodes = [self.province, self.district, self.commune]
        self.filers = [Filer(self.province, DISTRICTS, "whole"),
                       # Over TCP, where an answer may be lost and the request was not.
                       Filer(client(tree, "to-duc-co", 631, self.district), COMMUNES, "own"),
                       Filer(self.commune, [23857], "own")]
        self.survived = 0  # submissions that ended before the kill, or without noticing it

    def play_round(self, number: int, pool: ThreadPoolExecutor) -> None:
        for filer in self.filers:
            filer.prepare(self.chance)
        victims = self.chance.sample(self.nodes, self.chance.choice((1, 1, 2, 3)))
        filings: list[Future] = [pool.submit(filer.file) for filer in self.filers]
        for victim in victims:
            time.sleep(self.chance.uniform(0, DELAY_MAX_S) / len(victims))
            victim.kill()
        results = [filing.result() for filing in filings]
        for victim in self.chance.sample(victims, len(victims)):
            victim.start(is_awaited=False)
        for filer, result in zip(self.filers, results):
            filer.note(result, number)
            self.survived += result.status == 0
            if result.status != 0:
                self.repeat(filer, number)

    def repeat(self, filer: Filer, number: int) -> None:
        """Until it is acknowledged as a whole."""
        result = None
        for _ in range(TRIES):
            filer.node.tonghop("status", "--wait", "60", expect=None)
            result = filer.file()
            filer.note(result, number)
            if result.status == 0:
                return
        raise Failure(f"round {number}: {filer.node.name} is not answered\n{result.out}{result.err}")

    def expect_everything(self, count: int) -> None:
        """What the last round filed, exactly once, at each level."""
        settle(self.commune, self.district, self.province)
        of_district = {unit: value for filer in self.filers[1:]
                       for unit, value in filer.values.items()}
        of_province = of_district | self.filers[0].values
        expect("commune", total(self.commune, PERIOD, VISITS),
               exact(self.filers[2].values[23857], 1))
        expect("district", total(self.district, PERIOD, VISITS),
               exact(sum(of_district.values()), len(of_district)))
        expect("province", total(self.province, PERIOD, VISITS),
               exact(sum(of_province.values()), len(of_province)))
        for unit, value in of_province.items():
            lines = rows(self.province.tonghop("explain", VISITS, "--period", PERIOD, "--unit",
                                               f"id:{unit}", "--format", "csv"))
            shown = [(line["value"], line["revision"]) for line in lines if line["type"] == "report"]
            expect(f"report of unit {unit} at the province", shown, [(str(value), str(count))])
        expect("every revision is kept at the home",
               [line["revision"] for line in history(self.commune, 23857, PERIOD)],
               [str(number) for number in range(count, 0, -1)])
        verify(*self.nodes)


def main() -> None:
    seed = int(os.environ.get("SEED", "64"))
    print(f"seed {seed} (SEED=N chooses another; moments of kills depend on the machine too)")
    with Tree() as tree, ThreadPoolExecutor(3) as pool:
        kills = Kills(tree, random.Random(seed))
        begin = time.monotonic()
        count = 0
        asked = int(os.environ.get("ROUNDS", "0"))
        while count < (asked or ROUNDS) and (asked or count < LEAST_ROUNDS or
                                             time.monotonic() - begin < BUDGET_S):
            count += 1
            kills.play_round(count, pool)
        kills.expect_everything(count)
        print(f"ok  {count} rounds, {3 * count} submissions, {kills.survived} of them answered at "
              f"first  [{time.monotonic() - begin:.0f} s]")


if __name__ == "__main__":
    main()
