"""What works show of files: the pictures in their sizes, the files to download, and how both stand on a page."""

from collections.abc import Callable, Iterator
from html import escape
from typing import Any

from ple.portfolio import files
from ple.portfolio.darkroom import Darkroom
from ple.portfolio.frame import Page, host_of
from ple.portfolio.mentions import ROOT
from ple.portfolio.pictures import Measures
from ple.portfolio.values import ShownFile
from ple.portfolio.work import Work

_SIZES = "(max-width: 48rem) 92vw, 44rem"
_CARD = (92, 20, 3 / 2)
"""How wide a picture on a card is: in hundredths of a telephone, in rem elsewhere; and how much wider than high."""
_CLOSE = 960
"""Pixels from which on there is more in a picture than its page shows of it: it leads to itself in its full size."""
_BLURRED = 240
"""Pictures with fewer points across are shown on a card as large as they are."""


class FilePages:
    """The files of the works on one site. Without a ``darkroom`` there are none."""

    def __init__(self, darkroom: Darkroom | None) -> None:
        self._room = darkroom

    def of(self, work: Work) -> Iterator[Page]:
        """Yield the files that a work's page needs beside it."""
        room = self._room
        if room is None:
            return
        for sha, stem, measures in self._pictures(work):
            for width in measures.widths:
                key = room.key(sha, str(width))
                room.asked(key)
                path = f"{work.permalink.address}{_size_named(stem, width, measures)}"
                yield Page(path, key, lambda sha=sha, width=width: room.picture(sha, width))  # type: ignore[misc]
        if (file := work.file) is not None and files.kind_of(file) != "picture" and self._there(file):
            path = work.permalink.address + files.name_on_site(file)
            yield Page(path, file.sha256, lambda sha=file.sha256: room.read(sha))  # type: ignore[misc]

    def html(self, work: Work) -> str:
        """Return how a work's file stands on its page; links begin at :data:`ROOT`."""
        if (file := work.file) is None or self._room is None:
            return ""
        if files.kind_of(file) == "picture":
            found = self._attributes(file, work.permalink.address, ROOT)
            if found is None:
                return ""
            ink = f" ink-{escape(found['ink'])}" if found["ink"] else ""
            tag = (
                f'<img class="u-photo{ink}" src="{found["src"]}" srcset="{found["srcset"]}" sizes="{_SIZES}" '
                f'width="{found["width"]}" height="{found["height"]}" alt="{escape(work.alt)}">'
            )
            if max(found["width"], found["height"]) > _CLOSE:
                named = "" if work.alt else ' aria-label="The picture in its full size"'
                largest = found["srcset"].split()[-2]
                tag = f'<a href="{largest}"{named}>{tag}</a>'
            return f'<figure class="shown">{tag}</figure>'
        if not self._there(file):
            return ""
        href = f"{ROOT}{work.permalink.address}{files.name_on_site(file)}"
        media_type = file.media_type.partition(";")[0]
        return (
            f'<p class="file"><a href="{href}" type="{escape(media_type)}">{escape(file.name)}</a> '
            f"<span>({escape(files.sort_words(file))})</span></p>"
        )

    def on_card(self, work: Work, root: str) -> dict[str, Any] | None:
        """Return the picture that a list shows of a work."""
        card = work.card
        if (not card.file and not card.badge) or self._room is None:
            return None
        if card.file and card.file[1] in files.PICTURES:
            found = self._attributes(ShownFile(*card.file[:4]), work.permalink.address, root)
            return found | {"sizes": _on_card(found)} if found else None
        found = self.badge(work, root)
        return found | {"small": True} if found else None  # nothing of it is cut off

    def badge(self, work: Work, root: str) -> dict[str, Any] | None:
        """Return the picture of a badge."""
        for _sha, stem, measures in self._pictures(work) if work.card.badge else ():
            return _attributes(stem, measures, work.permalink.address, root) | {"sizes": "10rem"}
        return None

    def about_badge(self, work: Work, root: str, date: Callable[[str], dict[str, str]]) -> dict[str, Any]:
        """Return what was found about a badge, for a page at ``root``."""
        issuer, issued_on, expires_on, url, checks, checked_on, _picture = work.card.badge
        url = url if url.startswith(("https://", "http://")) else ""
        return {
            "issuer": issuer,
            "issued": date(issued_on) if issued_on else None,
            "expires": date(expires_on) if expires_on else None,
            "url": url or None,
            "host": host_of(url),
            "checks": [{"what": what, "state": state, "says": says} for what, state, says in checks],
            "checked": date(checked_on),
            "picture": self.badge(work, root),
        }

    def shared(self, work: Work) -> dict[str, Any] | None:
        """Return the picture that stands for a work where it is linked, by its address below the site."""
        file = work.file
        if file is None or file.media_type not in files.PICTURES or not (room := self._room):
            return None
        measures = room.measures(file.sha256)
        if measures is None:
            return None
        width = measures.widths[-1]
        name = _size_named(files.stem_on_site(file), width, measures)
        size = {"width": width, "height": measures.height_at(width), "alt": work.alt}
        return {"address": work.permalink.address + name} | size

    def _pictures(self, work: Work) -> Iterator[tuple[str, str, Measures]]:
        room = self._room
        file, badge = work.file, work.card.badge
        if room is None:
            return
        if file is not None and file.media_type in files.PICTURES and (measures := room.measures(file.sha256)):
            yield file.sha256, files.stem_on_site(file), measures
        if badge and badge[6] and (measures := room.measures(badge[6])):
            yield badge[6], "badge", measures

    def _attributes(self, file: ShownFile, address: str, root: str) -> dict[str, Any] | None:
        measures = self._room.measures(file.sha256) if self._room else None
        return _attributes(files.stem_on_site(file), measures, address, root) if measures else None

    def _there(self, file: ShownFile) -> bool:
        return self._room is not None and self._room.has(file.sha256)


def _size_named(stem: str, width: int, measures: Measures) -> str:
    return f"{stem}-{width}.{measures.ending}"


def _attributes(stem: str, measures: Measures, address: str, root: str) -> dict[str, Any]:
    base = root + address
    widths = measures.widths
    middle = min(widths, key=lambda width: abs(width - 960))
    return {
        "src": base + _size_named(stem, middle, measures),
        "srcset": ", ".join(f"{base}{_size_named(stem, width, measures)} {width}w" for width in widths),
        "width": widths[-1],
        "height": measures.height_at(widths[-1]),
        "ink": measures.ink,
        "small": widths[-1] < _BLURRED,
    }


def _on_card(picture: dict[str, Any]) -> str:
    """Return how wide a picture is on a card, of which it fills the height: what sticks out is cut off."""
    telephone, elsewhere, shape = _CARD
    beyond = min(4.0, max(1.0, picture["width"] / picture["height"] / shape))
    return f"(max-width: 34rem) {telephone * beyond:.0f}vw, {elsewhere * beyond:.0f}rem"
