"""Publishing to a branch of a git repository, from which GitHub, GitLab and Codeberg serve pages.

A host changes from one commit to the next, so a visitor never sees half a site, and a push that is cut changes
nothing: the next one does all of it. Only files that an earlier publication put there are ever taken away; a CNAME or
a README that somebody else put there stays. A repository shows its list of files to everybody, so pages that are
unlisted are not put there unless the learner says that it is private.
"""

import json
import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from ple.library import PleError
from ple.portfolio.build import MANIFEST, files_of, name_of
from ple.portfolio.permalinks import UNLISTED

_PROTOCOLS = "file:git:http:https:ssh"
_LONGEST = 600


class PublishError(PleError):
    """The site could not be published; what visitors see is as it was."""

    hint = "Try again when that is mended; publishing goes on where it was."


@dataclass(frozen=True, slots=True)
class Published:
    """What a publication changes, or would change."""

    remote: str
    branch: str
    commit: str | None
    """None: there was nothing to change, or it was only looked at."""
    new: tuple[str, ...]
    changed: tuple[str, ...]
    gone: tuple[str, ...]
    held_back: int
    """Unlisted pages that were not put there."""


def to_branch(
    site: Path, cache: Path, remote: str, branch: str, *, dry_run: bool = False, with_unlisted: bool = False
) -> Published:
    """Put the site that was built in ``site`` on ``branch`` of ``remote``; ``cache`` keeps what git needs for it.

    Raises:
        PublishError: git is not here, or the repository cannot be read or written.
    """
    if remote.startswith("-") or "::" in remote or any(ord(letter) < 32 for letter in remote):
        raise PublishError(f"“{remote}” is no address of a repository", hint="Give its address, as for `git clone`.")
    if not re.fullmatch(r"[A-Za-z0-9][\w./-]{0,99}", branch) or ".." in branch:
        raise PublishError(f"“{branch}” is no name of a branch", hint="Most hosts take “main” or “gh-pages”.")
    everything = dict(files_of(site))
    if not everything:
        raise PublishError(f"there is no site in {site}", hint="Make it with `ple portfolio build`.")
    hidden = {path for path in everything if path.startswith(UNLISTED) and path.count("/") > 1}
    files = everything if with_unlisted else {p: said for p, said in everything.items() if p not in hidden}
    files[".nojekyll"] = b""
    files[MANIFEST] = _manifest(files)
    git = _Git(cache)
    parent, there = git.look(remote, branch)
    ours = git.ours(there)
    blobs = git.keep(files)
    foreign = {path: entry for path, entry in there.items() if name_of(path) not in ours and path not in blobs}
    before = {path: entry[1] for path, entry in there.items() if path not in foreign}
    new = tuple(sorted(blobs.keys() - before.keys()))
    changed = tuple(sorted(path for path in blobs.keys() & before.keys() if blobs[path] != before[path]))
    gone = tuple(sorted(before.keys() - blobs.keys()))
    held_back = 0 if with_unlisted else len(hidden)
    if dry_run or not (new or changed or gone):
        return Published(remote, branch, None, new, changed, gone, held_back)
    tree = git.tree({path: ("100644", blob) for path, blob in blobs.items()} | foreign)
    commit = git.commit(
        tree, parent, f"Publish the portfolio: {len(new)} new, {len(changed)} changed, {len(gone)} gone"
    )
    git.run("push", "--quiet", "--", remote, f"{commit}:refs/heads/{branch}")
    return Published(remote, branch, commit, new, changed, gone, held_back)


def _manifest(files: Mapping[str, bytes]) -> bytes:
    names = {name_of(path): ["", ""] for path in sorted({*files, MANIFEST})}
    return (json.dumps({"made_by": "ple portfolio", "files": names}, indent=0, sort_keys=True) + "\n").encode()


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
            said = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["it did not say why"]
            raise PublishError(f"git {words[0]} failed: {_without_secrets(said[-1])}")
        return done.stdout.decode("utf-8", "replace").strip()

    def look(self, remote: str, branch: str) -> tuple[str | None, dict[str, tuple[str, str]]]:
        """Return the newest commit of a branch, and mode and blob of each of its files; nothing of a new branch."""
        if not self.run("ls-remote", "--heads", "--", remote, f"refs/heads/{branch}"):
            return None, {}
        self.run("fetch", "--quiet", "--depth=1", "--no-tags", "--", remote, f"refs/heads/{branch}")
        commit = self.run("rev-parse", "FETCH_HEAD")
        found: dict[str, tuple[str, str]] = {}
        for line in self.run("ls-tree", "-r", "-z", "--full-tree", commit).split("\0"):
            if line:
                about, path = line.split("\t", 1)
                mode, _kind, blob = about.split()
                found[path] = (mode, blob)
        return commit, found

    def ours(self, there: Mapping[str, tuple[str, str]]) -> set[str]:
        """Return the hashed names of what an earlier publication put there."""
        if MANIFEST not in there:
            return set()
        try:
            said = json.loads(self.run("cat-file", "blob", there[MANIFEST][1]))
            return set(said["files"]) if said["made_by"] == "ple portfolio" else set()
        except (ValueError, KeyError, TypeError):
            return set()

    def keep(self, files: Mapping[str, bytes]) -> dict[str, str]:
        """Keep the contents of files and return their names, by path; one process for all."""
        with TemporaryDirectory() as folder:
            for number, content in enumerate(files.values()):
                (Path(folder) / str(number)).write_bytes(content)
            paths = "".join(f"{Path(folder) / str(number)}\n" for number in range(len(files)))
            names = self.run("hash-object", "-w", "--no-filters", "--stdin-paths", given=paths.encode()).split()
        return dict(zip(files, names, strict=True))

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
