"""The style rules of all screens, read once.

Textual reads the rules of every widget anew whenever a screen or a theme comes, which was a third of what it took to
open a place. What a text of rules says depends on nothing but the text and the colours of the theme, so that is what
is remembered here, for all apps of the process.
"""

from __future__ import annotations

from typing import Any

from textual.cache import LRUCache
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet

_read: LRUCache[tuple[Any, ...], list[RuleSet]] = LRUCache(1024)
_numbers: dict[frozenset[tuple[str, str]], int] = {}


class RememberedRules(Stylesheet):
    """A stylesheet that shares what it has read with all others of its colours."""

    def __init__(self, *, variables: dict[str, str] | None = None) -> None:
        super().__init__(variables=variables)
        self._colours = self._number(self._variables)

    @staticmethod
    def _number(variables: dict[str, str]) -> int:
        return _numbers.setdefault(frozenset(variables.items()), len(_numbers))

    def set_variables(self, variables: dict[str, str]) -> None:
        """Take the colours of a theme; the same ones again change nothing."""
        if variables != self._variables:
            super().set_variables(variables)
            self._colours = self._number(variables)
            self._require_parse = True

    def _parse_rules(
        self, css: str, read_from: Any, is_default_rules: bool = False, tie_breaker: int = 0, scope: str = ""
    ) -> list[RuleSet]:
        key = (self._colours, css, read_from, is_default_rules, tie_breaker, scope)
        rules = _read.get(key)
        if rules is None:
            rules = _read[key] = super()._parse_rules(css, read_from, is_default_rules, tie_breaker, scope)
        return rules

    def reparse(self) -> None:
        """Read what has changed. Errors leave the rules as they were: `parse` replaces them last."""
        if self._require_parse:
            self.parse()
