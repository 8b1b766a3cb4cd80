"""What the index answers to a statement: hits with excerpts, counts, and what was probably meant."""

import datetime as dt
import heapq
import math
import re
import sqlite3
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import islice, product
from typing import Any

from ple.search import lexicon
from ple.search.excerpts import snippets
from ple.search.models import Facets, Hit
from ple.search.query import Node, words
from ple.search.statement import EPOCH, WEIGHTS, Statement
from ple.search.words import excerpt, has_word, shown

MOST_TRIED = 8
"""How many ways to put a query right are asked for what they find."""
TAGGED = 20_000
"""How many things are asked for their tags at most."""


def typed(db: sqlite3.Connection, statement: Statement, limit: int) -> tuple[int, list[Hit]]:
    """Return how many fit and the newest of them, in one pass: matching beginnings of words costs more than sorting."""
    found = db.execute(f"SELECT d.occurred, d.id {statement.source}", statement.bound).fetchall()
    newest = heapq.nlargest(limit, found)
    return len(found), described(db, [(id, 0.0) for _, id in newest], statement.match)


def facets(db: sqlite3.Connection, statement: Statement) -> tuple[int, Facets]:
    """Return how many fit, in all and by kind, tag (the 20 most frequent) and year.

    Of more than :data:`TAGGED` things, only the tags of the latest are counted.
    """
    # counting here is twice as quick as GROUP BY, which sorts first
    found = Counter(db.execute(f"SELECT d.kind, d.year {statement.source}", statement.bound))
    total = found.total()
    kinds: Counter[str] = Counter()
    years: Counter[str] = Counter()
    for (kind, year), number in found.items():
        kinds[kind] += number
        years[str(year)] += number
    order = "fts.rowid" if statement.match is not None else "d.id"
    latest = f"SELECT d.id {statement.source} ORDER BY {order} DESC LIMIT {TAGGED}"
    if statement.match is None and not statement.filtered:
        tagged, bound = "SELECT tag, count(*) FROM doc_tag GROUP BY tag", tuple[object, ...]()
    else:
        tagged = f"SELECT t.tag, 1 FROM ({latest}) d CROSS JOIN doc_tag t ON t.doc_id = d.id"
        bound = statement.bound
    tags: Counter[str] = Counter()
    for tag, number in db.execute(tagged, bound) if total else ():
        tags[tag] += number
    first = sorted(tags.items(), key=lambda item: (-item[1], item[0]))[:20]
    return total, Facets(_by_number(kinds), dict(first), dict(sorted(years.items(), reverse=True)))


def _by_number(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def hits(db: sqlite3.Connection, statement: Statement, limit: int, *, by_date: bool) -> list[Hit]:
    """Return the first that fit: the best, or where there is nothing to rank by or ``by_date``, the newest."""
    if by_date or statement.match is None:
        sql = f"SELECT d.id, 0.0 {statement.source} ORDER BY d.occurred DESC, d.id DESC LIMIT ?"
    elif statement.filtered:
        sql = f"SELECT d.id, bm25(fts, {WEIGHTS}) AS fit {statement.source} ORDER BY fit LIMIT ?"
    else:
        sql = "SELECT rowid, rank FROM fts WHERE fts MATCH ? ORDER BY rank LIMIT ?"
    return described(db, db.execute(sql, (*statement.bound, limit)).fetchall(), statement.match)


def described(db: sqlite3.Connection, found: Sequence[tuple[int, float]], match: str | None) -> list[Hit]:
    """Return the hits for numbers and scores, in the order given."""
    facts: dict[int, Any] = {}
    tags: dict[int, set[str]] = {}
    said_of: dict[int, str] = {}
    for start in range(0, len(found), 500):
        ids = [id for id, _ in found[start : start + 500]]
        among = f"IN ({','.join('?' * len(ids))})"
        rows = db.execute(
            "SELECT t.id, t.uid, d.kind, t.title, t.url, d.occurred, t.registered FROM doc_text t "
            f"JOIN doc d ON d.id = t.id WHERE t.id {among}",
            ids,
        )
        facts |= {row[0]: row for row in rows}
        for id, tag in db.execute(f"SELECT doc_id, tag FROM doc_tag WHERE doc_id {among}", ids):
            tags.setdefault(id, set()).add(tag)
        if match is None:
            said_of |= dict(
                db.execute(f"SELECT id, substr(text, 1, 400) FROM doc_text WHERE id {among}", ids).fetchall()
            )
        else:
            said_of |= snippets(db, match, ids)
    hits = []
    for id, fit in found:
        _, uid, kind, title, url, occurred, registered = facts[id]
        said, marks = excerpt(said_of.get(id, ""))
        hits.append(
            Hit(
                id=id,
                uid=uuid.UUID(uid),
                kind=kind,
                title=shown(title),
                url=url,
                excerpt=said,
                score=round(-fit, 3) + 0.0,
                when=EPOCH + dt.timedelta(microseconds=occurred),
                tags=frozenset(tags.get(id, ())),
                created_at=EPOCH + dt.timedelta(microseconds=registered),
                marks=marks,
            )
        )
    return hits


def did_you_mean(query: str, node: Node, known: lexicon.Lexicon, finds: Callable[[str], bool]) -> str | None:
    """Return ``query`` with the words that no document has put right, if any can be.

    Of words that are equally near, those are meant with which the query ``finds`` something.
    """
    meant = {word: found for word in words(node) if has_word(word) and (found := known.meant(word))}
    tried: list[str] = []
    for choice in islice(product(*meant.values()), MOST_TRIED):
        corrected = query
        for word, other in zip(meant, choice, strict=True):
            corrected = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", other, corrected)
        if meant and corrected != query:
            tried.append(corrected)
    return next((corrected for corrected in tried if finds(corrected)), tried[0] if tried else None)


def telling_words(db: sqlite3.Connection, text: str) -> list[str]:
    """Return the words that tell ``text`` from other texts: often in it, in few others (tf-idf)."""
    documents = db.execute("SELECT count(*) FROM doc").fetchone()[0]
    often = {word: n for word, n in lexicon.words_of(db, text).items() if len(word) > 3 and word.isalpha()}
    scores: dict[str, float] = {}
    for word, n in sorted(often.items(), key=lambda item: -item[1])[:200]:
        row = db.execute("SELECT df FROM lex WHERE term = ?", (word,)).fetchone()
        if row and 2 <= row[0] <= max(10, documents // 20):
            scores[word] = min(n, 5) * math.log(1 + documents / row[0])
    return sorted(scores, key=lambda word: -scores[word])[:8]
