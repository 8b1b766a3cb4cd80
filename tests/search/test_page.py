"""The page about the search, against the search."""

import re
import shlex
from pathlib import Path
from typing import Any

PAGE = (Path(__file__).parents[2] / "docs" / "search.md").read_text(encoding="utf-8")
QUERIES = [
    *(
        query.replace("\\|", "|")
        for cells in re.findall(r"^\| (`.+?`(?:, `.+?`)*) \|", PAGE, flags=re.M)
        for query in re.findall(r"`(.+?)`", cells)
    ),
    *(
        " ".join(shlex.split(line, comments=True)[2:]).split(" --")[0]
        for line in re.findall(r"^ple search .+", PAGE, flags=re.M)
    ),
]


def test_every_query_on_the_page_is_understood(sqlite_environment: Any) -> None:
    journal = sqlite_environment.journal
    journal.write(
        "We were practicing what we retrieve, and memories of women stay. Working memory, memory recall.",
        tags=["memory/recall"],
    )
    journal.write("Something else.")
    assert len(QUERIES) > 30
    found = {query: sqlite_environment.search.find(query).total for query in QUERIES}
    for query in (
        "memory practice", '"working memory"', '"memory recall"~5', "retriev*", "wom?n", "memry~", "tag:memory",
 "kind:bookmark,journal", "created:today", "since:7d", "created:[2025-01 to now]",
    ):  # fmt: skip
        assert found[query] == 1 + (query.startswith(("kind", "created", "since"))), query
