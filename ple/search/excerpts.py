"""Excerpts of texts, with what matches in them.

SQLite compares every match in a text with every other one to find where most stand together: a book in which a word
stands fifty thousand times would take it ten seconds. Of such a text the first part that matches is cut out and asked
for alone.
"""

import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress

from ple.search.index import TOKENIZER
from ple.search.words import MARK, MATCH_BEGINS, MATCH_ENDS

LONG = 100_000
"""Characters of a text in which there may be more matches than are quickly compared."""
MANY = 2_000
"""So many matches are: 0.02 s."""
PART = 20_000
_ASKED = f"snippet({{}}, 1, '{MATCH_BEGINS}', '{MATCH_ENDS}', '…', 32)"
_PHRASE = re.compile(r'"(?:[^"]|"")*"(?:\s*\*)?')


def snippets(db: sqlite3.Connection, match: str, ids: Sequence[int]) -> dict[int, str]:
    """Return the words around what matches in the texts with these numbers, the matches marked."""
    among = f"IN ({','.join('?' * len(ids))})"
    long = db.execute(f"SELECT id, text FROM doc_text WHERE id {among} AND length(text) > {LONG}", ids)
    found = {id: _of_parts(text, match) for id, text in long if _matches(text, match) > MANY}
    others = [id for id in ids if id not in found]
    among = f"IN ({','.join('?' * len(others))})"
    sql = f"SELECT rowid, {_ASKED.format('fts')} FROM fts WHERE fts MATCH ? AND rowid {among}"
    return found | dict(db.execute(sql, (match, *others)).fetchall())


def _matches(text: str, match: str) -> int:
    """Return about how many matches there are."""
    text = text.casefold()
    return sum(text.count(phrase.strip('"* ').casefold()) for phrase in _PHRASE.findall(match))


def _of_parts(text: str, match: str) -> str:
    phrases = [f"text : {phrase}" for phrase in _PHRASE.findall(match)]
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute(f"CREATE VIRTUAL TABLE part USING fts5(title, text, tags, author, tokenize='{TOKENIZER}')")
        for part in _parts(text):
            db.execute("DELETE FROM part")
            db.execute("INSERT INTO part (rowid, text) VALUES (1, ?)", (part,))
            for asked in (match, *phrases):
                with suppress(sqlite3.Error):
                    sql = f"SELECT {_ASKED.format('part')} FROM part WHERE part MATCH ?"
                    if (row := db.execute(sql, (asked,)).fetchone()) and MATCH_BEGINS in row[0]:
                        return str(row[0])
    return text[:400]


def _parts(text: str) -> Iterator[str]:
    """Cut a text between words."""
    start = 0
    while start < len(text):
        end = start + PART
        cut = max(text.rfind(" ", start, end), text.rfind(MARK, start, end)) if end < len(text) else end
        end = cut if cut > start else end
        yield text[start:end]
        start = end
