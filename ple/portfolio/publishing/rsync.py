"""A folder that rsync reaches, over SSH or as a module of an rsync server, with the rsync of this computer.

rsync writes beside the file and renames; a connection that it makes with SSH knows servers and keys as `ssh` does.
"""

import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

from ple.portfolio.publishing.address import Address
from ple.portfolio.publishing.errors import PublishError
from ple.portfolio.publishing.place import Entry, Parcel, above

_LONGEST = 1800
_LINE = re.compile(r"([-dlpsbc])\S{9}\S?\s+([\d,.]+) (\S+ \S+) (.*)")
_UNKNOWN_HOST = "Host key verification failed"


class Rsync:
    """A folder that rsync reaches, as a :class:`~ple.portfolio.publishing.place.Place`."""

    manifest = ".ple-portfolio.json"
    batch = 5000

    def __init__(self, address: Address, secret: str | None) -> None:
        """Go to ``address``; ``secret`` is the password of an rsync server. SSH is asked for nothing."""
        self.shown = address.shown
        who = f"{address.user}@" if address.user else ""
        host = f"[{address.host}]" if ":" in address.host else address.host
        self._environment = {**os.environ, "LC_ALL": "C.UTF-8"}
        self._environment.pop("RSYNC_RSH", None)
        self._words = ["rsync", "--no-motd", "--timeout=60", "-s"]  # -s: names with spaces are one name
        folder = address.path.removeprefix("/~/") or "/"
        if address.kind == "rsync":
            port = f":{address.port}" if address.port else ""
            self._there = f"rsync://{who}{host}{port}/{folder.strip('/')}/"
            self._environment["RSYNC_PASSWORD"] = secret or ""
        else:
            ssh = ["ssh", "-oBatchMode=yes", "-oStrictHostKeyChecking=yes"]
            ssh += [f"-p{address.port}"] if address.port else []
            ssh += ["-i", str(Path(address.options["key"]).expanduser())] if address.options.get("key") else []
            self._words.append("--rsh=" + " ".join(f"'{word}'" if " " in word else word for word in ssh))
            self._there = f"{who}{host}:{folder.rstrip('/')}/"

    def look(self) -> dict[str, Entry]:
        """Return every file below the folder."""
        said = self._run("--recursive", "--list-only", "--no-human-readable", "--", self._there, absent="")
        found: dict[str, Entry] = {}
        for row in said.splitlines():
            match = _LINE.fullmatch(row)
            if match and match[1] != "d":
                found[_unescaped(match[4].partition(" -> ")[0])] = Entry(int(re.sub(r"\D", "", match[2])), match[3])
        return found

    def read(self, path: str, most: int) -> bytes | None:
        """Return the content of a file, None when there is none."""
        with TemporaryDirectory(prefix="ple-") as folder:
            self._run("--", self._there + path, folder, absent="")
            file = Path(folder) / path.rpartition("/")[2]
            return file.read_bytes()[:most] if file.is_file() else None

    def write(self, parcels: Sequence[Parcel]) -> Mapping[str, str]:
        """Put files in their places; what marks they have then is seen when they are listed."""
        with TemporaryDirectory(prefix="ple-") as folder:
            for parcel in parcels:
                file = Path(folder) / parcel.path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(parcel.content)
            self._run(
                "--recursive", "--checksum", "--chmod=D755,F644", "--mkpath", "--", f"{folder}/", self._there
            )  # fmt: skip
        return {}

    def claim(self, parcel: Parcel, seen: str | None) -> None:
        """Put a file in its place, whatever is there: rsync knows no conditions."""
        del seen
        self.write([parcel])

    def remove(self, paths: Sequence[str]) -> None:
        """Remove files, and folders that are empty then: what is named and is not here is deleted there."""
        folders = above(paths)
        with TemporaryDirectory(prefix="ple-") as here:
            for folder in folders:
                (Path(here) / folder).mkdir(parents=True, exist_ok=True)
            self._forget(here, paths)
            for depth in sorted({folder.count("/") for folder in folders}, reverse=True):
                level = [folder for folder in folders if folder.count("/") == depth]
                for folder in level:
                    (Path(here) / folder).rmdir()
                self._forget(here, [folder.rstrip("/") for folder in level])

    def _forget(self, here: str, names: Sequence[str]) -> None:
        given = "\0".join(sorted(names)).encode()
        self._run("--delete-missing-args", "--from0", "--files-from=-", "--", f"{here}/", self._there, given=given)

    def mark_of(self, content: bytes) -> str | None:
        """Return None: a list of rsync says sizes and times only."""
        return None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return

    def _run(self, *words: str, given: bytes | None = None, absent: str | None = None) -> str:
        try:
            done = subprocess.run(  # noqa: S603
                [*self._words, *words], input=given, capture_output=True, env=self._environment, timeout=_LONGEST,
                check=False,
            )  # fmt: skip
        except FileNotFoundError as error:
            raise PublishError("rsync is not installed", hint="Install it, or publish by SFTP: sftp://…") from error
        except subprocess.TimeoutExpired as error:
            raise PublishError(f"{self.shown} did not end within {_LONGEST // 60} minutes") from error
        said = done.stderr.decode("utf-8", "replace")
        if done.returncode == 0:
            return done.stdout.decode("utf-8", "surrogateescape")
        if absent is not None and done.returncode == 23 and "No such file" in said:
            return absent
        if _UNKNOWN_HOST in said:
            raise PublishError(
                f"nobody has confirmed yet that {self.shown} is who it says",
                hint="Sign in there once with `ssh`, and compare the key that it shows.",
            )
        lines = [line for line in said.strip().splitlines() if not line.startswith("rsync error:")] or said.splitlines()
        raise PublishError(f"rsync to {self.shown} failed: {(lines or ['it did not say why'])[-1][:300]}")


def _unescaped(name: str) -> str:
    """Return a name as it is: rsync writes bytes that do not print as ``\\#ooo``."""
    raw = re.sub(rb"\\#([0-7]{3})", lambda match: bytes([int(match[1], 8)]), name.encode("utf-8", "surrogateescape"))
    return raw.decode("utf-8", "replace")
