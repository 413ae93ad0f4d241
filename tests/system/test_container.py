"""tests/container/run counts as passed what has passed, as failed what failed or was never heard of, and
skips only where no container can be booted. Everything that it would run as root is played here."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from harness import Result
from scene import ROOT, expect, expect_in, play

PASSED, FAILED, SKIPPED = 0, 1, 77

# What a container says: of the walk, and of the probe, whose command is another one.
NSPAWN = """#!/bin/bash
root=$(sed 's/.* -D \\([^ ]*\\) .*/\\1/' <<<" $* ")
is_probe=$(grep -c '^ExecStart=/bin/echo begun' "$root/etc/systemd/system/walk.service")
[[ $is_probe == 1 ]] && said=$PROBE || said=$WALK
[[ -z $said ]] || printf '%b\\n' "$said" >>"$root/walk/log"
echo 'the last line of the console'
"""
DEBOOTSTRAP = """#!/bin/bash
mkdir -p "${@: -2:1}"/{etc/apt/apt.conf.d,etc/systemd/system,var/cache/apt/archives}
"""
DEPENDS = "#!/bin/bash\necho libc6\n"
NOTHING = "#!/bin/bash\n"


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


def run(walk: str, probe: str) -> Result:
    """The script in a project of its own, with one walk, where a container says this."""
    with tempfile.TemporaryDirectory(prefix="tonghop.") as folder:
        project, programs = Path(folder) / "project", Path(folder) / "bin"
        for name in ("run", "walk.sh"):
            (project / "tests/container").mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / "tests/container" / name, project / "tests/container")
        write(project / "tests/container/walk_it", "# A walk.\n")
        write(project / "docs/A.md", "")
        write(project / "packages/tonghop_1_all.deb", "")
        write(project / "deploy/setup", NOTHING)
        for name, text in (("systemd-nspawn", NSPAWN), ("debootstrap", DEBOOTSTRAP), ("dpkg-deb", DEPENDS),
                           ("apt-get", NOTHING)):
            write(programs / name, text)
        packages = str(project / "packages")
        done = subprocess.run(
            [str(project / "tests/container/run"), "--packages", packages, "--previous", packages, "it"],
            env=os.environ | {"PATH": f"{programs}:{os.environ['PATH']}", "WALK": walk, "PROBE": probe},
            capture_output=True, encoding="utf-8", timeout=60)
    return Result(done.returncode, done.stdout, done.stderr)


def a_walk_is_judged_by_its_last_line() -> None:
    """What ends with "passed" has passed, and nothing else has"""
    for said, status in (("begun\\npassed: 3 steps", PASSED), ("begun\\nFAILED: a step", FAILED),
                         ("begun", FAILED)):
        result = run(said, "begun")
        expect(result.out + result.err, result.status, status)


def silence_is_a_failure() -> None:
    """A walk of which nothing is heard has failed, where a container can be booted"""
    result = run("", "begun")
    expect(result.out + result.err, result.status, FAILED)
    expect_in("what is told", result.out, "FAILED: it did not begin: see ")


def without_containers_it_is_skipped() -> None:
    """Where not even a probe can be booted, it is skipped"""
    result = run("", "")
    expect(result.out + result.err, result.status, SKIPPED)
    expect_in("why", result.out, "no container can be booted here: the last line of the console")


if os.geteuid() != 0:
    raise SystemExit(SKIPPED)
play([a_walk_is_judged_by_its_last_line, silence_is_a_failure, without_containers_it_is_skipped])
