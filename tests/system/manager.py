"""A service manager's end of sd_notify: the socket that a daemon tells how it is (sd_notify(3))."""

import os
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Optional

from harness import READY_S, Failure, die_with_the_test


class Manager:
    """Starts one daemon as systemd would, and hears what it says."""

    def __init__(self, watchdog_us: int = 0) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="tonghop.")
        path = str(Path(self._folder.name) / "notify")
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(path)
        self._environment = {"NOTIFY_SOCKET": path}
        if watchdog_us > 0:
            self._environment["WATCHDOG_USEC"] = str(watchdog_us)
        self.process: Optional[subprocess.Popen] = None

    def __enter__(self) -> "Manager":
        return self

    def __exit__(self, *_: object) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
        self._socket.close()
        self._folder.cleanup()

    def start(self, command: list, log: Path) -> None:
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                env={**os.environ, **self._environment}, preexec_fn=die_with_the_test)

    def forget(self) -> None:
        """What was said and not heard yet."""
        self._socket.setblocking(False)
        try:
            while True:
                self._socket.recv(1 << 16)
        except BlockingIOError:
            pass

    def hear(self, begin: str, timeout_s: float = READY_S) -> str:
        """The next line that begins so; others are skipped."""
        deadline = time.monotonic() + timeout_s
        while (left_s := deadline - time.monotonic()) > 0:
            self._socket.settimeout(left_s)
            try:
                lines = self._socket.recv(1 << 16).decode().splitlines()
            except TimeoutError:
                break
            for line in lines:
                if line.startswith(begin):
                    return line
        raise Failure(f"the daemon did not say {begin} within {timeout_s} s")
