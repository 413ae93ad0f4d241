"""How long queries take, as ratios to a bare ZeroMQ echo: loads ten years of 119 indicators of 220
communes into a real daemon, over CURVE, and asks it everything. --quick: two years, few rounds;
another argument: only queries with that word."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "system"), str(HERE.parent / "system/seed_figures")]

import make  # noqa: E402
import zmq  # noqa: E402
from harness import Tree, die_with_the_test  # noqa: E402
from scene import client, plant  # noqa: E402

PROVINCE = 64


def run(years: int, rounds: int, words: list[str]) -> int:
    public, secret = zmq.curve_keypair()
    with Tree() as tree:
        folder = tree.folder / "catalogue"
        folder.mkdir()
        make.write_catalogue(make.TREES[0], folder)
        node = plant(tree, unit=PROVINCE, catalogue=folder)
        reporter = client(tree, "bench", PROVINCE, node)
        endpoint = f"tcp://127.0.0.1:{tree.ports.take()}"
        echo = subprocess.Popen([os.environ["BENCH_ECHO"], endpoint, secret.decode()],
                                stdin=subprocess.PIPE, preexec_fn=die_with_the_test)
        try:
            conf = tree.folder / "etc" / f"{reporter.name}.conf"
            print(f"a province, 220 communes, 119 indicators, {years} years; {rounds} rounds of each query",
                  flush=True)
            # What is frozen is what was filed first, without the corrections.
            close = [os.environ["TONGHOP"], "--etc", str(tree.folder / "etc"), "--node", node.name,
                     "close", "--period", "2019", "--edition", "estimate", "--incomplete"]
            os.environ["BENCH_CLOSE"] = shlex.join(close) + " >/dev/null"
            status = subprocess.run([os.environ["BENCH_QUERIES"], str(conf), endpoint, public.decode(),
                                     str(years), str(rounds), *words], check=False).returncode
        finally:
            echo.stdin.close()
            echo.wait(timeout=10)
    return status


if __name__ == "__main__":
    wanted = [argument for argument in sys.argv[1:] if argument != "--quick"]
    sys.exit(run(10, 100, wanted) if len(wanted) == len(sys.argv) - 1 else run(2, 3, wanted))
