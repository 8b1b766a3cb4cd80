"""Rules: what is done with entries that fit a search, as soon as they come in.

A rule is a query in the language of the search, perhaps confined to a feed or folder, and what to do with what fits:
tag, star, mark as read, save the page, hide, or tell the learner. Muting is a rule that hides and ends by itself.

Each new entry meets the rules once. How far they have come is kept beside the entries, in the transaction that did it,
so an update that was killed is made up for by the next, and two at a time do nothing twice.
"""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from ple.feeds import duplicates, entries, lists, triage
from ple.feeds.marks import RULE, Applied, Notice, NoticeRow, Rule, RuleRow, Trial
from ple.feeds.models import FEED, EntryRow, FeedRow
from ple.feeds.neighbours import Neighbours
from ple.library import InvalidInput, Library, Reading, Resource, Writing, chunks, fold_tag, trashed
from ple.library.errors import PleError
from ple.library.resource import Marker
from ple.web.text import line

HIDE = "hide"
ACTIONS = ("star", "read", "save", HIDE, "notify")
"""What a rule can do, besides ``tag:NAME``."""
_MARKER = "feed-rules"


class Rules:
    """The rules of a learner."""

    def __init__(self, library: Library, neighbours: Neighbours, now: Callable[[], dt.datetime]) -> None:
        self._library = library
        self._neighbours = neighbours
        self._now = now

    def rules(self) -> list[Rule]:
        """Return all rules, the oldest first: the order in which they are applied."""
        with self._library.reading() as tx:
            return _rules(tx)

    def rule(self, id: int) -> Rule:
        """Return one rule.

        Raises:
            NotFound: there is none of this number.

        """
        with self._library.reading() as tx:
            tx.alive(id, RULE)
            return _rules(tx, id)[0]

    def add(
        self,
        query: str,
        actions: Iterable[str],
        *,
        name: str | None = None,
        feed: int | None = None,
        folder: str | None = None,
        until: dt.datetime | None = None,
    ) -> Rule:
        """Make a rule for entries that come in from now on; :meth:`run` applies it to those that are there.

        Raises:
            InvalidInput: it has no query, feed or folder; or an action is none of :data:`ACTIONS` or ``tag:NAME``.
            QueryError: the search does not understand the query.

        """
        query, folder = line(query), lists.folder_name(folder) if folder else None
        kept = actions_of(actions)
        if not query and feed is None and folder is None:
            raise InvalidInput("a rule for everything is no rule", hint="Give it a search, a feed or a folder.")
        if query:
            self._neighbours.matches(query, ())
        with self._library.reading() as tx:
            title = tx_title(tx, feed) if feed is not None else folder
        called = line(name or "") or " in ".join(filter(None, (query, title)))
        with self._library.writing(f"Made the rule “{called}”") as tx:
            if feed is not None:
                tx.alive(feed, FEED)
            if not tx.connection().execute(sa.select(sa.func.count()).select_from(RuleRow)).scalar():
                _reach(tx, entries.newest(tx))
            id = tx.register(RULE)
            row = RuleRow(
                id=id, name=called[:300], query=query, feed_id=feed, of_feed=feed is not None, folder=folder,
                actions=list(kept), until=until,
            )  # fmt: skip
            tx.add(row)
        return self.rule(id)

    def mute(self, *, until: dt.datetime, query: str = "", feed: int | None = None, folder: str | None = None) -> Rule:
        """Hide what comes in until then: of a feed, of a folder, or whatever fits a query; return the rule for it."""
        with self._library.reading() as tx:
            what = query or (tx_title(tx, feed) if feed is not None else folder)
        return self.add(query, [HIDE], name=f"Mute {what}", feed=feed, folder=folder, until=until)

    def pause(self, ids: Collection[int]) -> int:
        """Leave these rules out; return how many were applied until now."""
        return self._set("Paused", ids, self._now(), paused=False)

    def resume(self, ids: Collection[int]) -> int:
        """Apply these rules again; return how many were paused."""
        return self._set("Resumed", ids, None, paused=True)

    def remove(self, ids: Collection[int]) -> int:
        """Throw these rules away; what they did stays. Return how many."""
        with self._library.writing(f"Removed {_number(ids)}") as tx:
            lists.check(tx, ids, RULE)
            return tx.trash(*ids)

    def try_out(
        self,
        query: str,
        actions: Iterable[str] = (),
        *,
        feed: int | None = None,
        folder: str | None = None,
        limit: int = 20,
    ) -> Trial:
        """Return what a rule would do with the entries that are there, and change nothing."""
        kept = actions_of(actions) if (actions := tuple(actions)) else ()
        with self._library.reading() as tx:
            if feed is not None:
                tx.alive(feed, FEED)
            candidates = _candidates(tx, feed, feed is not None, lists.folder_name(folder) if folder else None)
        fitting = self._fitting(line(query), candidates)
        with self._library.reading() as tx:
            shown = entries.entry_lines(tx, fitting[:limit])
        return Trial(line(query), kept, len(fitting), len(candidates), tuple(shown))

    def test(self, id: int, *, limit: int = 20) -> Trial:
        """Return what a rule would do with the entries that are there, and change nothing."""
        rule = self.rule(id)
        with self._library.reading() as tx:
            candidates = _candidates(tx, rule.feed_id, self._of_feed(tx, id), rule.folder)
        fitting = self._fitting(rule.query, candidates)
        with self._library.reading() as tx:
            shown = entries.entry_lines(tx, fitting[:limit])
        return Trial(rule.query, rule.actions, len(fitting), len(candidates), tuple(shown))

    def run(self, id: int) -> Applied:
        """Apply a rule to the entries that are there; it can be taken back."""
        rule = self.rule(id)
        with self._library.reading() as tx:
            candidates = _candidates(tx, rule.feed_id, self._of_feed(tx, id), rule.folder, copies=HIDE in rule.actions)
        fitting = self._fitting(rule.query, candidates)
        with self._library.writing(f"Applied “{rule.title}”") as tx:
            self._apply(tx, rule, fitting)
        return self._finish([Applied(rule.id, rule.title, rule.actions, tuple(fitting))])[0]

    def apply_new(self) -> list[Applied]:
        """Apply the rules to what came in since the last time; return what those did that fitted anything.

        A rule that cannot be applied is passed over and says why; the others go on.
        """
        now = self._now()
        with self._library.reading() as tx:
            reached, newest = _reached(tx), entries.newest(tx)
            if reached is None or newest <= reached:
                return []
            active = [
                (rule, self._of_feed(tx, rule.id))
                for rule in _rules(tx)
                if not rule.paused and (rule.until is None or rule.until > now)
            ]
            fresh = {
                rule.id: _candidates(
                    tx, rule.feed_id, of_feed, rule.folder, copies=HIDE in rule.actions, after=reached, up_to=newest
                )
                for rule, of_feed in active
            }
        done: list[Applied] = []
        for rule, _ in active:
            try:
                fitting = self._fitting(rule.query, fresh[rule.id])
            except PleError as error:
                done.append(Applied(rule.id, rule.title, rule.actions, (), str(error)))
                continue
            if fitting or rule.problem:
                done.append(Applied(rule.id, rule.title, rule.actions, tuple(fitting)))
        rules = {rule.id: rule for rule, _ in active}
        with self._library.writing() as tx:
            if _reached(tx) != reached:
                return []  # another update was quicker
            for each in done:
                tx.update(RuleRow, [each.rule_id], problem=each.problem)
                self._apply(tx, rules[each.rule_id], each.entries)
            _reach(tx, newest)
        return self._finish([each for each in done if each.entries or each.problem])

    def notices(self, *, limit: int = 50) -> list[Notice]:
        """Return what rules wanted the learner to hear of and was not seen yet, the newest first."""
        query = (
            sa.select(col(NoticeRow.entry_id), col(NoticeRow.rule_id), col(RuleRow.name), col(NoticeRow.at))
            .join(RuleRow, col(RuleRow.id) == col(NoticeRow.rule_id))
            .where(col(NoticeRow.seen_at).is_(None))
            .order_by(col(NoticeRow.at).desc(), col(NoticeRow.entry_id).desc())
            .limit(limit)
        )
        with self._library.reading() as tx:
            rows = tx.connection().execute(query).all()
            lines = {line.id: line for line in entries.entry_lines(tx, list({row[0] for row in rows}))}
        return [Notice(lines[entry], rule, name, at) for entry, rule, name, at in rows if entry in lines]

    def seen(self) -> int:
        """Note that the learner has seen all notices; return how many there were."""
        with self._library.writing() as tx:
            unseen = sa.update(NoticeRow).where(col(NoticeRow.seen_at).is_(None)).values(seen_at=self._now())
            return tx.connection().execute(unseen).rowcount

    def _fitting(self, query: str, candidates: Sequence[int]) -> list[int]:
        if not query or not candidates:
            return list(candidates)
        fits = self._neighbours.matches(query, candidates)
        return [id for id in candidates if id in fits]

    def _apply(self, tx: Writing, rule: Rule, ids: Sequence[int]) -> None:
        if not ids:
            return
        now = self._now()
        same = duplicates.with_copies(tx, ids)
        for action in rule.actions:
            match action.partition(":"):
                case ("star", _, _):
                    tx.update(EntryRow, entries.without(tx, same, col(EntryRow.starred_at)), starred_at=now)
                case ("read", _, _):
                    tx.update(EntryRow, entries.without(tx, same, col(EntryRow.read_at)), read_at=now)
                case ("tag", _, name):
                    for id in ids:
                        tx.tag(id, name)
                case ("hide", _, _):
                    triage.hide(tx, ids, now)
                case ("notify", _, _):
                    _notify(tx, rule.id, ids, now)
        tx.connection().execute(
            sa.update(RuleRow).where(col(RuleRow.id) == rule.id).values(fitted=RuleRow.fitted + len(ids), fitted_at=now)
        )

    def _finish(self, done: list[Applied]) -> list[Applied]:
        """Save the pages that rules want saved: outside the transaction, as it is another door's."""
        finished = []
        for each in done:
            problem = each.problem
            if "save" in each.actions and each.entries:
                with self._library.reading() as tx:
                    wanted = [(line.id, line.url, line.title) for line in entries.entry_lines(tx, each.entries)]
                for id, url, title in wanted:
                    try:
                        if url:
                            self._neighbours.save(id, url, title)
                    except PleError as error:
                        problem = str(error)
            finished.append(Applied(each.rule_id, each.title, each.actions, each.entries, problem))
        return finished

    def _of_feed(self, tx: Reading, id: int) -> bool:
        return bool(tx.connection().execute(sa.select(col(RuleRow.of_feed)).where(col(RuleRow.id) == id)).scalar())

    def _set(self, verb: str, ids: Collection[int], to: dt.datetime | None, *, paused: bool) -> int:
        with self._library.writing(f"{verb} {_number(ids)}") as tx:
            lists.check(tx, ids, RULE)
            condition = col(RuleRow.paused_at).is_not(None) if paused else col(RuleRow.paused_at).is_(None)
            query = sa.select(col(RuleRow.id)).where(condition)
            those = [
                id
                for some in chunks(ids)
                for id in tx.connection().execute(query.where(col(RuleRow.id).in_(some))).scalars()
            ]
            return tx.update(RuleRow, those, paused_at=to)


def actions_of(said: Iterable[str]) -> tuple[str, ...]:
    """Return actions as they are kept, each once.

    Raises:
        InvalidInput: there is none, or one that no rule knows.

    """
    kept: list[str] = []
    for action in said:
        name, _, tag = action.strip().partition(":")
        name = name.lower()
        if name == "tag":
            if not (folded := fold_tag(tag)):
                raise InvalidInput(f"“{action}” names no tag", hint="Say it like tag:weekly.")
            action = f"tag:{folded}"
        elif name in ACTIONS and not tag:
            action = name
        else:
            raise InvalidInput(
                f"no rule knows how to “{line(action)}”", hint=f"Rules can {', '.join(ACTIONS)} or tag:NAME."
            )
        if action not in kept:
            kept.append(action)
    if not kept:
        raise InvalidInput("the rule does nothing", hint=f"Rules can {', '.join(ACTIONS)} or tag:NAME.")
    return tuple(kept)


def tx_title(tx: Reading, feed: int) -> str:
    """Return what a feed is called.

    Raises:
        NotFound: there is none of this number.

    """
    tx.alive(feed, FEED)
    return entries.feeds(tx, feed)[0].title


def _rules(tx: Reading, id: int | None = None) -> list[Rule]:
    query = (
        sa.select(
            col(RuleRow.id), col(Resource.uid), col(Resource.created_at), col(RuleRow.name), col(RuleRow.query),
            col(RuleRow.feed_id), col(RuleRow.folder), col(RuleRow.actions), col(RuleRow.until), col(RuleRow.paused_at),
            col(RuleRow.fitted), col(RuleRow.fitted_at), col(RuleRow.problem), col(FeedRow.own_title),
            col(FeedRow.title), col(FeedRow.url),
        )
        .join(Resource, col(Resource.id) == col(RuleRow.id))
        .outerjoin(FeedRow, col(FeedRow.id) == col(RuleRow.feed_id))
        .where(col(RuleRow.id).not_in(trashed()))
        .order_by(col(RuleRow.id))
    )  # fmt: skip
    if id is not None:
        query = query.where(col(RuleRow.id) == id)
    rows = tx.connection().execute(query).all()
    tags = tx.tags_of([row.id for row in rows])
    return [
        Rule(
            id=row.id, uid=row.uid, kind=RULE, title=row.name, url=None, tags=tags[row.id], created_at=row.created_at,
            query=row.query, feed_id=row.feed_id,
            feed_title=entries.feed_title(row.own_title, row.title, row.url) if row.feed_id is not None else None,
            folder=row.folder, actions=tuple(row.actions), until=row.until, paused=row.paused_at is not None,
            fitted=row.fitted, fitted_at=row.fitted_at, problem=row.problem,
        )
        for row in rows
    ]  # fmt: skip


def _candidates(
    tx: Reading, feed: int | None, of_feed: bool, folder: str | None, *, copies: bool = False, after: int = 0,
    up_to: int | None = None,
) -> list[int]:  # fmt: skip
    """Return the entries that a rule may be about, the newest first.

    An article of several feeds is one, except for rules that hide: where the first is hidden, another would be shown.
    """
    if of_feed and feed is None:
        return []  # its feed was deleted for good
    wanted = entries.Wanted(feed, folder, hidden=None, copies=copies)
    return entries.entry_ids(tx, wanted, after=after, up_to=up_to)


def _reached(tx: Reading) -> int | None:
    said = tx.connection().execute(sa.select(col(Marker.value)).where(col(Marker.name) == _MARKER)).scalar()
    return int(said) if said is not None else None


def _reach(tx: Writing, newest: int) -> None:
    tx.merge(Marker(name=_MARKER, value=str(newest)))
    tx.flush()


def _notify(tx: Writing, rule: int, ids: Sequence[int], now: dt.datetime) -> None:
    known: set[int] = set()
    for some in chunks(ids):
        query = sa.select(col(NoticeRow.entry_id)).where(
            col(NoticeRow.rule_id) == rule, col(NoticeRow.entry_id).in_(some)
        )
        known |= set(tx.connection().execute(query).scalars())
    rows: list[dict[str, Any]] = [
        {"entry_id": id, "rule_id": rule, "at": now, "seen_at": None} for id in ids if id not in known
    ]
    if rows:
        tx.connection().execute(sa.insert(NoticeRow), rows)


def _number(ids: Collection[int]) -> str:
    return "a rule" if len(set(ids)) == 1 else f"{len(set(ids))} rules"
