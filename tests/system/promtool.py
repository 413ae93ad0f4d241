"""Prometheus' own checks. `deploy/setup test` has put promtool into the build folder."""

import subprocess
from pathlib import Path

from harness import Failure, Result
from scene import ROOT

PROMTOOL = ROOT / "build/prometheus/usr/bin/promtool"


def promtool(*arguments: str, stdin: str = "", folder: Path = ROOT) -> Result:
    if not PROMTOOL.exists():
        raise Failure(f"there is no {PROMTOOL}: run deploy/setup test, which needs the network once")
    done = subprocess.run([str(PROMTOOL), *arguments], input=stdin, capture_output=True,
                          encoding="utf-8", cwd=folder)
    return Result(done.returncode, done.stdout, done.stderr)
