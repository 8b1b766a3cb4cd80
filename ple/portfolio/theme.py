"""A theme: a folder with ``theme.toml``, HTML templates, and files that go to the site as they are.

Templates are written in what Jinja2 and MiniJinja have in common. They get the context that ``themes/README.md``
describes; ``context`` in ``theme.toml`` is the version of it that they were made for. Every value is escaped by
itself; only what is named ``…_html`` is HTML already, and ``json_ld`` is JSON that may stand in a script element.
A theme may say ``base = "quiet"`` in ``theme.toml``: whatever template or file it does not have is that theme's then.
One that says ``common = true`` gets the rules that our themes share before its own, in one file. ``cards`` and
``lines`` say how many works a page of a long list has, with a summary or without.
"""

import hashlib
import re
import tomllib
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from ple.library import PleError
from ple.portfolio.notation import encoder

CONTEXT = 1
_OURS = Path(__file__).parent / "themes"
_ADDED = (
    *("badge.html", "badges.html", "collection.html", "responses.html", "search.html"),
    *("work-head.html", "work-texts.html", "work-foot.html"),
)
"""Templates that the context got later: a theme that lacks one gets ours, in its own frame."""


class ThemeError(PleError):
    """A theme that cannot be used; the site stays as it was."""

    hint = "Choose another with `ple portfolio init --theme quiet`."


class Safe(str):
    """HTML, or JSON for a script element, that is not to be escaped again."""

    __slots__ = ()

    def __html__(self) -> str:
        """Return the text as it is, as MarkupSafe's protocol has it."""
        return str(self)


class Theme:
    """A theme in a folder, or by its name: the learner's own in ``folder``, else one of ours."""

    def __init__(self, name: str | Path, folder: Path | None = None) -> None:
        if isinstance(name, str) and not re.fullmatch(r"[a-z][a-z0-9-]*", name):
            raise ThemeError(f"“{name}” is no name of a theme")
        own = folder / name if folder is not None else None
        folder = name if isinstance(name, Path) else own if own is not None and own.is_dir() else _OURS / name
        try:
            about = tomllib.loads((folder / "theme.toml").read_text(encoding="utf-8"))
        except OSError as error:
            raise ThemeError(f"there is no theme “{name}”") from error
        except ValueError as error:
            raise ThemeError(f"theme.toml of “{name}” cannot be read: {error}") from error
        if about.get("context") != CONTEXT:
            raise ThemeError(f"the theme “{name}” was made for another ple (context {about.get('context')})")
        base = about.get("base")
        if base is not None and not (isinstance(base, str) and re.fullmatch(r"[a-z][a-z0-9-]*", base)):
            raise ThemeError(f"theme.toml of “{name}” names no theme as its base")
        self._base = Theme(_OURS / base) if base else None
        if self._base is not None and self._base._base is not None:
            raise ThemeError(f"“{name}” is based on “{base}”, which is based on another itself")
        self._common = about.get("common") is True
        self._lengths: dict[str, int] = {name: about[name] for name in ("cards", "lines") if name in about}
        if any(type(length) is not int or length < 0 for length in self._lengths.values()):
            raise ThemeError(f"theme.toml of “{name}” says no number of cards or lines")
        self._name = str(name)
        self._folder = folder
        self.description = str(about.get("description", ""))

    @cached_property
    def files(self) -> dict[str, bytes]:
        """What goes to the site as it is, by its path there."""
        found = sorted((self._folder / "static").rglob("*"))
        own = {
            path.relative_to(self._folder / "static").as_posix(): path.read_bytes() for path in found if path.is_file()
        }
        if self._common and "style.css" in own:
            own["style.css"] = (_OURS / "common.css").read_bytes() + b"\n" + own["style.css"]
        return (self._base.files if self._base else {}) | own

    @cached_property
    def fingerprint(self) -> str:
        """A hash of all that decides how a page looks."""
        digest = hashlib.blake2b(digest_size=16)
        for name, source in sorted(self._templates.items()):
            digest.update(f"{name}\0{source}\0".encode())
        for name in self.files:  # pages name them; what they hold is their own affair
            digest.update(f"{name}\0".encode())
        return digest.hexdigest()

    def length(self, template: str, what: str, otherwise: int) -> int:
        """Return how many ``cards`` or ``lines`` a page of a list has; 0: all.

        A theme whose template has no way from one page to the next gets whole lists.
        """
        if "pager" not in self._templates.get(template, ""):
            return 0
        chosen: int = ((self._base._lengths if self._base else {}) | self._lengths).get(what, otherwise)
        return chosen

    def part(self, template: str, context: Mapping[str, Any]) -> Safe:
        """Return what is the same on many pages; nothing if the theme has no such template.

        Raises:
            ThemeError: the template fails.
        """
        return Safe(self._made(template, context) if template in self._templates else "")

    def render(self, template: str, context: Mapping[str, Any]) -> bytes:
        """Return a page.

        Raises:
            ThemeError: the template fails.
        """
        return (self._made(template, context) + "\n").encode("utf-8", "replace")

    def _made(self, template: str, context: Mapping[str, Any]) -> str:
        from minijinja import TemplateError

        try:
            html: str = self._environment.render_template(template, **context)
        except TemplateError as error:
            raise ThemeError(f"the template {template} of the theme “{self._name}” fails: {error}") from error
        # MiniJinja also escapes "/", which no text needs; what a learner wrote as "&#x2f;" is "&amp;#x2f;" by now.
        return html.replace("&#x2f;", "/").strip()

    @cached_property
    def _templates(self) -> dict[str, str]:
        own = {path.name: path.read_text(encoding="utf-8") for path in sorted(self._folder.glob("*.html"))}
        if self._base is not None:
            return self._base._templates | own
        quiet = _OURS / "quiet"
        return {name: (quiet / name).read_text(encoding="utf-8") for name in _ADDED if name not in own} | own

    @cached_property
    def _environment(self) -> Any:
        from minijinja import Environment  # 50 ms: only when a page is made

        return Environment(
            loader=self._templates.get,
            auto_escape_callback=lambda _name: True,
            undefined_behavior="strict",
            trim_blocks=True,
            lstrip_blocks=True,
        )


def themes(folder: Path | None = None) -> dict[str, str]:
    """Return what each theme says of itself, by its name: ours, and the learner's own in ``folder``."""
    found: dict[str, str] = {}
    for place in (_OURS, folder):
        for path in sorted(place.glob("*/theme.toml")) if place else ():
            try:
                found[path.parent.name] = Theme(path.parent).description
            except ThemeError as error:
                found[path.parent.name] = f"cannot be used: {error}"
    return found


def for_script(value: Any) -> Safe:
    """Return ``value`` as JSON that can stand in a script element, whatever the learner wrote."""
    return Safe(_TELLING.sub(lambda found: f"\\u{ord(found[0]):04x}", _SAID(value)))


_SAID = encoder(ascii=False, ordered=True)
_TELLING = re.compile("[<>&\u2028\u2029]")
