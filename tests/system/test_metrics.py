"""`tonghop metrics` with real daemons: what Prometheus is told of a tree, of nodes that do not answer
and of a machine's care, as a text, in a file and over HTTP; and what `tonghop status` says of the same."""

import os
import signal
import socket
import stat
import subprocess
import time
from pathlib import Path

from harness import COMMAND_S, Failure, Node, Tree, eventually
from promtool import promtool
from scene import client, exact, expect, expect_in, plant, play, settle, status, submit, table, total

NODE_S = 2  # what a hanging node may cost, and a busy machine on top of it
SLACK_S = 6
DAY_S = 86400


class Office:
    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.province = plant(tree)
        self.district = tree.add("duc-co", 631, self.province)
        self.commune = tree.add("chu-ty", 23857, self.district, listens=False)
        client(tree, "bao-cao", 23857, self.district)

    def metrics(self, *arguments: str) -> dict[str, str]:
        return samples(self.tree.tonghop("metrics", *arguments).out)

    def state(self, node: Node, name: str) -> Path:
        return self.tree.folder / "state" / node.name / name


def samples(text: str) -> dict[str, str]:
    """Value by name and labels; each may be there once."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        key, _, value = line.rpartition(" ")
        if key in found:
            raise Failure(f"twice: {key}")
        found[key] = value
    return found


def of(node: Node, name: str, labels: str = "") -> str:
    return f'{name}{{node="{node.name}",unit="{node.unit}"{labels}}}'


def a_tree_is_told(office: Office) -> None:
    """Prometheus takes the text; every node is up, linked and counted, and the client has no health"""
    submit(office.commune, "2024-S1", table({"reception.visits": 20}))
    settle(office.commune, office.district)
    expect("at the top", total(office.province, "2024-S1", "reception.visits"), exact(20, 1))
    text = office.tree.tonghop("metrics").out
    result = promtool("check", "metrics", stdin=text)
    expect("promtool check metrics", (result.status, result.out, result.err), (0, "", ""))
    told = samples(text)
    for node in (office.province, office.district, office.commune):
        expect(node.name, [told[of(node, f"tonghop_{name}")] for name in
                           ("up", "healthy", "catalogue_number", "reports")], ["1", "1", "1", "1"])
    expect("linked", told[of(office.commune, "tonghop_parent_linked")], "1")
    expect("the root has no link", of(office.province, "tonghop_parent_linked") in told, False)
    child = ',child="631",child_code="631"'
    expect("child", told[of(office.province, "tonghop_child_connected", child)], "1")
    for moment in (of(office.commune, "tonghop_parent_last_ack_timestamp_seconds"),
                   of(office.province, "tonghop_child_last_ack_timestamp_seconds", child)):
        expect(moment, abs(float(told[moment]) - time.time()) < 60, True)
    expect("the client", "bao-cao" in text, False)
    expect("one node", "duc-co" in office.tree.tonghop("--node", "chu-ty", "metrics").out, False)


def the_campaign_is_told(office: Office) -> None:
    """The campaign is the same in status and in metrics, and the missing are those of coverage"""
    shown = status(office.province)
    told = office.metrics()
    period = f',period="{shown["campaign"]}"'
    for key in ("due", "filed", "accepted", "covered", "missing", "late", "overdue"):
        expect(key, told[of(office.province, f"tonghop_campaign_{key}_reports", period)],
               shown[f"campaign_{key}"])
    missing = office.province.tonghop("coverage", "--period", shown["campaign"], "--missing",
                                      "--format", "csv").out.splitlines()[1:]
    expect("missing", shown["campaign_missing"], str(len(missing)))
    expect("duties", int(shown["campaign_due"]), int(shown["campaign_filed"])
           + int(shown["campaign_covered"]) + int(shown["campaign_missing"]))


def who_does_not_answer(office: Office) -> None:
    """A node that is down, one that hangs and one whose configuration does not read have tonghop_up
    0, in little time, and the others are told all the same"""
    broken = office.tree.etc / "broken.conf"
    broken.write_text("[node]\nunit = sixty-four\n")
    office.commune.stop()
    os.kill(office.district.pid, signal.SIGSTOP)
    begin = time.monotonic()
    try:
        result = office.tree.tonghop("metrics")
    finally:
        os.kill(office.district.pid, signal.SIGCONT)
        broken.unlink()
    expect("it took long", time.monotonic() - begin < NODE_S + SLACK_S, True)
    told = samples(result.out)
    expect("up", [told[f'tonghop_up{{node="{name}",unit="{unit}"}}'] for name, unit in (
        ("broken", 0), ("chu-ty", 23857), ("duc-co", 631), ("gia-lai", 64))], ["0", "0", "0", "1"])
    expect("configuration", [told[f'tonghop_configuration_good{{node="{name}",unit="{unit}"}}']
                             for name, unit in (("broken", 0), ("duc-co", 631))], ["0", "1"])
    expect("nothing else is told", [key for key in told if 'node="duc-co"' in key and
                                    not key.startswith(("tonghop_up{", "tonghop_configuration_"))], [])
    expect_in("what is wrong with it", result.err, "broken.conf:2:8")
    office.commune.start()


def with_a_mistake_in_the_file(office: Office) -> None:
    """A daemon whose configuration does not read any more is up: it is asked where it is by default"""
    if os.geteuid() != 0:
        print("not applicable without root: a folder of one's own in place of /run")
        return
    node, text = office.province, office.province.config.read_text()
    node.config.write_text(text + "no_such_key = 1\n")
    mount = 'mount -t tmpfs tmpfs /run && mkdir /run/tonghop && ln -s "$1" /run/tonghop && shift && exec "$@"'
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", mount, "sh", office.tree.folder / "run" / node.name,
         office.tree.program, "--etc", office.tree.etc, "metrics"],
        capture_output=True, encoding="utf-8", timeout=COMMAND_S, env=office.tree.environment, check=False)
    node.config.write_text(text)
    told = samples(done.stdout)
    expect("told", [told[of(node, f"tonghop_{name}")] for name in ("up", "healthy", "configuration_good")],
           ["1", "1", "0"])


def a_link_that_is_missing(office: Office) -> None:
    """Without the node above: no link, and since when the oldest report waits"""
    office.district.stop()
    begin = time.time()
    submit(office.commune, "2024-S2", table({"reception.visits": 21}))
    eventually(lambda: office.metrics()[of(office.commune, "tonghop_parent_linked")] == "0",
               "the commune finds its link gone")
    told = office.metrics()
    since = float(told[of(office.commune, "tonghop_outbox_oldest_timestamp_seconds")])
    expect("waits since", begin - 1 < since < time.time() + 1, True)
    expect("healthy", told[of(office.commune, "tonghop_healthy")], "0")
    shown = office.commune.tonghop("--lang", "en", "status", expect=1)
    expect_in("status", shown.out, ", the oldest since ", "NOT linked")
    office.district.start()
    office.commune.wait()


def write_care(office: Office, name: str, text: str) -> None:
    """As whoever cares for the node does it: by a rename."""
    path = office.state(office.province, name)
    path.with_suffix(".new").write_text(text)
    path.with_suffix(".new").rename(path)


CARE = [
    # file, its text (%d: so many seconds ago), healthy, result, English and Vietnamese words
    ("last-verify", "time %d\nresult ok\nreports 1\ndifferences 0\n", 60, True, "ok", "", ""),
    ("last-verify", "time %d\nresult ok\n", 17 * DAY_S, False, "ok", "verification is 17 days old",
     "gần nhất đã 17 ngày"),
    ("last-verify", "time %d\nresult differs\ndifferences 3\n", 60, False, "differs",
     "found 3 differences", "thấy 3 sai khác"),
    ("last-verify", "time %d\nresult failed\nerror io\n", 60, False, "failed",
     "verification failed (io)", "không xong (io)"),
    ("last-verify", "nonsense %d\n", 60, False, "failed", "verification failed (unreadable)",
     "không xong (unreadable)"),
    ("last-backup", "time %d\nresult ok\nreports 1\n", 60, True, "ok", "", ""),
    ("last-backup", "time %d\nresult ok\n", 5 * DAY_S, False, "ok", "backup is 5 days old",
     "sao lưu gần nhất đã 5 ngày"),
    ("last-backup", "time %d\nresult failed\nerror full\n", 60, False, "failed",
     "backup failed (full)", "không xong (full)"),
]


def the_last_care_is_told(office: Office) -> None:
    """What the last verification and backup came to is shown as soon as it is written, and is a
    problem when it failed or is old; that there never was one is none"""
    node = office.province
    for name, text, age_s, is_healthy, result, english, vietnamese in CARE:
        key, metric = name.replace("-", "_"), name.removeprefix("last-")
        write_care(office, name, text % ((time.time() - age_s) * 1_000_000))
        shown = status(node)
        expect(f"{name} {text}: healthy", (shown["healthy"], shown[f"{key}_result"]),
               (is_healthy, result))
        told = office.metrics()
        expect("good", told[of(node, f"tonghop_{metric}_good")], "1" if result == "ok" else "0")
        moment = float(told[of(node, f"tonghop_{metric}_last_timestamp_seconds")])
        if "nonsense" not in text:
            expect("age", abs(time.time() - age_s - moment) < 60, True)
            expect("age", abs(int(shown[f"{key}_age_seconds"]) - age_s) < 60, True)
        for language, words in (("en", english), ("vi", vietnamese)):
            said = node.tonghop("--lang", language, "status", expect=0 if is_healthy else 1)
            expect_in(f"{name} in {language}", said.err, words)
        office.state(node, name).unlink()
        expect("never", (status(node)["healthy"], status(node)[key]), (True, None))
    expect("never", of(node, "tonghop_verify_good") in office.metrics(), False)


def a_file_for_the_collector(office: Office) -> None:
    """--output writes a whole file that everybody may read, in the place of the one before; where it
    cannot, that one stays"""
    folder = office.tree.folder / "textfile"
    folder.mkdir()
    path = folder / "tonghop.prom"
    path.write_text("old\n")
    path.chmod(0o600)
    old_umask = os.umask(0o077)
    office.tree.tonghop("metrics", "--output", str(path))
    os.umask(old_umask)
    expect("mode", stat.S_IMODE(path.stat().st_mode), 0o644)
    result = promtool("check", "metrics", stdin=path.read_text())
    expect("promtool check metrics", (result.status, result.err), (0, ""))
    expect("nothing else is there", [entry.name for entry in folder.iterdir()], [path.name])
    result = office.tree.tonghop("metrics", "--output", str(folder / "none" / "x.prom"), expect=1)
    expect_in("no folder", result.err, "x.prom")


def without_configurations(office: Office) -> None:
    """A machine without a node is told as such; a folder that is not there is an error"""
    empty = office.tree.folder / "empty"
    empty.mkdir()
    told = samples(office.tree.tonghop("--etc", str(empty), "metrics").out)
    expect("told", [key.partition("{")[0] for key in told], ["tonghop_build_info"])
    office.tree.tonghop("--etc", str(empty / "none"), "metrics", expect=2)
    office.tree.tonghop("metrics", "--http", "--output", "x", expect=2)
    office.tree.tonghop("metrics", "--format", "json", expect=2)


class Answer:
    def __init__(self, raw: bytes) -> None:
        head, _, self.body = raw.partition(b"\r\n\r\n")
        lines = head.decode("ascii").split("\r\n")
        self.status = int(lines[0].split(" ")[1]) if raw else 0
        self.headers = dict(line.split(": ", 1) for line in lines[1:])
        if raw:
            self.length = int(self.headers["Content-Length"])
            expect("close", self.headers["Connection"], "close")


def ask(office: Office, *pieces: bytes, is_half_closed: bool = False, etc: str = "") -> Answer:
    """As a socket unit with Accept=yes does it: the connection is standard input and output."""
    ours, theirs = socket.socketpair()
    with ours, subprocess.Popen(
            [str(office.tree.program), "--etc", etc or str(office.tree.etc), "metrics", "--http"],
            stdin=theirs, stdout=theirs, stderr=subprocess.PIPE, env=office.tree.environment) as process:
        theirs.close()
        ours.settimeout(COMMAND_S)
        for piece in pieces:
            ours.sendall(piece)
            time.sleep(0.05)  # so that it comes in pieces
        if is_half_closed:
            ours.shutdown(socket.SHUT_WR)
        raw = b""
        while chunk := ours.recv(65536):
            raw += chunk
        ours.close()
        code = process.wait(COMMAND_S)
    expect("exit status", code, 2 if raw.startswith(b"HTTP/1.1 500") else 0)
    answer = Answer(raw)
    is_whole = raw and not pieces[0].startswith(b"HEAD ")
    expect("length", len(answer.body), answer.length if is_whole else 0)
    return answer


def over_http(office: Office) -> None:
    """One HTTP request on standard input is answered: GET /metrics with the metrics, HEAD without
    them, others with 400, 404 or 405, and silence with nothing"""
    good = b"GET /metrics HTTP/1.1\r\nHost: 127.0.0.1:9464\r\nAccept: text/plain\r\n\r\n"
    answer = ask(office, good)
    expect("status", answer.status, 200)
    expect("type", answer.headers["Content-Type"], "text/plain; version=0.0.4; charset=utf-8")
    expect("up", samples(answer.body.decode())[of(office.province, "tonghop_up")], "1")
    expect("in pieces", ask(office, good[:9], good[9:40], good[40:]).status, 200)
    expect("then no more", ask(office, good, is_half_closed=True).status, 200)
    expect("with a query", ask(office, b"GET /metrics?a=b HTTP/1.0\r\n\r\n").status, 200)
    expect("another page", ask(office, b"GET / HTTP/1.1\r\n\r\n").status, 404)
    answer = ask(office, b"POST /metrics HTTP/1.1\r\nContent-Length: 70000\r\n\r\n", b"x" * 70000)
    expect("another method", (answer.status, answer.headers["Allow"]), (405, "GET, HEAD"))
    answer = ask(office, good.replace(b"GET", b"HEAD"))  # without a body, as ask() looks for
    expect("the head alone", (answer.status, answer.length > 0), (200, True))
    expect("of a refusal", ask(office, b"HEAD / HTTP/1.1\r\n\r\n").status, 404)
    expect("no HTTP", ask(office, b"\x16\x03\x01\x02\x00\r\n\r\n").status, 400)
    expect("too long", ask(office, b"GET /metrics HTTP/1.1\r\n", b"A: " + b"b" * 9000).status, 400)
    expect("cut off", ask(office, good[:-2], is_half_closed=True).status, 400)
    expect("nothing", ask(office, is_half_closed=True).status, 0)
    expect("no folder", ask(office, good, etc=str(office.tree.folder / "none")).status, 500)


def slow_askers(office: Office) -> None:
    """Who does not end its request is refused after a few seconds; who does not read is left"""
    begin = time.monotonic()
    expect("slow", ask(office, b"GET /metrics HTTP/1.1\r\n").status, 400)
    expect("it took", 4 < time.monotonic() - begin < 5 + SLACK_S, True)
    ours, theirs = socket.socketpair()
    for end in (ours, theirs):  # the kernel makes the least of it
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1)
    begin = time.monotonic()
    with ours, subprocess.Popen(
            [str(office.tree.program), "--etc", str(office.tree.etc), "metrics", "--http"],
            stdin=theirs, stdout=theirs, env=office.tree.environment) as process:
        theirs.close()
        ours.sendall(b"GET /metrics HTTP/1.1\r\n\r\n")
        expect("it ends", process.wait(COMMAND_S), 0)
    expect("it took", time.monotonic() - begin < 5 + SLACK_S, True)


with Tree() as tree:
    play([a_tree_is_told, the_campaign_is_told, who_does_not_answer, with_a_mistake_in_the_file, a_link_that_is_missing,
          the_last_care_is_told, a_file_for_the_collector, without_configurations, over_http,
          slow_askers], Office(tree))
