"""Scanning code by the rules of Pygments, many rules at once.

A lexer of Pygments is a table: in each state a list of regular expressions, of which the first that matches says what
comes next. Pygments tries them one by one, thirty or more for each token. Here those of a state are one expression of
as many alternatives, which Python tries in the same order, in one call; what they find is the same. That is done once
enough was scanned to be worth it.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

Match = Callable[[str, int], re.Match[str] | None]
Rule = tuple[Match, Any, Any, str | None]
"""What matches, the kind of token (or what makes several of a match), where to go then, and the class of one kind."""
Step = tuple[Match, list[Rule]]
"""What to try; which of several rules it was is told by the last group of the match."""

_WORTH_IT = 30_000
"""So many characters of one language: putting the rules together takes as long as scanning these one by one."""
# What means something else within a longer expression: groups by their number or name, flags for the whole of it.
_ALONE = re.compile(r"\\[1-9]|\(\?P|\(\?\(|\(\?[aiLmsux]+\)")


class Scanner:
    """What does the same as a lexer in less time; ``class_of`` names the kinds of tokens."""

    def __init__(self, lexer: Any, class_of: Callable[[Any], str]) -> None:
        from pygments.token import Error, Token, Whitespace

        self._lexer = lexer
        self._class_of = class_of
        self._kind = type(Token)
        self._blank, self._wrong = class_of(Whitespace), class_of(Error)
        self._states: dict[str, list[Step]] = {}
        self._scanned = 0

    def runs(self, text: str) -> list[tuple[str, str]]:
        """Return the tokens of a text, each with the name of its class; neighbours of one class are one."""
        lexer, states, class_of = self._lexer, self._states, self._class_of
        text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
        if self._scanned <= _WORTH_IT < self._scanned + len(text):
            states.clear()
        self._scanned += len(text)
        runs: list[tuple[str, str]] = []
        name, held, begun = "", "", 0  # the run that is open: its class, what it has, and where more of it begins
        stack = ["root"]
        steps = states.get("root") or self._state("root")
        at = 0
        while True:
            for match, rules in steps:
                found = match(text, at)
                if found is None:
                    continue
                alone, action, then, one = rules[found.lastindex or 0] if len(rules) > 1 else rules[0]
                if one is not None:
                    if one != name:
                        runs.append((name, held + text[begun:at]))
                        name, held, begun = one, "", at
                    at = found.end()
                else:
                    held += text[begun:at]
                    begun = found.end()
                    if action is not None:
                        again = found if len(rules) == 1 else alone(text, at)  # its groups have numbers of their own
                        for _at, kind, words in action(lexer, again):
                            if class_of(kind) == name:
                                held += words
                            else:
                                runs.append((name, held))
                                name, held = class_of(kind), words
                    at = begun
                if then is not None:
                    _go(stack, then)
                    steps = states.get(stack[-1]) or self._state(stack[-1])
                break
            else:
                if at >= len(text):
                    break
                one = self._wrong
                if text[at] == "\n":
                    stack = ["root"]
                    steps = states.get("root") or self._state("root")
                    one = self._blank
                if one != name:
                    runs.append((name, held + text[begun:at]))
                    name, held, begun = one, "", at
                at += 1
        runs.append((name, held + text[begun:at]))
        return runs

    def _state(self, name: str) -> list[Step]:
        rules = [
            (match, action, then, self._class_of(action) if type(action) is self._kind else None)
            for match, action, then in self._lexer._tokens[name]
        ]
        together = self._scanned > _WORTH_IT
        known = self._states[name] = list(_together(rules)) if together else [(rule[0], [rule]) for rule in rules]
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


def _together(rules: list[Rule]) -> Iterator[Step]:
    """Yield the rules in their order, in as few expressions as there can be."""
    run: list[_Part] = []
    for rule in rules:
        part = _Part.of(rule)
        if run and (part is None or part.flags != run[0].flags):
            yield from _joined(run)
            run = []
        if part is None:
            yield rule[0], [rule]
        else:
            run.append(part)
    yield from _joined(run)


@dataclass(frozen=True, slots=True)
class _Part:
    """A rule within a longer expression of these flags."""

    rule: Rule
    words: str
    flags: int
    groups: int

    @classmethod
    def of(cls, rule: Rule) -> "_Part | None":
        """Return what a rule is within a longer expression; none if it must stay alone."""
        pattern = getattr(rule[0], "__self__", None)
        if not isinstance(pattern, re.Pattern) or pattern.flags & re.VERBOSE or _ALONE.search(pattern.pattern, 1):
            return None
        words, flags = pattern.pattern, pattern.flags
        if words.startswith("(?i)"):
            return cls(rule, f"(?i:{words[4:]})", flags & ~re.IGNORECASE, pattern.groups)
        return cls(rule, f"(?:{words})", flags, pattern.groups) if not _ALONE.match(words) else None


def _joined(run: list[_Part]) -> Iterator[Step]:
    if len(run) > 1:
        by_group = [run[0].rule]
        for part in run:
            by_group += [part.rule] * (part.groups + 1)
        try:
            # an empty group behind each tells which it was, and leaves its beginning to Python to look at first
            yield re.compile("|".join(f"{part.words}()" for part in run), run[0].flags).match, by_group
        except (re.error, OverflowError):
            pass
        else:
            return
    for part in run:
        yield part.rule[0], [part.rule]
