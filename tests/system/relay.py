"""A relay before a node, which counts what goes through it: bytes, and messages of ZMTP 3 as RFC 23
frames them. It understands nothing of what CURVE encrypts, and changes nothing."""

import socket
import threading
import time
from typing import Callable, NamedTuple, Optional

GREETING_SIZE = 64
LONG, COMMAND = 2, 4  # flags of a frame
PIECE, SLOW_PIECE = 1 << 16, 1 << 12
READ_S = 60


class Traffic(NamedTuple):
    """One way. The handshake counts in the bytes, and not in the messages."""

    messages: int
    size: int


class Way:
    """What went one way in one connection."""

    def __init__(self) -> None:
        self.messages, self.size = 0, 0
        self._skip, self._head = GREETING_SIZE, b""

    def take(self, piece: bytes) -> None:
        self.size += len(piece)
        while piece:
            if self._skip > 0:
                count = min(self._skip, len(piece))
                self._skip, piece = self._skip - count, piece[count:]
                continue
            self._head, piece = self._head + piece[:1], piece[1:]
            if len(self._head) == (9 if self._head[0] & LONG else 2):
                self.messages += self._head[0] & COMMAND == 0
                self._skip, self._head = int.from_bytes(self._head[1:], "big"), b""


class Relay:
    """Listens on `port` of 127.0.0.1 and hands on to `target`, until it is closed."""

    def __init__(self, port: int, target: int) -> None:
        self.endpoint = f"tcp://127.0.0.1:{port}"
        # By the number of a message of a connection: what is done before the node gets it, once.
        self.before: dict[int, Callable[[], object]] = {}
        self.bytes_per_s = 0  # to the node; 0: as fast as can be
        self.cuts = 0  # so many next connections are cut off in their handshake
        self._target = target
        self._ways: list[tuple[Way, Way]] = []
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", port))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()

    def traffic(self) -> tuple[Traffic, Traffic]:
        """To the node, and from it, of all connections since this was asked last; they have to be
        over."""
        threads, self._threads = self._threads, []
        for thread in threads:
            thread.join(READ_S)
            assert not thread.is_alive(), "a connection goes on"
        ways, self._ways = self._ways, []
        up, down = [Traffic(sum(way.messages for way in side), sum(way.size for way in side))
                    for side in (zip(*ways) if ways else ((), ()))]
        return up, down

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self._target))
            ways = (Way(), Way())
            self._ways.append(ways)
            most = GREETING_SIZE if self.cuts > 0 else None
            self.cuts -= most is not None
            for arguments in ((client, server, ways[0], self.before, self._rate, None),
                              (server, client, ways[1], {}, lambda: 0, most)):
                thread = threading.Thread(target=self._carry, args=arguments, daemon=True)
                self._threads.append(thread)
                thread.start()

    def _rate(self) -> int:
        return self.bytes_per_s

    @staticmethod
    def _carry(source: socket.socket, sink: socket.socket, way: Way,
               before: dict[int, Callable[[], object]], rate: Callable[[], int], most: Optional[int]) -> None:
        try:
            while (most is None or way.size < most) and (piece := source.recv(SLOW_PIECE if rate() > 0 else PIECE)):
                if rate() > 0:
                    time.sleep(len(piece) / rate())  # the line
                way.take(piece)
                before.pop(way.messages, lambda: None)()
                sink.sendall(piece)
        except OSError:
            pass  # one of them was reset: so is the other
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # it is over
