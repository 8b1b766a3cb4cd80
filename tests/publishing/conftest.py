"""A small portfolio, its publishing door, and places to publish to."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ple.environment import Environment
from ple.library import Library
from ple.portfolio import Portfolio
from ple.portfolio.publishing import Publishing
from ple.settings.secrets import Secrets
from ple.web.client import Client
from tests.portfolio.conftest import Shelf, everything
from tests.publishing.visitor import SITE


class Learner:
    """A learner with a site, which can be changed in a way that makes pages come, change and go."""

    def __init__(self, library: Library, folder: Path) -> None:
        self.shelf = Shelf(library)
        self.portfolio = Portfolio(library, dict.fromkeys(self.shelf.kinds, self.shelf), folder, held=everything)
        self.portfolio.init("Learning in public", SITE, author="Noor Vance")
        self.client = Client()
        self.secrets = Secrets(folder)
        self.publishing = Publishing(library, self.portfolio, self.client, self.secrets)
        self.ids: list[int] = []
        self.show("Spaced practice", "Half forgotten", tags=["memory"])
        self.show("Sleep", "As #1 says", tags=["body"])
        self.show("For my tutor", "hiddenwords", visibility="unlisted")

    @classmethod
    def elsewhere(cls, one: "Learner", library: Library, folder: Path) -> "Learner":
        """Return the same learner at another computer, with a copy of the library."""
        other = cls.__new__(cls)
        other.shelf = Shelf(library)
        other.shelf.says = dict(one.shelf.says)
        other.portfolio = Portfolio(library, dict.fromkeys(other.shelf.kinds, other.shelf), folder)
        other.client, other.secrets, other.ids = Client(), Secrets(folder), list(one.ids)
        other.publishing = Publishing(library, other.portfolio, other.client, other.secrets)
        return other

    def show(self, title: str, text: str, visibility: str = "public", tags: Any = ()) -> int:
        """Put something in the portfolio and return its number."""
        artifact = self.portfolio.add(self.shelf.put(title, text, tags=tags), visibility=visibility)
        self.ids.append(artifact.id)
        return artifact.id

    def change(self) -> None:
        """New works that link to one another, a changed one, and a tag that nothing has any more."""
        self.show("Naps", "Short [[Sleep]] and [[Walks]]", tags=["rest"])
        self.show("Walks", "After [[Naps]]", tags=["rest"])
        self.portfolio.edit(self.ids[0], why="It changed how I learn", tags=["memory", "practice"])
        self.portfolio.edit(self.ids[1], tags=["practice"])

    def withdraw(self) -> None:
        """Take the second work away, and forget its page altogether."""
        self.portfolio.edit(self.ids[1], visibility="private")

    @property
    def site(self) -> dict[str, bytes]:
        """The site as it is built here."""
        from tests.publishing.visitor import tree

        return tree(self.portfolio.folder)


@pytest.fixture
def second(learner: Learner, sqlite_environment: Environment, tmp_path: Path) -> Iterator[Callable[[], Learner]]:
    """Give the learner another computer, with the library as it is now."""
    made: list[tuple[Environment, Learner]] = []

    def second() -> Learner:
        folder = tmp_path / f"computer{len(made)}"
        folder.mkdir()
        with (
            closing(sqlite3.connect(sqlite_environment.folder / "library.sqlite")) as here,
            closing(sqlite3.connect(folder / "library.sqlite")) as there,
        ):
            here.backup(there)
        environment = Environment(folder)
        made.append((environment, Learner.elsewhere(learner, environment.library, folder)))
        return made[-1][1]

    yield second
    for environment, other in made:
        other.client.close()
        environment.close()


@pytest.fixture
def learner(sqlite_environment: Any, tmp_path: Path) -> Any:
    made = Learner(sqlite_environment.library, tmp_path / "portfolio")
    yield made
    made.client.close()
