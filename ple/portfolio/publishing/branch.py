"""A branch of a git repository, from which GitHub, GitLab and Codeberg serve pages.

A host changes from one commit to the next, so a visitor never sees half a site, and a push that is cut changes
nothing: the next one does all of it. Only files that an earlier publication put there are ever taken away; a CNAME or
a README that somebody else put there stays.
"""

import hashlib
import os
import re
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from ple.portfolio.build import MANIFEST, name_of
from ple.portfolio.publishing import manifest as manifests
from ple.portfolio.publishing.changes import Changes, Here, changes
from ple.portfolio.publishing.errors import ForeignFiles, Overtaken, PublishError
from ple.portfolio.publishing.manifest import Line, Manifest
from ple.portfolio.publishing.place import Entry, Told

_PROTOCOLS = "file:git:http:https:ssh"
_LONGEST = 600


class Branch:
    """A branch that a host serves."""

    def __init__(self, remote: str, branch: str, cache: Path) -> None:
        """Publish to ``branch`` of ``remote``; ``cache`` keeps what git needs for it.

        Raises:
            PublishError: these are no names of a repository and a branch, or git is not here.
        """
        if remote.startswith("-") or "::" in remote or any(ord(letter) < 32 for letter in remote):
            raise PublishError(
                f"“{remote}” is no address of a repository", hint="Give its address, as for `git clone`."
            )
        if not re.fullmatch(r"[A-Za-z0-9][\w./-]{0,99}", branch) or ".." in branch:
            raise PublishError(f"“{branch}” is no name of a branch", hint="Most hosts take “main” or “gh-pages”.")
        self.shown = _without_secrets(remote)
        self._remote = remote
        self._branch = branch
        self._git = _Git(cache)
        self._parent: str | None = None
        self._there: dict[str, tuple[str, str, int]] = {}

    def compare(self, here: Mapping[str, Here], site: str, *, adopt: bool) -> Changes:
        """Return what a publication would change.

        Raises:
            ForeignFiles: somebody else's file stands where one of ours goes.
            PublishError: the repository cannot be read, or holds the portfolio of another library.
        """
        self._parent, self._there = self._git.look(self._remote, self._branch)
        known = self._known(site, adopt=adopt)
        there = {path: Entry(size, blob) for path, (_mode, blob, size) in self._there.items()}
        found = changes(here, there, known, MANIFEST)
        if found.replaced and not adopt:
            raise ForeignFiles(f"{self._branch} of {self.shown}", found.replaced)
        return found

    def deploy(
        self,
        here: Mapping[str, Here],
        found: Changes,
        site: str,
        content: Callable[[str], bytes],
        told: Told | None,
        by: str = "",
    ) -> str:
        """Make the branch what ``found`` says, and return the commit.

        Raises:
            Overtaken: the branch was changed since it was compared; nothing of it was replaced.
        """
        stays = {path: self._there[path] for path in (*found.foreign, *found.kept)}
        listed = manifests.written(
            Manifest(
                site, {name_of(path): Line(one.digest, one.size, one.mark or "") for path, one in here.items()}, by
            )
        )
        parcels = {file.path: content(file.path) for file in (*found.new, *found.changed)}
        blobs = {path: one.mark or "" for path, one in here.items()} | {MANIFEST: blob_of(listed)}
        self._git.keep({**parcels, MANIFEST: listed})
        files = {path: ("100644", blob) for path, blob in blobs.items()}
        files |= {path: (mode, blob) for path, (mode, blob, _size) in stays.items()}
        counts = f"{len(found.new)} new, {len(found.changed)} changed, {len(found.gone)} gone"
        commit = self._git.commit(self._git.tree(files), self._parent, f"Publish the portfolio: {counts}")
        try:
            self._git.run("push", "--quiet", "--", self._remote, f"{commit}:refs/heads/{self._branch}")
        except PublishError as error:
            if self._git.newest(self._remote, self._branch) not in (self._parent, commit):
                raise Overtaken(f"{self._branch} of {self.shown}") from error
            raise
        if told:
            told(len(parcels), len(parcels))
        return commit

    def _known(self, site: str, *, adopt: bool) -> Manifest | None:
        if MANIFEST not in self._there:
            return None
        try:
            found = manifests.read(self._git.run("cat-file", "blob", self._there[MANIFEST][1]).encode())
        except manifests.Unreadable:
            return None
        if found.site not in ("", site) and not adopt:
            raise PublishError(
                f"{self._branch} of {self.shown} holds the portfolio of another library",
                hint="Name another branch; or say --adopt, and this portfolio takes the place of that one.",
            )
        return found


def blob_of(content: bytes) -> str:
    """Return the name that git gives to a content."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


_SAID_AFTER_THE_REASON = (
    "fatal: Could not read from remote repository.",
    "Please make sure you have the correct access rights",
    "and the repository exists.",
)


class _Git:
    """A repository of our own, without a work tree, through which sites are sent."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        if not (folder / "HEAD").is_file():
            folder.mkdir(parents=True, exist_ok=True)
            self.run("init", "--quiet", "--bare", "--", str(folder), inside=False)

    def run(self, *words: str, given: bytes | None = None, inside: bool = True) -> str:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        environment |= {"GIT_TERMINAL_PROMPT": "0", "GIT_ALLOW_PROTOCOL": _PROTOCOLS, "LC_ALL": "C"}
        environment |= {"GIT_INDEX_FILE": str(self._folder.absolute() / "publishing")} if inside else {}
        where = [f"--git-dir={self._folder}"] if inside else []
        try:
            done = subprocess.run(  # noqa: S603
                ["git", *where, *words],  # noqa: S607
                input=given, capture_output=True, env=environment, timeout=_LONGEST, check=False,
            )  # fmt: skip
        except FileNotFoundError as error:
            raise PublishError("git is not installed", hint="Install it, or build into a folder.") from error
        except subprocess.TimeoutExpired as error:
            raise PublishError(f"git {words[0]} did not end within {_LONGEST // 60} minutes") from error
        if done.returncode:
            lines = [line.strip() for line in done.stderr.decode("utf-8", "replace").splitlines()]
            said = [line for line in lines if line and line not in _SAID_AFTER_THE_REASON] or ["it did not say why"]
            raise PublishError(f"git {words[0]} failed: {_without_secrets(said[-1])}")
        return done.stdout.decode("utf-8", "replace").strip()

    def newest(self, remote: str, branch: str) -> str | None:
        """Return the newest commit of a branch, None when there is no such branch."""
        said = self.run("ls-remote", "--heads", "--", remote, f"refs/heads/{branch}").split()
        return said[0] if said else None

    def look(self, remote: str, branch: str) -> tuple[str | None, dict[str, tuple[str, str, int]]]:
        """Return the newest commit of a branch, and mode, blob and size of each of its files; nothing of a new one."""
        if self.newest(remote, branch) is None:
            return None, {}
        self.run("fetch", "--quiet", "--depth=1", "--no-tags", "--", remote, f"refs/heads/{branch}")
        commit = self.run("rev-parse", "FETCH_HEAD")
        found: dict[str, tuple[str, str, int]] = {}
        for line in self.run("ls-tree", "-r", "-l", "-z", "--full-tree", commit).split("\0"):
            if line:
                about, path = line.split("\t", 1)
                mode, _kind, blob, size = about.split()
                found[path] = (mode, blob, int(size) if size.isdecimal() else 0)
        return commit, found

    def keep(self, files: Mapping[str, bytes]) -> None:
        """Keep the contents of files; one process for all."""
        with TemporaryDirectory() as folder:
            for number, content in enumerate(files.values()):
                (Path(folder) / str(number)).write_bytes(content)
            paths = "".join(f"{Path(folder) / str(number)}\n" for number in range(len(files)))
            self.run("hash-object", "-w", "--no-filters", "--stdin-paths", given=paths.encode())

    def tree(self, files: Mapping[str, tuple[str, str]]) -> str:
        """Return a tree of these files."""
        self.run("read-tree", "--empty")
        lines = "".join(f"{mode} {blob}\t{path}\0" for path, (mode, blob) in sorted(files.items()))
        self.run("update-index", "-z", "--index-info", given=lines.encode())
        return self.run("write-tree")

    def commit(self, tree: str, parent: str | None, words: str) -> str:
        """Return a commit of a tree, in the learner's name as git knows it."""
        named = ["-c", "user.name=ple", "-c", "user.email=ple@localhost"]
        try:
            self.run("var", "GIT_AUTHOR_IDENT")
            named = []
        except PublishError:
            pass
        return self.run(*named, "commit-tree", tree, *(["-p", parent] if parent else []), "-m", words)


def _without_secrets(text: str) -> str:
    return re.sub(r"(\w+://)[^/@\s]+@", r"\1…@", text)[:300]
