"""A text area that shows what is Markdown in it, and knows when a link is being typed.

The colours come from a pass over the lines with a few patterns: the grammars of tree-sitter would be fifteen compiled
packages for the same few colours.
"""

from __future__ import annotations

import re
from functools import lru_cache

from rich.style import Style
from textual import events
from textual.widgets import TextArea
from textual.widgets.text_area import TextAreaTheme

LINK = re.compile(r"\[\[([^\[\]\n]{0,80})$")
"""A link that is begun and not ended, before the cursor."""
_FENCE = re.compile(r"^\s{0,3}(```|~~~)")
_WHOLE = (
    (re.compile(r"^\s{0,3}#{1,6}\s"), "heading"),
    (re.compile(r"^\s{0,3}>"), "quote"),
    (re.compile(r"^\s{0,3}([-*_])(\s*\1){2,}\s*$"), "mark"),
)
_PARTS = (
    (re.compile(r"^\s*(?:[-*+]|\d{1,9}[.)])(?=\s)"), "mark"),
    (re.compile(r"`[^`\n]+`"), "code"),
    (re.compile(r"\*\*[^*\n]+\*\*|__[^_\n]+__"), "strong"),
    (re.compile(r"(?<![*\w])\*[^*\s][^*\n]*\*(?!\*)|(?<!\w)_[^_\s][^_\n]*_(?!\w)"), "em"),
    (re.compile(r"\[\[[^\[\]\n]+\]\]|\[[^\]\n]*\]\([^)\s]*\)|https?://[^\s>)]+"), "link"),
    (re.compile(r"(?<![\w/&#])#(?:\d+|[^\W\d_][\w/-]*)"), "tag"),
)


@lru_cache(maxsize=4096)
def highlights(line: str) -> tuple[tuple[int, int, str], ...]:
    """Return the stretches of a line that look different, in bytes, as Textual counts them."""
    found = [(0, len(line), name) for pattern, name in _WHOLE if pattern.match(line)]
    found += [(match.start(), match.end(), name) for pattern, name in _PARTS for match in pattern.finditer(line)]
    if line.isascii():
        return tuple(found)
    at = [0]
    for character in line:
        at.append(at[-1] + len(character.encode("utf-8", "surrogatepass")))
    return tuple((at[start], at[end], name) for start, end, name in found)


class MarkdownArea(TextArea):
    """A text area for Markdown."""

    def __init__(self, text: str = "") -> None:
        super().__init__(text, soft_wrap=True, tab_behavior="indent", show_line_numbers=False)
        self.cursor_blink = False
        self.offering = False
        """Whether links are offered that tab puts in."""
        self._held: list[events.Key] | None = None

    def hold(self) -> None:
        """Take no more keys, but keep them for whoever lets go."""
        if self._held is None:
            self._held = []

    def let_go(self) -> list[events.Key]:
        """Take keys again; return those that came meanwhile."""
        held, self._held = self._held or [], None
        return held

    async def _on_key(self, event: events.Key) -> None:
        if self._held is None:
            await super()._on_key(event)
        else:
            self._held.append(event)
            event.stop()
            event.prevent_default()

    def check_consume_key(self, key: str, character: str | None = None) -> bool:
        """Leave tab to whoever offers something for it."""
        return super().check_consume_key(key, character) and not (key == "tab" and self.offering)

    def on_mount(self) -> None:
        """Take the colours of the app's theme, now and when it changes."""
        self._colour()
        self.app.theme_changed_signal.subscribe(self, lambda _: self._colour())

    def _colour(self) -> None:
        named = self.app.theme_variables
        colour = {name: named.get(name, "") for name in ("primary", "accent", "secondary", "foreground-muted")}
        plain = any(not value.startswith("#") for value in colour.values())  # the terminal's own colours

        def style(name: str, *, bold: bool = False, italic: bool = False, underline: bool = False) -> Style:
            said = None if plain else colour[name][:7]
            return Style(color=said, bold=bold, italic=italic, underline=underline)

        self.register_theme(
            TextAreaTheme(
                "ple",
                syntax_styles={
                    "heading": style("primary", bold=True),
                    "quote": style("foreground-muted", italic=True),
                    "mark": style("accent"),
                    "code": style("secondary"),
                    "strong": Style(bold=True),
                    "em": Style(italic=True),
                    "link": style("primary", underline=True),
                    "tag": style("secondary"),
                },
            )
        )
        self.theme = "ple"
        self._set_theme("ple")
        self._line_cache.clear()
        self.refresh()

    def _build_highlight_map(self) -> None:
        self._line_cache.clear()
        found = self._highlights
        found.clear()
        fenced = False
        for row, line in enumerate(self.document.lines):
            if _FENCE.match(line):
                fenced = not fenced
                found[row].append((0, None, "code"))
            elif fenced:
                found[row].append((0, None, "code"))
            elif line:
                found[row].extend(highlights(line))

    @property
    def begun_link(self) -> str | None:
        """What is typed of a link so far, if the cursor stands in one."""
        row, column = self.cursor_location
        match = LINK.search(self.document.get_line(row)[:column])
        return match[1] if match else None

    def end_link(self, title: str) -> None:
        """Put a title in for what is typed of a link, and end it."""
        begun = self.begun_link
        if begun is None:
            return
        row, column = self.cursor_location
        ended = self.document.get_line(row)[column : column + 2] == "]]"
        self.replace(title + ("" if ended else "]]"), (row, column - len(begun)), (row, column))
        if ended:
            self.move_cursor((row, column - len(begun) + len(title) + 2))
