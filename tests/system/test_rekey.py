"""Keys are replaced without losing a report: of a node, of a reporter, and of the node above, while
reports go on being filed. Old keys are refused, and no secret is ever shown or readable by others."""

import os
import threading
from pathlib import Path

from harness import Failure, Node, Result, Tree, eventually
from scene import (client, exact, expect, expect_in, plant, play, settle, status, submit, table, total,
                   verify)

DISTRICT, COMMUNE, OTHER_COMMUNE = 631, 23857, 23860
VISITS = "reception.visits"
NOBODY = 65534
# Each is a report of its own, so that each that was acknowledged can be looked for.
PERIODS = [f"{year}-{half}" for year in range(1901, 2025) for half in ("S1", "S2")]


class Filer(threading.Thread):
    """Hands in one report after the other, each until it is acknowledged."""

    def __init__(self, node: Node, unit: int) -> None:
        super().__init__(name=f"filer of {unit}", daemon=True)
        self.node, self.unit = node, unit
        self.done: list[str] = []  # the periods of the reports that were acknowledged
        self._is_over = threading.Event()

    def run(self) -> None:
        for value, period in enumerate(PERIODS):
            while not self._is_over.is_set():
                result = submit(self.node, period, table({VISITS: value}), "--unit", str(self.unit),
                                expect=None)
                if result.status == 0:
                    self.done.append(period)
                    break
                self._is_over.wait(0.1)
            if self._is_over.wait(0.2):
                return

    def wait_for_more(self, count: int = 3) -> None:
        wanted = len(self.done) + count
        expect("there are periods left", wanted <= len(PERIODS), True)
        eventually(lambda: len(self.done) >= wanted, f"the {self.name} goes on", timeout_s=60)

    def end(self) -> None:
        self._is_over.set()
        self.join()


class Rotation:
    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.province = plant(tree)
        self.district = tree.add("duc-co", DISTRICT, self.province)
        self.reporter = client(tree, "xa", OTHER_COMMUNE, self.district)
        self.secrets: set[str] = set()
        self.said = ""
        self.former: dict[str, str] = {}  # public keys, by name
        self.filers = [Filer(self.district, COMMUNE), Filer(self.reporter, OTHER_COMMUNE)]
        for filer in self.filers:
            filer.start()
            filer.wait_for_more(1)

    def rekey(self, node: Node, *arguments: str, expect: int = 0) -> Result:
        """The command, whose words and key files are kept to be looked at."""
        result = node.tonghop("rekey", *arguments, expect=expect)
        self.said += result.out + result.err
        for path in self.key_files():
            self.secrets.add(path.read_text().strip())
            if path.stat().st_mode & 0o777 != 0o600:
                raise Failure(f"{path} has mode {path.stat().st_mode:o}")
        return result

    def key_files(self) -> list[Path]:
        return list(self.tree.etc.glob("*.key*"))

    def prepare(self, node: Node) -> list[str]:
        """The lines for the administrator of the node above."""
        self.former[node.name] = node.public_key
        lines = self.rekey(node).out.splitlines()
        expect("the same again", self.rekey(node).out.splitlines(), lines)
        expect("still in use", node.public_key, self.former[node.name])
        return lines

    def run_lines(self, node: Node, lines: list[str]) -> None:
        for line in lines:
            program, *arguments = line.split()
            expect("program", program, "tonghop")
            node.tonghop(*arguments)

    def name_parent_anew(self, node: Node, parent: Node) -> None:
        """Puts the parent's new key in the place of the old one."""
        text = node.config.read_text()
        expect("names the old key", self.former[parent.name] in text, True)
        node.config.write_text(text.replace(self.former[parent.name], parent.public_key))

    def old_key_client(self, node: Node, server: Node) -> Path:
        """A client that has kept the old key of `node`."""
        path = self.tree.folder / f"{node.name}-old.conf"
        path.write_text(f"[client]\nunit = {node.unit}\nendpoint = {server.endpoint}\n"
                        f"key = {server.public_key}\nkey_file = {self.tree.etc}/{node.name}.key.old\n")
        return path


def a_node_gets_a_new_key(rotation: Rotation) -> None:
    """A node's key is replaced while it takes reports in; what comes in meanwhile waits"""
    district, province = rotation.district, rotation.province
    lines = rotation.prepare(district)
    expect("lines", [line.split()[1] for line in lines], ["revoke", "enrol"])
    expect_in("whose", lines[0], rotation.former[district.name])
    rotation.run_lines(province, lines)
    eventually(lambda: status(district)["linked"] == "no", "the old key is cut off")
    rotation.filers[0].wait_for_more()
    expect("waiting", int(status(district)["outbox"]) >= 3, True)
    rotation.rekey(district, "--commit")
    expect("a new key", district.public_key != rotation.former[district.name], True)
    expect("the enrolled one", district.public_key in lines[1], True)
    eventually(lambda: "if 'tonghop rekey --commit' made a new one, restart"
               in district.tonghop("status", "--lang", "en", expect=None).err, "the old key is told")
    district.stop()
    district.start(is_awaited=False)
    rotation.filers[0].wait_for_more()
    eventually(lambda: status(district)["linked"] == "yes", "the new key is let in")
    expect("the old key is past", "is not that of" in district.tonghop("status", "--lang", "en", expect=None).err,
           False)


def those_beneath_name_it(rotation: Rotation) -> None:
    """Who is beneath a node with a new key is let in again when it names that key"""
    rotation.name_parent_anew(rotation.reporter, rotation.district)
    rotation.filers[1].wait_for_more()


def a_reporter_gets_a_new_key(rotation: Rotation) -> None:
    """A reporter's key is replaced without a pause: old and new are enrolled for a while"""
    district, reporter = rotation.district, rotation.reporter
    lines = rotation.prepare(reporter)
    expect("lines", [line.split()[1] for line in lines], ["enrol"])
    expect_in("where they are to be run", rotation.said, f"({district.endpoint})")
    rotation.run_lines(district, lines)
    rotation.filers[1].wait_for_more()
    lines = rotation.rekey(reporter, "--commit").out.splitlines()
    again = rotation.rekey(reporter, "--commit", "--lang", "en")  # the first was not seen to its end
    expect("the same again", again.out.splitlines(), lines)
    expect_in("what happened", again.err, "was replaced by an earlier run")
    rotation.filers[1].wait_for_more()
    old = rotation.old_key_client(reporter, district)
    rotation.tree.tonghop("--config", str(old), "catalogue", "show")
    expect("lines", lines, [f"tonghop revoke {rotation.former[reporter.name]}"])
    rotation.run_lines(district, lines)
    rotation.filers[1].wait_for_more()


def the_root_gets_a_new_key(rotation: Rotation) -> None:
    """A parent's key is replaced: nodes beneath take reports in, and hand them up when they name the
    new key"""
    district, province = rotation.district, rotation.province
    expect("nobody is to enrol the root", rotation.prepare(province), [])
    rotation.rekey(province, "--commit")
    province.stop()
    province.start()
    eventually(lambda: status(district)["linked"] == "no", "the old key of the root does not do")
    for filer in rotation.filers:
        filer.wait_for_more()
    rotation.name_parent_anew(district, province)
    district.stop()
    district.start(is_awaited=False)
    rotation.filers[0].wait_for_more()
    eventually(lambda: status(district)["linked"] == "yes", "the district names the new key")


def old_keys_are_refused(rotation: Rotation) -> None:
    """The old keys are of no use any more"""
    for node, server in ((rotation.district, rotation.province),
                         (rotation.reporter, rotation.district)):
        old = rotation.old_key_client(node, server)
        result = rotation.tree.tonghop("--config", str(old), "catalogue", "show", expect=1)
        expect_in(node.name, result.err, "forbidden")
        listed = server.tonghop("keys", "--format", "csv").out
        expect_in(node.name, next(line for line in listed.splitlines()
                                  if rotation.former[node.name] in line), "revoked")


def nothing_is_lost(rotation: Rotation) -> None:
    """Every report that was acknowledged is in the totals of the root"""
    for filer in rotation.filers:
        filer.wait_for_more(1)
        filer.end()
    settle(rotation.district, rotation.province)
    for filer in rotation.filers:
        expect("filed through all of it", len(filer.done) >= 10, True)
        expect(f"held, of those of {filer.unit}",
               {period: total(rotation.province, period, VISITS, "--unit", str(filer.unit))
                for period in filer.done},
               {period: exact(PERIODS.index(period), 1) for period in filer.done})
    verify(rotation.district, rotation.province)


def steps_are_checked(rotation: Rotation) -> None:
    """A step that cannot be done changes nothing, and one that was interrupted is completed by running
    it again"""
    tree = rotation.tree
    node = tree.init("chu-ty", COMMUNE, rotation.district, listens=False)
    first = node.public_key
    result = rotation.rekey(node, "--commit", expect=2)
    expect_in("nothing prepared", result.err, "run `tonghop rekey` first")
    rotation.rekey(node, "--role", "admin", expect=2)
    new = tree.etc / "chu-ty.key.new"
    new.write_text("")  # not ours: a key file of ours is never half there
    new.chmod(0o600)
    rotation.rekey(node, expect=2)
    rotation.rekey(node, "--commit", expect=2)
    expect("in use", (node.public_key, (tree.etc / "chu-ty.key.old").exists()), (first, False))
    new.unlink()
    enrolled = rotation.rekey(node).out.split()[-3]
    # Interrupted after the public key was written, and after the old key got its second name.
    (tree.etc / "chu-ty.pub").write_text(enrolled + "\n")
    (tree.etc / "chu-ty.key.old").hardlink_to(tree.etc / "chu-ty.key")
    new_key = new.read_text()
    new.unlink()  # given up in the middle of it: the old key is the one in use
    result = rotation.rekey(node, "--commit", expect=2)
    expect_in("nothing prepared", result.err, "run `tonghop rekey` first")
    expect("nothing to revoke", result.out, "")
    new.write_text(new_key)
    new.chmod(0o600)
    rotation.rekey(node, "--commit")
    expect("now in use", (node.public_key, new.exists()), (enrolled, False))
    expect_in("done before", rotation.rekey(node, "--commit").err, "was replaced by an earlier run")
    (tree.etc / "chu-ty.key.old").unlink()  # all is well: nothing is left to do
    rotation.rekey(node, "--commit", expect=2)
    expect("as it was", node.public_key, enrolled)


def root_gives_keys_to_their_user(rotation: Rotation) -> None:
    """Root replaces the key of another user's daemon, which can read the new one; a link that this user
    made in the new key's place leads nowhere"""
    tree = rotation.tree
    node = tree.init("ia-pa", COMMUNE, rotation.district, listens=False)
    key, new, victim = (tree.etc / name for name in ("ia-pa.key", "ia-pa.key.new", "victim.key"))
    os.chown(key, NOBODY, NOBODY)
    victim.write_text((tree.etc / "chu-ty.key").read_text())  # a good key, of root
    victim.chmod(0o600)
    for make in (new.symlink_to, new.hardlink_to):
        make(victim)
        rotation.rekey(node, expect=2)
        rotation.rekey(node, "--commit", expect=2)
        expect("the owner of the other file", victim.stat().st_uid, 0)
        new.unlink()
    victim.unlink()
    rotation.rekey(node)
    expect("the owner of the new key", new.stat().st_uid, NOBODY)
    rotation.rekey(node, "--commit")
    expect("of the key in use", (key.stat().st_uid, key.stat().st_gid), (NOBODY, NOBODY))


def secrets_stay_secret(rotation: Rotation) -> None:
    """No secret key is in a log, in what the commands say, or in a file that others may read"""
    expect("secret keys that were looked for", len(rotation.secrets) >= 8, True)
    places = {node.log.name: node.log.read_text(errors="replace")
              for node in (rotation.province, rotation.district)}
    places["output"] = rotation.said
    places |= {path.name: path.read_text() for path in rotation.tree.etc.glob("*.pub")}
    places |= {path.name: path.read_text() for path in rotation.tree.etc.glob("*.conf")}
    secrets = [secret for secret in rotation.secrets if secret]
    for name, text in places.items():
        expect(f"secrets in {name}", [secret for secret in secrets if secret in text], [])
    # A whole folder is looked at: nothing else was left there.
    left = {path.suffix for path in rotation.tree.etc.iterdir()}
    expect("kinds of files", left, {".conf", ".key", ".pub", ".old"})


STEPS = (a_node_gets_a_new_key, those_beneath_name_it, a_reporter_gets_a_new_key,
         the_root_gets_a_new_key, old_keys_are_refused, nothing_is_lost, steps_are_checked)

if __name__ == "__main__":
    with Tree() as grown:
        rotation_of_all = Rotation(grown)
        play(STEPS, rotation_of_all)
        if os.geteuid() == 0:
            play((root_gives_keys_to_their_user,), rotation_of_all)
        else:
            print("not applicable without root: giving a key to another user")
        play((secrets_stay_secret,), rotation_of_all)
