"""deploy/release makes nothing of a tree that is no release, and says why."""

import shutil
import subprocess
import tempfile
from pathlib import Path

from harness import Result
from scene import ROOT, expect, expect_in, play

VERSION, DAY = "9.8.7", "2024-12-12"


class Project:
    """A git clone with what deploy/release looks at first."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "deploy").mkdir()
        (folder / "daemon/store").mkdir(parents=True)
        shutil.copy(ROOT / "deploy/release", folder / "deploy")
        self.write("CMakeLists.txt", f"project(tonghop VERSION {VERSION} LANGUAGES C)\n")
        self.write("CHANGELOG.md", f"# Changelog\n\n## [{VERSION}] - {DAY}\n")
        self.write("deploy/releases", "# none\n")
        self.write("daemon/store/store.h", "")  # what is looked at last
        self.git("init", "--quiet")
        self.commit()

    def write(self, path: str, text: str) -> None:
        (self.folder / path).write_text(text)

    def git(self, *arguments: str) -> None:
        subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@example.org", *arguments],
                       cwd=self.folder, check=True)

    def commit(self) -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "change")

    def release(self) -> Result:
        done = subprocess.run([self.folder / "deploy/release"], capture_output=True, encoding="utf-8")
        return Result(done.returncode, done.stdout, done.stderr)

    def expect_refused(self, what: str, *parts: str) -> None:
        result = self.release()
        expect(f"{what}: exit status\n{result.err}", result.status, 1)
        expect_in(what, result.err, *parts)
        expect(f"{what}: files", (self.folder / "build").exists(), False)


def changed_tree(project: Project) -> None:
    """A file that is not committed, or that git does not know"""
    project.write("CMakeLists.txt", f"project(tonghop VERSION {VERSION} LANGUAGES C)\n\n")
    project.expect_refused("changed", "the tree is not clean")
    project.git("checkout", "--quiet", ".")
    project.write("notes", "")
    project.expect_refused("unknown", "the tree is not clean")
    (project.folder / "notes").unlink()


def missing_heading(project: Project) -> None:
    """A changelog that does not begin with this version and a day"""
    for heading in ("[Unreleased]", f"[{VERSION}]", f"[9.8.6] - {DAY}", f"[9x8x7] - {DAY}"):
        project.write("CHANGELOG.md", f"## {heading}\n## [{VERSION}] - {DAY}\n")
        project.commit()
        project.expect_refused(heading, f"begins with '## {heading}', not with '## [{VERSION}]")
    project.write("CHANGELOG.md", f"## [{VERSION}] - 9999-12-31\n")
    project.commit()
    project.expect_refused("a day that lies ahead", "9999-12-31, has not begun")
    project.write("CHANGELOG.md", f"## [{VERSION}] - {DAY}\n")
    project.commit()


def released_before(project: Project) -> None:
    """A version that deploy/releases lists"""
    project.write("deploy/releases", f"{VERSION} {DAY} 4 {'0' * 40}\n")
    project.commit()
    project.expect_refused("again", f"{VERSION} was released before")
    project.write("deploy/releases", f"{VERSION}1 {DAY} 4 {'0' * 40}\n")
    project.commit()
    project.expect_refused("another", "no schema in daemon/store")


def archive(project: Project) -> None:
    """A tree that is no git clone"""
    shutil.rmtree(project.folder / ".git")
    project.expect_refused("archive", "in a git clone")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        play([changed_tree, missing_heading, released_before, archive], Project(Path(folder)))
