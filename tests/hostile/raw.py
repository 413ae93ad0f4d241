"""A ZMTP 3.0 client of its own over a plain TCP socket, CURVE included, because libzmq does not let
its user misbehave: it sends a message only when its last frame is there, never repeats a nonce, and
ends every handshake that it begins.

    stranger = Raw(endpoint)
    stranger.greet()
    enemy = Raw(endpoint)
    enemy.shake_hands(node_key, keys)
    enemy.send_frame(b"...", has_more=True)

What the other side sends is counted in `heard`, as it came."""

import base64
import ctypes
import ctypes.util
import socket
import struct

from peer import Keys

SODIUM = ctypes.CDLL(ctypes.util.find_library("sodium"))
MAC_SIZE, KEY_SIZE, GREETING_SIZE = 16, 32, 64
COMMAND, LARGE = 4, 2  # flags of a ZMTP frame
MORE, IS_COMMAND = 1, 2  # flags inside a CURVE message
TIMEOUT_S = 15
HUNG_UP_S = 5  # by then, whoever broke the protocol


class Closed(Exception):
    """The other side has ended the connection."""


def greeting(mechanism: bytes = b"CURVE", version: bytes = b"\3\0") -> bytes:
    return b"\xff" + bytes(8) + b"\x7f" + version + mechanism.ljust(20, b"\0") + bytes(32)


def frame(body: bytes, flags: int = 0) -> bytes:
    if len(body) < 256:
        return struct.pack(">BB", flags, len(body)) + body
    return struct.pack(">BQ", flags | LARGE, len(body)) + body


def seal(text: bytes, nonce: bytes, shared: bytes) -> bytes:
    out = ctypes.create_string_buffer(len(text) + MAC_SIZE)
    SODIUM.crypto_box_easy_afternm(out, text, ctypes.c_ulonglong(len(text)), nonce, shared)
    return out.raw


def unseal(box: bytes, nonce: bytes, shared: bytes) -> bytes:
    out = ctypes.create_string_buffer(max(len(box) - MAC_SIZE, 1))
    if SODIUM.crypto_box_open_easy_afternm(out, box, ctypes.c_ulonglong(len(box)), nonce, shared):
        raise ValueError("a box that does not open")
    return out.raw[:len(box) - MAC_SIZE]


def share(public: bytes, secret: bytes) -> bytes:
    out = ctypes.create_string_buffer(KEY_SIZE)
    SODIUM.crypto_box_beforenm(out, public, secret)
    return out.raw


def key_pair() -> tuple[bytes, bytes]:
    public, secret = (ctypes.create_string_buffer(KEY_SIZE) for _ in range(2))
    SODIUM.crypto_box_keypair(public, secret)
    return public.raw, secret.raw


def metadata(name: bytes, value: bytes) -> bytes:
    return bytes([len(name)]) + name + struct.pack(">I", len(value)) + value


class Raw:
    def __init__(self, endpoint: str) -> None:
        """`endpoint` tcp://HOST:PORT, or the path of a local socket."""
        if endpoint.startswith("/"):
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.settimeout(TIMEOUT_S)
            self.socket.connect(endpoint)
        else:
            host, port = endpoint.removeprefix("tcp://").rsplit(":", 1)
            self.socket = socket.create_connection((host, int(port)), TIMEOUT_S)
        self.heard = b""
        self._taken = 0
        self._nonce = 0
        self._shared = b""

    def close(self) -> None:
        self.socket.close()

    def send(self, data: bytes) -> None:
        try:
            self.socket.sendall(data)
        except OSError:  # a time-out too: nobody reads any more
            raise Closed from None

    def is_closed(self, timeout_s: float) -> bool:
        """Whether the other side ends the connection; listens until nothing comes for so long."""
        self.socket.settimeout(timeout_s)
        try:
            while data := self.socket.recv(1 << 16):
                self.heard += data
        except (TimeoutError, BlockingIOError):
            return False
        except OSError:
            pass
        return True

    def _take(self, count: int) -> bytes:
        while len(self.heard) < self._taken + count:
            try:
                data = self.socket.recv(1 << 16)
            except OSError:
                data = b""
            if not data:
                raise Closed
            self.heard += data
        self._taken += count
        return self.heard[self._taken - count:self._taken]

    def _take_frame(self) -> bytes:
        flags = self._take(1)[0]
        (size,) = struct.unpack(">Q", self._take(8)) if flags & LARGE else self._take(1)
        return self._take(size)

    def _next_nonce(self) -> bytes:
        self._nonce += 1
        return struct.pack(">Q", self._nonce)

    # ---- the handshake, RFC 26 ----

    def greet(self, mechanism: bytes = b"CURVE") -> None:
        self.send(greeting(mechanism))

    def hello(self, node_key: str) -> None:
        """CURVE's HELLO; the node's key may be wrong."""
        self._node_key = base64.b64decode(node_key)
        self._public, self._secret = key_pair()
        short = self._next_nonce()
        box = seal(bytes(64), b"CurveZMQHELLO---" + short, share(self._node_key, self._secret))
        self.send(frame(b"\5HELLO\1\0" + bytes(72) + self._public + short + box, COMMAND))

    def take_welcome(self) -> None:
        self._take(GREETING_SIZE)
        body = self._take_frame()
        if not body.startswith(b"\7WELCOME"):
            raise Closed
        box = unseal(body[24:], b"WELCOME-" + body[8:24], share(self._node_key, self._secret))
        self._node_short, self._cookie = box[:KEY_SIZE], box[KEY_SIZE:]
        self._shared = share(self._node_short, self._secret)

    def initiate(self, keys: Keys, identity: bytes = b"") -> None:
        public, secret = base64.b64decode(keys.public), base64.b64decode(keys.secret)
        vouch_nonce = bytes(16)
        vouch = seal(self._public + self._node_key, b"VOUCH---" + vouch_nonce,
                     share(self._node_short, secret))
        text = (public + vouch_nonce + vouch + metadata(b"Socket-Type", b"DEALER") +
                metadata(b"Identity", identity))
        short = self._next_nonce()
        box = seal(text, b"CurveZMQINITIATE" + short, self._shared)
        self.send(frame(b"\x08INITIATE" + self._cookie + short + box, COMMAND))

    def shake_hands(self, node_key: str, keys: Keys, identity: bytes = b"") -> bytes:
        """The whole of it; returns what the node answered at last. Closed: it hung up instead."""
        self.greet()
        self.hello(node_key)
        self.take_welcome()
        self.initiate(keys, identity)
        return self._take_frame()

    def try_to_shake_hands(self, node_key: str, keys: Keys) -> bool:
        try:
            self.shake_hands(node_key, keys)
        except Closed:
            return False
        return True

    def shake_hands_plainly(self) -> None:
        """On a local socket, which has no CURVE."""
        self.send(greeting(b"NULL") + frame(b"\5READY" + metadata(b"Socket-Type", b"DEALER"), COMMAND))
        self._take(GREETING_SIZE)
        self._take_frame()

    # ---- messages ----

    def sealed(self, payload: bytes, flags: int = 0) -> bytes:
        """The bytes of one frame of a message, on their way. Closed: there was no handshake."""
        if not self._shared:
            raise Closed
        short = self._next_nonce()
        box = seal(bytes([flags]) + payload, b"CurveZMQMESSAGEC" + short, self._shared)
        return frame(b"\7MESSAGE" + short + box)

    def send_frame(self, payload: bytes, has_more: bool = False) -> None:
        self.send(self.sealed(payload, MORE if has_more else 0))

    def receive(self) -> bytes:
        """The payload of the next message of one frame."""
        body = self._take_frame()
        return unseal(body[16:], b"CurveZMQMESSAGES" + body[8:16], self._shared)[1:]
