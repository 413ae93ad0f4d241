"""systemd accepts the service files, and their exposure is low."""

import re
import subprocess
import tempfile
from pathlib import Path

from style import Case, Problem, files_of, main

# In tenths, as systemd-analyze wants it: at most 1.5 on its scale of 0 to 10.
EXPOSURE_MAX = 15


def verify(root: Path, path: str) -> list[str]:
    """What systemd says about an instance of the unit whose program is there (ours is not yet)."""
    text = (root / path).read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        unit = Path(folder) / Path(path).name.replace("@.", "@x.")
        unit.write_text(re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", text, flags=re.MULTILINE))
        result = subprocess.run(["systemd-analyze", "verify", "--man=no", str(unit)],
                                capture_output=True, text=True)
        # An unknown key is only a warning, with exit status 0.
        lines = result.stderr.replace(f"{folder}/", "").splitlines()
        return lines or (["systemd-analyze verify failed"] if result.returncode else [])


def check(root: Path) -> list[Problem]:
    problems = []
    for path in files_of(root, ("deploy/systemd",), ".service"):
        problems += [Problem(path, 1, line) for line in verify(root, path)]
        result = subprocess.run(
            ["systemd-analyze", "security", "--no-pager", "--offline=true",
             f"--threshold={EXPOSURE_MAX}", str(root / path)], capture_output=True, text=True)
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
    Case("a key that systemd does not know", {"deploy/systemd/a@.service": HARDENED + "Usr=none\n"},
         ["deploy/systemd/a@.service:1: a@x.service:23: Unknown key"]),
]

if __name__ == "__main__":
    main(check, CASES)
