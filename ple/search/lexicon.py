"""Every word that the library uses, and in how many documents: for stems, wildcards, misspellings.

The index itself holds words as they are written. A question is widened instead: to the words that have the same stem
in one of the languages of the library, that fit a wildcard, or that are an edit or two away. So a phrase stays exact,
and a new language needs no new index.
"""

import sqlite3
from collections.abc import Callable, Iterable
from functools import cache

from ple.search.words import folded

LONGEST_TERM = 40
"""Longer ones are hashes and addresses, which nobody looks for by stem or misspelling."""
FORMS = 60
"""How many forms of a word are asked for at most; the most frequent ones."""

SCHEMA = """
CREATE TABLE lex (term TEXT PRIMARY KEY, df INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE language (code TEXT PRIMARY KEY) WITHOUT ROWID;
"""
# The same tokenizer counts the words of a few documents in memory, so that the lexicon agrees with the index.
_COUNTING = """
CREATE VIRTUAL TABLE IF NOT EXISTS temp.said USING fts5(words, content='', columnsize=0, tokenize="{tokenizer}");
CREATE VIRTUAL TABLE IF NOT EXISTS temp.said_words USING fts5vocab('temp', 'said', 'row');
"""


def prepare(db: sqlite3.Connection, tokenizer: str) -> None:
    """Make what :func:`count` needs on this connection."""
    for statement in _COUNTING.format(tokenizer=tokenizer).strip().split(";\n"):
        db.execute(statement.rstrip(";"))


def count(db: sqlite3.Connection, texts: Iterable[str], sign: int) -> None:
    """Count the words of new documents (``sign`` 1), or of documents that went (-1)."""
    db.execute("INSERT INTO temp.said(said) VALUES ('delete-all')")
    db.executemany("INSERT INTO temp.said(rowid, words) VALUES (?, ?)", enumerate(texts))
    db.execute(
        "INSERT INTO lex (term, df) SELECT term, ? * doc FROM temp.said_words WHERE length(term) <= ? "
        "ON CONFLICT (term) DO UPDATE SET df = df + excluded.df",
        (sign, LONGEST_TERM),
    )
    if sign < 0:
        db.execute("DELETE FROM lex WHERE df <= 0 AND term IN (SELECT term FROM temp.said_words)")
    db.execute("INSERT INTO temp.said(said) VALUES ('delete-all')")


def words_of(db: sqlite3.Connection, text: str) -> dict[str, int]:
    """Return how often each word occurs in ``text``."""
    db.execute("INSERT INTO temp.said(said) VALUES ('delete-all')")
    db.execute("INSERT INTO temp.said(rowid, words) VALUES (1, ?)", (text,))
    return dict(db.execute("SELECT term, cnt FROM temp.said_words"))


def renew(db: sqlite3.Connection) -> None:
    """Count all words anew from the index: quicker than keeping count while very many documents come in."""
    db.execute("DELETE FROM lex")
    db.execute("INSERT INTO lex SELECT term, doc FROM vocabulary WHERE length(term) <= ?", (LONGEST_TERM,))


class Lexicon:
    """The words of one index, asked over ``db``."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._stemmers: list[Callable[[str], str]] | None = None

    def forms(self, word: str) -> list[str]:
        """Return the words that have the same stem as ``word`` in one of the library's languages, and ``word``."""
        term = folded(word)
        if not term.isalpha() or not 2 < len(term) <= LONGEST_TERM:
            return [word]
        found: dict[str, int] = {}
        for stemmer in self._stems():
            stem = stemmer(term)
            root = _beginning(stem.rstrip("iy") if len(stem) > 3 else stem, term)  # studi and study: stud
            if len(root) < 2:
                continue
            for other, df in self._starting(root, len(term) + 8):
                if other not in found and stemmer(other) == stem:
                    found[other] = df
        found.pop(term, None)
        return [word, *sorted(found, key=lambda other: -found[other])[: FORMS - 1]]

    def fitting(self, pattern: str) -> list[str]:
        """Return the words that fit ``pattern``, in which ``*`` is any letters and ``?`` is one."""
        glob = folded(pattern).replace("[", "[[]")
        root = glob.replace("?", "*").replace("[", "*").split("*")[0]
        return [
            term
            for (term,) in self._db.execute(
                "SELECT term FROM lex WHERE term >= ? AND term < ? AND term GLOB ? ORDER BY df DESC LIMIT 300",
                (root, root + "\U0010ffff", glob),
            )
        ]

    def near(self, word: str, distance: int, limit: int = 50) -> list[str]:
        """Return the words at most ``distance`` edits from ``word``, the nearest and most frequent first."""
        from rapidfuzz import process  # 20 ms, for a misspelling only
        from rapidfuzz.distance import OSA

        term = folded(word)
        if not 1 < len(term) <= LONGEST_TERM:
            return [term]
        rows = self._db.execute(
            "SELECT term, df FROM lex WHERE length(term) BETWEEN ? AND ?", (len(term) - distance, len(term) + distance)
        ).fetchall()
        frequency = dict(rows)
        # an edit in the first letter is rarer than one in the middle of a word (Pollock & Zamora 1984)
        close = process.extract(term, list(frequency), scorer=OSA.distance, score_cutoff=distance, limit=None)
        close.sort(key=lambda found: (found[1], found[0][0] != term[0], -frequency[found[0]], found[0]))
        return [found[0] for found in close[:limit]]

    def knows(self, word: str) -> bool:
        """Tell whether a document has ``word`` in it."""
        return self._db.execute("SELECT 1 FROM lex WHERE term = ?", (folded(word),)).fetchone() is not None

    def meant(self, word: str, limit: int = 5) -> list[str]:
        """Return the words that may be meant by ``word``, which no document has, the likeliest first."""
        term = folded(word)
        if not term.isalpha() or len(term) < 3 or self.knows(word):
            return []
        return self.near(term, 1 if len(term) < 5 else 2, limit=limit)

    def _starting(self, root: str, longest: int) -> list[tuple[str, int]]:
        return self._db.execute(
            "SELECT term, df FROM lex WHERE term >= ? AND term < ? AND length(term) <= ? ORDER BY df DESC LIMIT 500",
            (root, root + "\U0010ffff", min(longest, LONGEST_TERM)),
        ).fetchall()

    def _stems(self) -> list[Callable[[str], str]]:
        if self._stemmers is None:
            codes = {"en", *(code for (code,) in self._db.execute("SELECT code FROM language"))}
            self._stemmers = [found for code in sorted(codes) if (found := stemmer(code))]
        return self._stemmers


def _beginning(one: str, other: str) -> str:
    same = 0
    while same < min(len(one), len(other)) and one[same] == other[same]:
        same += 1
    return one[:same]


@cache
def stemmer(code: str) -> Callable[[str], str] | None:
    """Return the stemmer for a language, if Whoosh has one."""
    from whoosh.lang import has_stemmer, stemmer_for_language

    if not has_stemmer(code):
        return None
    found: Callable[[str], str] = stemmer_for_language(code)
    return found


def language(code: str | None) -> str | None:
    """Return the language of a tag such as ``en-GB``, as Whoosh names it."""
    short = (code or "").strip().lower().replace("_", "-").split("-")[0]
    return {"nb": "no", "nn": "no"}.get(short, short) if 2 <= len(short) <= 3 and short.isalpha() else None
