"""What the package of the daemon does when it is removed and purged: it takes away what is its own, leaves
what is not, and says so. Run in folders of the test, as dpkg would run it as root; a whole Debian walks
it in tests/container."""

import re
import subprocess
import tempfile
from pathlib import Path

from harness import Result
from scene import ROOT, expect, expect_in, play

SCRIPT = ROOT / "deploy/debian/tonghopd.postrm"
LINKS = "etc/systemd/system"
METRICS = "var/lib/prometheus/node-exporter/tonghop.prom"
NODE, CLIENT = "[node]\nunit = 64\n", "[client]\nendpoint = tcp://127.0.0.1:1\n"
FILES = {
    "etc/tonghop/gia-lai.conf": NODE,
    "etc/tonghop/gia-lai.key": "",
    "etc/tonghop/gia-lai.key.moved": "",
    "etc/tonghop/.gia-lai.conf.new": "",
    "etc/tonghop/other.conf": NODE + "state_dir = {root}/srv/other\n",
    "etc/tonghop/thon.conf": CLIENT,
    "etc/tonghop/thon.key": "",
    "run/tonghop/gia-lai/control": "",
    "srv/other/data.mdb": "",
    "var/backups/tonghop/gia-lai.mdb": "",
    "var/lib/tonghop/gia-lai/data.mdb": "",
    METRICS: "",
    "var/lib/prometheus/node-exporter/apt.prom": "",
    f"{LINKS}/multi-user.target.wants/tonghopd@gia-lai.service": "",
    f"{LINKS}/multi-user.target.wants/cron.service": "",
    f"{LINKS}/timers.target.wants/tonghop-backup@gia-lai.timer": "",
    f"{LINKS}/timers.target.wants/tonghop-verify@gia-lai.timer": "",
}
REMOVED = {METRICS}
NOT_PURGED = {"etc/tonghop/thon.conf", "etc/tonghop/thon.key", "srv/other/data.mdb",
              "var/backups/tonghop/gia-lai.mdb", "var/lib/prometheus/node-exporter/apt.prom",
              f"{LINKS}/multi-user.target.wants/cron.service"}


def run(root: Path, *actions: str) -> Result:
    """The script, whose absolute paths are beneath `root`."""
    text = re.sub(r"/(?=(?:etc|var|run)/)", f"{root}/", SCRIPT.read_text(encoding="utf-8"))
    paths = re.findall(r"""[\s"'=#](/\w+)""", text)
    expect("every path is beneath the root", set(paths), {f"/{root.parts[1]}"})
    done = [subprocess.run(["sh", "-c", text, "postrm", action], capture_output=True, encoding="utf-8")
            for action in actions]
    return Result(max(each.returncode for each in done), "", "".join(each.stderr for each in done))


def left_after(files: dict[str, str], *actions: str) -> tuple[set[str], Result]:
    with tempfile.TemporaryDirectory(prefix="tonghop.") as folder:
        root = Path(folder)
        for name, text in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text.replace("{root}", folder))
        result = run(root, *actions)
        left = {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}
        result = Result(result.status, result.out, result.err.replace(folder, ""))
    return left, result


def removing_keeps() -> None:
    """A removal takes what nobody writes any more, and nothing else; an upgrade nothing at all"""
    left, result = left_after(FILES, "remove")
    expect("removed", (left, result.status, result.err), (set(FILES) - REMOVED, 0, ""))
    left, result = left_after(FILES, "upgrade", "failed-upgrade", "abort-install", "disappear")
    expect("upgraded", (left, result.status, result.err), (set(FILES), 0, ""))


def purging_removes() -> None:
    """A purge takes all that is ours, leaves clients, backups and other folders, and names them; a second
    one, and one without anything, have nothing to do"""
    left, result = left_after(FILES, "remove", "purge")
    expect("purged", (left, result.status), (NOT_PURGED, 0))
    expect_in("is named", result.err, "/srv/other is left", "/var/backups/tonghop is left",
              "/etc/tonghop is left: it holds configurations of clients")
    expect("again", left_after(FILES, "purge", "purge")[0], NOT_PURGED)
    left, result = left_after({"etc/fstab": ""}, "purge")
    expect("nothing there", (left, result.status, result.err), ({"etc/fstab"}, 0, ""))


play([removing_keeps, purging_removes])
