"""Things in a library, made without any feature."""

from collections.abc import Callable
from typing import Any

import pytest

from ple.library import Body
from ple.library.history import bodies


@pytest.fixture
def row(library: Any) -> type[Body]:
    """The row class of journal entries: the simplest that there is."""
    import ple.journal.models as models

    assert "journal" in bodies()
    return next(
        value
        for value in vars(models).values()
        if isinstance(value, type) and issubclass(value, Body) and getattr(value, "__kind__", "") == "journal"
    )


@pytest.fixture
def journal_entry(environment: Any) -> Callable[[str], int]:
    """Write a journal entry and return its number."""
    return lambda text: environment.journal.write(text).id
