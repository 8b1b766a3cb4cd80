"""A visitor who looks at a site while it is being published: is there a page whose links lead nowhere?"""

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

SITE = "https://ada.example.org/portfolio/"
_LINK = re.compile(rb"""(?:href|src)=["']?([^"'\s>\\]+)|<(?:loc|link|id|url)>([^<]+)<|"(?:url|id)":\s*"([^"\\]+)\"""")


def tree(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder, as a host serves them: what begins with a dot is not shown."""
    found = {}
    for path in sorted(folder.rglob("*")) if folder.exists() else ():
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts):
            found[path.relative_to(folder).as_posix()] = path.read_bytes()
    return found


def broken(files: Mapping[str, bytes], begin: tuple[str, ...] = ("index.html", "sitemap.xml", "feed.xml")) -> list[str]:
    """Return the broken links of every page that can be reached from the first page, the sitemap or the feed."""
    waiting = [path for path in begin if path in files]
    seen = set(waiting)
    found = []
    while waiting:
        path = waiting.pop()
        if not path.endswith((".html", ".xml", ".atom", ".json")):
            continue
        for target in _targets(path, files[path]):
            if target in seen:
                continue
            if target not in files:
                found.append(f"{path} → {target}")
                continue
            seen.add(target)
            waiting.append(target)
    return found


@lru_cache(maxsize=4096)
def _targets(path: str, said: bytes) -> tuple[str, ...]:
    links = ((match[1] or match[2] or match[3]).decode() for match in _LINK.finditer(said))
    return tuple(dict.fromkeys(target for link in links if (target := _target(path, link))))


def _target(path: str, link: str) -> str | None:
    if link.startswith(SITE):
        link = "/" + link.removeprefix(SITE)
    parts = urlsplit(link.replace("&amp;", "&"))
    if parts.scheme or parts.netloc or not parts.path:
        return None
    base = PurePosixPath("/") / path
    joined = PurePosixPath(unquote(parts.path)) if parts.path.startswith("/") else base.parent / unquote(parts.path)
    names: list[str] = []
    for name in joined.parts[1:]:
        if name == "..":
            names = names[:-1]
        elif name != ".":
            names.append(name)
    whole = "/".join(names)
    if parts.path.endswith(("/", "..", ".")) or not whole:
        return f"{whole}/index.html".lstrip("/")
    return whole
