"""What templates get is what the paper for authors of themes says, value by value."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ple.portfolio.theme import Theme
from ple.portfolio.trial import sample

PAPER = Path(__file__).parents[2] / "docs" / "themes.md"
_VALUE = re.compile(r"`(\w+)(?:: (\[?)([\w ]+?)\]?)?(\??)`")


class Listening(Theme):
    """A theme that remembers what its templates got."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.got: list[tuple[str, Mapping[str, Any]]] = []

    def length(self, template: str, what: str, otherwise: int) -> int:
        return 2

    def render(self, template: str, context: Mapping[str, Any]) -> bytes:
        self.got.append((template, context))
        return super().render(template, context)


def described() -> tuple[dict[str, dict[str, Any]], dict[str, dict[str, Any]]]:
    """Return the values of each template and of each shape, as the paper says: whether a list, which shape, or none."""
    tables: list[dict[str, dict[str, Any]]] = []
    for line in PAPER.read_text("utf-8").partition("## Every value")[2].partition("\n## ")[0].splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith(("| template", "| shape")):
            tables.append({})
        elif line.startswith("|") and not line.startswith("|--"):
            values = {name: (bool(many), shape, bool(none)) for name, many, shape, none in _VALUE.findall(cells[1])}
            if base := re.match("all of ([^,]+),", cells[1]):
                values = tables[-1][base[1]] | values
            tables[-1][cells[0].strip("`")] = values
    templates, shapes = tables
    return {name: templates["each"] | values for name, values in templates.items() if name != "each"}, shapes


def differences(
    at: str, value: Any, says: tuple[bool, str, bool], shapes: Any, seen: set[tuple[str, str]]
) -> Iterator[str]:
    many, shape, none = says
    if value is None:
        if not none:
            yield f"{at} may be none"
    elif many:
        if not isinstance(value, list | tuple):
            yield f"{at} is no list"
        else:
            for one in value:
                yield from differences(f"{at}[]", one, (False, shape, False), shapes, seen)
    elif shape in ("", "text"):
        if isinstance(value, dict | list | tuple):
            yield f"{at} is no text or number"
    elif not isinstance(value, dict):
        yield f"{at} has no values"
    else:
        seen |= {(shape, name) for name in value}
        if value.keys() != shapes[shape].keys():
            yield f"{at} has or lacks {sorted(value.keys() ^ shapes[shape].keys())}"
        for name in value.keys() & shapes[shape].keys():
            yield from differences(f"{at}.{name}", value[name], shapes[shape][name], shapes, seen)


def test_templates_get_what_the_paper_says_and_nothing_else() -> None:
    templates, shapes = described()
    theme = Listening("quiet")
    for page in sample(theme).pages():
        page.make()
    found: set[str] = set()
    seen: set[tuple[str, str]] = set()
    for template, context in theme.got:
        if context.keys() != templates[template].keys():
            found.add(f"{template} has or lacks {sorted(context.keys() ^ templates[template].keys())}")
        for name in context.keys() & templates[template].keys():
            found |= set(differences(f"{template}: {name}", context[name], templates[template][name], shapes, seen))
    assert sorted(found) == []
    assert {template for template, _ in theme.got} == templates.keys()
    never = {(shape, name) for shape, values in shapes.items() for name in values} - seen
    assert never == set(), "the paper says what no template gets, or the sample lacks it"
