"""Talking in lines: something is said, asked, or chosen by its number. Nothing moves, nothing is drawn anew."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import TextIO, TypeVar

T = TypeVar("T")
AT_ONCE = 10
"""So many lines of a list are said before the learner is asked whether they want more."""


class Over(Exception):
    """There is nobody to answer any more."""


class Talk:
    """Says lines and reads answers. What comes from outside was cleaned before it is said."""

    def __init__(self, source: TextIO | None = None, sink: TextIO | None = None) -> None:
        self._source = source or sys.stdin
        self._sink = sink or sys.stdout
        self._typed_here = self._source.isatty() if hasattr(self._source, "isatty") else False

    def say(self, *lines: str) -> None:
        """Say lines, each whole: whoever listens does not want them broken."""
        for line in lines:
            self._sink.write(line.rstrip() + "\n")
        self._sink.flush()

    def ask(self, prompt: str) -> str:
        """Ask for a line.

        Raises:
            Over: the input has ended.
        """
        self._sink.write(f"{prompt} ")
        self._sink.flush()
        line = self._source.readline()
        if not self._typed_here:
            self._sink.write("\n")  # nobody pressed enter
        if not line:
            raise Over
        return line.strip()

    def text(self, prompt: str) -> str:
        """Ask for several lines, ended by one that holds nothing but a full stop."""
        self.say(f"{prompt} End with a line that is only a full stop.")
        lines: list[str] = []
        while True:
            line = self._source.readline()
            if not line or line.strip() == ".":
                return "\n".join(lines).strip()
            lines.append(line.rstrip("\n"))

    def yes(self, prompt: str) -> bool:
        """Ask for yes or no; anything but yes is no."""
        return self.ask(f"{prompt} yes or no:").casefold() in ("y", "yes")

    def choose(self, title: str, things: Sequence[T], said: Callable[[T], str], empty: str) -> T | None:
        """Let one of several be chosen by its number, ten at a time; None to go back."""
        if not things:
            self.say(empty)
            return None
        at = 0
        while True:
            some = things[at : at + AT_ONCE]
            more = len(things) - at - len(some)
            self.say(f"{title}. {at + 1} to {at + len(some)} of {len(things)}." if more or at else f"{title}.")
            for number, thing in enumerate(some, at + 1):
                self.say(f"{number}. {said(thing)}")
            answer = self.ask("Number" + (", m for more" if more else "") + ", or enter to go back:")
            if not answer:
                return None
            if answer.casefold() == "m" and more:
                at += AT_ONCE
            elif answer.isdecimal() and 0 < int(answer) <= len(things):
                return things[int(answer) - 1]
            else:
                self.say(f"{answer} is none of them.")
