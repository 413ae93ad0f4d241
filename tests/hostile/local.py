"""Attacks over the local socket, by a person of this machine who may use it."""

import time

import zmq

from raw import MORE, Closed, Raw, frame
from floods import BIG_QUESTIONS, FRAME_MAX, HISTORY, SMALL_QUESTIONS
from scenery import Loot, Scene, bytes_of, flood, hello_bytes, pb, repeat


def flood_locally(scene: Scene, *frames: bytes) -> Loot:
    sockets = []
    for _ in range(scene.size):
        one = zmq.Context.instance().socket(zmq.DEALER)
        one.linger = 0
        one.connect(f"ipc://{scene.control}")
        one.send(hello_bytes(0))
        one.recv()
        sockets.append(one)
    loot = flood(scene, sockets, repeat(*frames))
    for one in sockets:
        one.close()
    return loot


def local_pings(scene: Scene) -> Loot:
    """local: pings"""
    return flood_locally(scene, bytes_of(ping=pb.Ping()))


def local_questions(scene: Scene) -> Loot:
    """local: small questions of every kind"""
    return flood_locally(scene, *SMALL_QUESTIONS)


def local_big_questions(scene: Scene) -> Loot:
    """local: totals, coverage and explanations of the whole province"""
    return flood_locally(scene, *BIG_QUESTIONS)


def local_biggest_answers(scene: Scene) -> Loot:
    """local: questions whose answer has 15 MiB"""
    return flood_locally(scene, HISTORY)


def local_silence(scene: Scene) -> Loot:
    """local: connections that say nothing"""
    held = [Raw(scene.control) for _ in range(scene.size)]
    scene.hold()
    for raw in held:
        raw.close()
    return Loot(sent=len(held))


def local_unfinished(scene: Scene) -> Loot:
    """local: a message that never ends"""
    loot, raw = Loot(), Raw(scene.control)
    raw.shake_hands_plainly()
    raw.send(frame(hello_bytes(0)))
    scene.begun.set()
    while scene.goes_on():
        if loot.sent == scene.size:
            time.sleep(0.01)
            continue
        try:
            raw.send(frame(bytes(FRAME_MAX), MORE))
            loot.sent += 1
        except Closed:
            loot.got["hung up"] += 1
            break
    scene.ended.wait()
    raw.close()
    return loot
