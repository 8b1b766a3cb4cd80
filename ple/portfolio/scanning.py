"""Scanning code by the rules of Pygments, without trying those that cannot match.

A lexer of Pygments is a table: in each state a list of regular expressions, of which the first that matches says what
comes next. Pygments tries them one by one, thirty or more for each token. Here only those are tried that can begin with
the character that stands there, mostly one or two, in the same order; what they find is the same. Which these are is
found out once enough was scanned to be worth it.
"""

import re
from collections.abc import Callable
from typing import Any

from ple.portfolio.beginnings import ANY, beginnings

Match = Callable[[str, int], re.Match[str] | None]
Rule = tuple[Match, Any, Any, str | None]
"""What matches, the kind of token (or what makes several of a match), where to go then, and the class of one kind."""

_WORTH_IT = 10_000
"""So many characters of one language: to look at its rules takes as long as scanning these with all of them."""


class _State(dict[str, list[Rule]]):
    """The rules of a state by the character that stands there, ``""`` at the end of a text."""

    def __init__(self, rules: list[Rule], worth_it: Callable[[], bool]) -> None:
        self._rules = rules
        self._worth_it = worth_it
        self._begin: list[frozenset[str]] | None = None

    def __missing__(self, here: str) -> list[Rule]:
        if not here.isascii() or not self._worth_it():
            return self._rules
        if self._begin is None:
            self._begin = [_beginnings(rule) for rule in self._rules]
        known = self[here] = [rule for rule, begin in zip(self._rules, self._begin, strict=True) if here in begin]
        return known


def _beginnings(rule: Rule) -> frozenset[str]:
    pattern = getattr(rule[0], "__self__", None)
    return beginnings(pattern) if isinstance(pattern, re.Pattern) else ANY


class Scanner:
    """What does the same as a lexer in less time; ``class_of`` names the kinds of tokens."""

    def __init__(self, lexer: Any, class_of: Callable[[Any], str]) -> None:
        from pygments.token import Error, Token, Whitespace

        self._lexer = lexer
        self._class_of = class_of
        self._kind = type(Token)
        self._blank, self._wrong = class_of(Whitespace), class_of(Error)
        self._states: dict[str, _State] = {}
        self._scanned = 0

    def runs(self, text: str) -> list[tuple[str, str]]:
        """Return the tokens of a text, each with the name of its class; neighbours of one class are one."""
        lexer, class_of = self._lexer, self._class_of
        text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
        self._scanned += len(text)
        runs: list[tuple[str, str]] = []
        name, held, begun = "", "", 0  # the run that is open: its class, what it has, and where more of it begins
        stack = ["root"]
        state = self._state("root")
        at = 0
        while True:
            for match, action, then, one in state[text[at : at + 1]]:
                found = match(text, at)
                if found is None:
                    continue
                if one is not None:
                    if one != name:
                        runs.append((name, held + text[begun:at]))
                        name, held, begun = one, "", at
                    at = found.end()
                else:
                    held += text[begun:at]
                    begun = found.end()
                    if action is not None:
                        for _at, kind, words in action(lexer, found):
                            if class_of(kind) == name:
                                held += words
                            else:
                                runs.append((name, held))
                                name, held = class_of(kind), words
                    at = begun
                if then is not None:
                    _go(stack, then)
                    state = self._state(stack[-1])
                break
            else:
                if at >= len(text):
                    break
                one = self._wrong
                if text[at] == "\n":
                    stack = ["root"]
                    state = self._state("root")
                    one = self._blank
                if one != name:
                    runs.append((name, held + text[begun:at]))
                    name, held, begun = one, "", at
                at += 1
        runs.append((name, held + text[begun:at]))
        return runs

    def _state(self, name: str) -> _State:
        known = self._states.get(name)
        if known is not None:
            return known
        rules = [
            (match, action, then, self._class_of(action) if type(action) is self._kind else None)
            for match, action, then in self._lexer._tokens[name]
        ]
        known = self._states[name] = _State(rules, lambda: self._scanned > _WORTH_IT)
        return known


def scanner_of(lexer: Any, class_of: Callable[[Any], str]) -> Scanner | None:
    """Return a scanner for a lexer that strips nothing off a text; none for one that is more than its table."""
    from pygments.lexer import Lexer, RegexLexer

    kind = type(lexer)
    plain = kind.get_tokens is Lexer.get_tokens and kind.get_tokens_unprocessed is RegexLexer.get_tokens_unprocessed
    return Scanner(lexer, class_of) if plain and not lexer.filters and hasattr(lexer, "_tokens") else None


def _go(stack: list[str], then: Any) -> None:
    """Go to the next state, as Pygments does."""
    if isinstance(then, tuple):
        for state in then:
            if state == "#pop":
                if len(stack) > 1:
                    stack.pop()
            elif state == "#push":
                stack.append(stack[-1])
            else:
                stack.append(state)
    elif then == "#push":
        stack.append(stack[-1])
    else:
        del stack[1 if -then >= len(stack) else then :]  # whatever is taken away, one stays
