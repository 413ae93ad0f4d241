"""systemd accepts the units, and the exposure of the services is low: with the drop-ins that they share,
as they will be installed. A socket bounds what it starts, and no burst of connections stops it for ever."""

import os
import re
import subprocess
import tempfile
from pathlib import Path

from style import Case, Problem, files_of, main, read_lines

FOLDER = "deploy/systemd"
UNITS = (".service", ".socket", ".timer")
# In tenths, as systemd-analyze wants it: at most 1.5 on its scale of 0 to 10.
EXPOSURE_MAX = 15


def install(root: Path, target: Path) -> list[str]:
    """Copies the units into a root of their own, with a program that is there (ours is not yet); returns
    their paths in the project."""
    for path in files_of(root, (FOLDER,), *UNITS, ".conf"):
        text = (root / path).read_text(encoding="utf-8")
        unit = target / path.removeprefix(FOLDER + "/")
        unit.parent.mkdir(parents=True, exist_ok=True)
        unit.write_text(re.sub(r"^(Exec\w+)=\S+", r"\1=/bin/true", text, flags=re.MULTILINE))
    return list(files_of(root, (FOLDER,), *UNITS))


def analyze(*arguments: str, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run(["systemd-analyze", *arguments], capture_output=True, text=True,
                          env=os.environ | environment)


def verify(paths: list[str], units: Path) -> list[Problem]:
    problems = []
    for path in paths:
        name = Path(path).name.replace("@.", "@x.")
        # A timer needs its service: the other units are found as well.
        result = analyze("verify", "--man=no", name, SYSTEMD_UNIT_PATH=f"{units}:")
        # An unknown key is only a warning, with exit status 0. What belongs to another unit is told there.
        lines = [line for line in result.stderr.replace(f"{units}/", "").splitlines()
                 if not line.startswith(tuple(f"{Path(other).name}:" for other in paths if other != path))]
        if result.returncode and not lines:
            lines = ["systemd-analyze verify failed"]
        problems += [Problem(path, 1, line) for line in lines]
    return problems


def bounds_of_socket(root: Path, path: str) -> list[Problem]:
    """systemd leaves a socket failed that is triggered more often than its limit, 200 times in 2 seconds
    where it accepts; what is accepted is bounded by the number of connections then."""
    settings = dict(line.split("=", 1) for line in read_lines(root, path)
                    if "=" in line and not line.startswith("#"))
    if settings.get("Accept") != "yes":
        return []
    problems = []
    if settings.get("TriggerLimitIntervalSec") != "0":
        problems.append(Problem(path, 1, "a burst stops it for ever: TriggerLimitIntervalSec=0"))
    if "MaxConnections" not in settings:
        problems.append(Problem(path, 1, "what it starts has no bound: MaxConnections="))
    return problems


def check(root: Path) -> list[Problem]:
    with tempfile.TemporaryDirectory() as folder:
        units = Path(folder) / "usr/lib/systemd/system"
        paths = install(root, units)
        problems = verify(paths, units)
        for path in (path for path in paths if path.endswith(".socket")):
            problems += bounds_of_socket(root, path)
        for path in (path for path in paths if path.endswith(".service")):
            result = analyze("security", "--no-pager", "--offline=true", f"--root={folder}",
                             f"--threshold={EXPOSURE_MAX}", Path(path).name)
            if result.returncode != 0:
                last = (result.stdout or result.stderr).strip().splitlines()[-1]
                problems.append(Problem(path, 1, f"more than {EXPOSURE_MAX / 10} of exposure: {last}"))
    return problems


HARDENED = """[Service]
ExecStart=/usr/sbin/none
User=none
NoNewPrivileges=yes
CapabilityBoundingSet=
PrivateNetwork=yes
PrivateDevices=yes
PrivateTmp=yes
PrivateUsers=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHome=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
ProtectSystem=strict
RestrictAddressFamilies=none
RestrictNamespaces=yes
SystemCallFilter=@system-service
SystemCallArchitectures=native
"""
CASES = [
    Case("hardened", {"deploy/systemd/a@.service": HARDENED}, []),
    Case("wide open", {"deploy/systemd/a@.service": "[Service]\nExecStart=/usr/sbin/none\n"},
         ["deploy/systemd/a@.service:1: more than 1.5 of exposure"]),
    Case("hardened by a drop-in that units of one prefix share",
         {"deploy/systemd/a-b@.service": "[Service]\nExecStart=/usr/sbin/none\n",
          "deploy/systemd/a-.service.d/hard.conf": HARDENED.replace("ExecStart=/usr/sbin/none\n", "")}, []),
    Case("a timer that never comes",
         {"deploy/systemd/a@.service": HARDENED,
          "deploy/systemd/a@.timer": "[Timer]\nOnCalendar=nightly\n"},
         ["deploy/systemd/a@.timer:1: a@.timer:2: Failed to parse calendar",
          "deploy/systemd/a@.timer:1: a@x.timer: Timer unit lacks value setting",
          "deploy/systemd/a@.timer:1: Unit a@x.timer has a bad unit file"]),
    Case("a socket that a burst stops, and whose services have no bound",
         {"deploy/systemd/a@.service": HARDENED,
          "deploy/systemd/a.socket": "[Socket]\nListenStream=127.0.0.1:1\nAccept=yes\n"},
         ["deploy/systemd/a.socket:1: a burst stops it", "deploy/systemd/a.socket:1: what it starts"]),
    Case("a socket with bounds",
         {"deploy/systemd/a@.service": HARDENED,
          "deploy/systemd/a.socket": "[Socket]\nListenStream=127.0.0.1:1\nAccept=yes\nMaxConnections=8\n"
                                     "TriggerLimitIntervalSec=0\n"}, []),
    Case("a key that systemd does not know", {"deploy/systemd/a@.service": HARDENED + "Usr=none\n"},
         ["deploy/systemd/a@.service:1: a@.service:23: Unknown key"]),
]

if __name__ == "__main__":
    main(check, CASES)
