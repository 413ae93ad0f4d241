"""Attacks by strangers: TCP and ZMTP without a key that is enrolled. A stranger may learn that there
is a ZeroMQ library with CURVE, and nothing else."""

import random
import select
import socket
import struct
import time

from raw import COMMAND, GREETING_SIZE, HUNG_UP_S, LARGE, Closed, Raw, frame, greeting
from scenery import Loot, Scene, until_the_end

SEED = 64
HUGE = 1 << 62
FRAME_MAX = 1 << 20
DRIP_S = 0.2


def connect_many(scene: Scene) -> list[Raw]:
    """As many connections as were asked for, or as the limit of descriptors allows."""
    held = []
    try:
        for _ in range(scene.size):
            held.append(Raw(scene.endpoint))
    except OSError:
        pass
    return held


def end(held: list[Raw], loot: Loot) -> Loot:
    for stranger in held:
        stranger.is_closed(0)  # hears what there is
        loot.hear(stranger.heard)
        stranger.close()
    loot.sent = loot.sent or len(held)
    return loot


def silence(scene: Scene) -> Loot:
    """connections that say nothing"""
    held = connect_many(scene)
    scene.hold()
    return end(held, Loot())


def crowd(scene: Scene) -> Loot:
    """connections that say nothing, more than the node has descriptors"""
    return silence(scene)


def half_handshakes(scene: Scene) -> Loot:
    """handshakes left in the middle"""
    held = []
    scene.begun.set()
    while scene.goes_on():
        if len(held) == scene.size:
            time.sleep(DRIP_S)
            continue
        try:
            stranger = Raw(scene.endpoint)
            stranger.greet()
            stranger.hello(scene.node_key)
            stranger.take_welcome()
            held.append(stranger)
        except (Closed, OSError):
            time.sleep(DRIP_S)
    return end(held, Loot())


def drip(scene: Scene) -> Loot:
    """handshakes of one byte at a time"""
    held, loot = connect_many(scene), Loot()
    scene.begun.set()
    words = greeting() + frame(bytes(200), COMMAND)
    for at in range(len(words)):
        if not scene.goes_on():
            break
        for stranger in held:
            try:
                stranger.send(words[at:at + 1])
                loot.sent += 1
            except (Closed, OSError):
                pass
        scene.ended.wait(DRIP_S)
    scene.ended.wait()
    return end(held, loot)


def speak(scene: Scene, words: list[bytes]) -> Loot:
    """Says one thing after the other on new connections, as fast as it goes, and listens until the
    node hangs up."""
    loot, at = Loot(), 0
    open_: list[tuple[float, Raw]] = []
    scene.begun.set()
    while scene.goes_on():
        while len(open_) < scene.size:
            try:
                stranger = Raw(scene.endpoint)
                stranger.send(words[at % len(words)])
            except (Closed, OSError):
                break
            at += 1
            loot.sent += 1
            open_.append((time.monotonic(), stranger))
        readable, _, _ = select.select([stranger.socket for _, stranger in open_], [], [], 0.05)
        for item in [item for item in open_ if item[1].socket in readable]:
            try:
                data = item[1].socket.recv(1 << 16)
            except OSError:
                data = b""
            item[1].heard += data
            if not data:
                loot.got["hung up"] += 1
                loot.hear(item[1].heard)
                item[1].close()
                open_.remove(item)
        if open_ and time.monotonic() - open_[0][0] > 1:  # it waits for more
            open_[0][1].close()
            loot.hear(open_.pop(0)[1].heard)
    for _, stranger in open_:
        loot.hear(stranger.heard)
        stranger.close()
    return loot


def garbage(scene: Scene) -> Loot:
    """bytes that are no ZMTP"""
    chance = random.Random(SEED)
    return speak(scene, [b"GET / HTTP/1.1\r\n\r\n", b"\x16\3\1\2\0\1\0", *(
        chance.randbytes(4000) for _ in range(50)), b"\xff" * 4000, bytes(4000)])


def other_mechanisms(scene: Scene) -> Loot:
    """greetings with NULL, PLAIN, GSSAPI, and as a server"""
    ready = frame(b"\5READY\x0bSocket-Type\0\0\0\6DEALER", COMMAND)
    as_server = bytearray(greeting())
    as_server[32] = 1
    plain = frame(b"\5HELLO\1a\1b", COMMAND)
    return speak(scene, [greeting(b"NULL") + ready, greeting(b"PLAIN") + plain,
                         greeting(b"GSSAPI") + ready, bytes(as_server) + ready,
                         greeting(version=b"\1\0") + ready, greeting(version=b"\xff\xff") + ready])


def huge_frames(scene: Scene) -> Loot:
    """frames of 2^62 bytes announced, and of 1 MiB sent, before the handshake"""
    whole = bytes(FRAME_MAX)
    return speak(scene, [greeting() + struct.pack(">BQ", COMMAND | LARGE, HUGE) + bytes(60000),
                         greeting() + frame(whole, COMMAND), greeting() + frame(whole),
                         greeting() + frame(whole, COMMAND)[:-1], b"\xff" + b"\x7f" * 9 + whole])


def wrong_server_key(scene: Scene) -> Loot:
    """CURVE with another server's key"""
    loot = Loot()

    def once() -> None:
        try:
            stranger = Raw(scene.endpoint)
            stranger.greet()
            stranger.hello(scene.keys["stranger"].public)
            loot.got["hung up" if stranger.is_closed(HUNG_UP_S) else "left waiting"] += 1
            loot.hear(stranger.heard)
            stranger.close()
            loot.sent += 1
        except (Closed, OSError):
            loot.got["hung up"] += 1

    until_the_end(scene, once)
    return loot


def unknown_key(scene: Scene) -> Loot:
    """a storm of handshakes with a key that nobody enrolled"""
    loot = Loot()

    def once() -> None:
        stranger = Raw(scene.endpoint)
        try:
            answer = stranger.shake_hands(scene.node_key, scene.keys["stranger"])
            loot.got["refused" if answer == b"\5ERROR\x03400" else f"let in: {answer!r}"] += 1
        except (Closed, OSError):
            loot.got["hung up"] += 1
        loot.hear(stranger.heard)
        stranger.close()
        loot.sent += 1

    until_the_end(scene, once)
    return loot


def storm_of_connections(scene: Scene) -> Loot:
    """a storm of connections that greet and leave"""
    loot = Loot()
    host, port = scene.endpoint.removeprefix("tcp://").rsplit(":", 1)

    def once() -> None:
        try:
            with socket.create_connection((host, int(port)), 5) as stranger:
                stranger.sendall(greeting())
        except OSError:
            loot.got["no connection"] += 1
        loot.sent += 1

    until_the_end(scene, once)
    return loot


# What libzmq says to everybody: signature, version 3.1, CURVE; to a peer of ZMTP 2, the socket's type.
GREETING = b"\xff" + bytes(7) + b"\1\x7f\3\1CURVE" + bytes(GREETING_SIZE - 17)
GREETING_2 = GREETING[:11] + b"\6"
WELCOME_SIZE = 170  # encrypted for whoever said CURVE's HELLO
REFUSAL = b"\4\x0a\5ERROR\x03400"


def may_be_told(heard: bytes) -> bool:
    """Whether that is all a stranger may hear: the greeting, CURVE's WELCOME, and a refusal that
    gives no reason."""
    if GREETING.startswith(heard) or heard == GREETING_2:
        return True
    if not heard.startswith(GREETING):
        return False
    rest = heard[GREETING_SIZE:]
    if rest.startswith(b"\4\xa8\7WELCOME"):
        rest = rest[WELCOME_SIZE:]
    return rest in (b"", REFUSAL)
