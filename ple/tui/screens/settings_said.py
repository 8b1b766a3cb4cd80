"""What the settings room lists, and what it says about each line; gathered in a thread."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ple.tui.widgets.blocks import Block, Prose, clean, paragraphs
from ple.tui.words import joined, moment, plural, short

if TYPE_CHECKING:
    from ple.environment import Environment
    from ple.lms import Account
    from ple.lms.records import Store
    from ple.settings.settings import Settings

SAID = {None: "not decided yet", True: "told", False: "not told"}


@dataclass(frozen=True, slots=True)
class SetRow:
    """A line: a setting, an account, a store of records, an event, a place, a key, or the heading of such."""

    what: str
    name_of_it: str
    name: str
    value: str = ""
    help: str = ""
    facts: tuple[str, ...] = ()
    code: str = ""
    own: bool = False
    warn: bool = False
    choices: tuple[str, ...] = ()
    number: int = 0

    @property
    def key(self) -> str:
        """What the list calls it."""
        return f"{self.what} {self.name_of_it}"

    @property
    def place(self) -> str:
        """Where a key works; several places have verbs of one name."""
        return self.help.partition(". ")[0] if self.what == "key" else ""

    @property
    def heading(self) -> bool:
        """Whether the cursor passes over it."""
        return self.what == "heading"

    @property
    def all(self) -> str:
        """What a filter looks at."""
        return f"{self.name} {self.value} {self.name_of_it} {self.help}"

    def prose(self) -> Prose:
        """Return what there is to know about it."""
        text = paragraphs(*([self.help] if self.help else ()))
        text.blocks += [Block("p", clean(fact), gap=number == 0) for number, fact in enumerate(self.facts)]
        if self.code:
            text.blocks.append(Block("pre", self.code, first="  ", rest="  "))
        return text.with_head(self.name, self.value)


def rows_of(
    environment: Environment,
    settings: Settings,
    *,
    theme: str,
    themes: Sequence[str],
    folder: Path,
    now: dt.datetime,
) -> list[SetRow]:
    """Return all lines, in parts that have headings; for threads."""
    rows: list[SetRow] = []
    parts = (
        ("LOOKS AND HABITS", list(_settings(settings, theme, themes, folder))),
        ("ACCOUNTS", [_account(account, now) for account in environment.courses.accounts()] or [_NO_ACCOUNT]),
        ("RECORD OF LEARNING · what is told to whom", list(_stores(environment, now)) or [_NO_STORE]),
        ("WHERE THINGS LIE", list(_places(environment, folder))),
        ("KEYS", list(_keys(settings))),
    )
    for number, (title, some) in enumerate(parts):
        if number:
            rows.append(SetRow("heading", f"gap {number}", ""))
        rows.append(SetRow("heading", title, title))
        rows += some
    return rows


def _settings(settings: Settings, theme: str, themes: Sequence[str], folder: Path) -> Iterator[SetRow]:
    for field in dataclasses.fields(settings):
        if field.name == "keys":
            continue
        value: Any = getattr(settings, field.name)
        default: Any = field.default
        given = f"PLE_{field.name.upper()}" in os.environ
        said = str(value) if value != "" else "—"
        if isinstance(value, bool):
            said = "yes" if value else "no"
        if field.name == "theme":
            said = f"{value} (now {theme})" if value != theme else theme
        facts = (
            f"From the start: {default if default != '' else '—'}",
            f"In {home(folder / 'config.toml')}: {field.name} = …",
            f"Just now PLE_{field.name.upper()} decides, whatever stands in the file." if given else "",
        )
        choices = ("auto", *themes) if field.name == "theme" else ("no", "yes") if isinstance(value, bool) else ()
        yield SetRow(
            "set",
            field.name,
            field.name.replace("_", " ").capitalize(),
            said,
            field.metadata["says"],
            tuple(fact for fact in facts if fact),
            own=value != default,
            warn=given,
            choices=choices,
        )


_NO_ACCOUNT = SetRow(
    "none",
    "account",
    "No course is connected",
    "ple lms connect ADDRESS",
    "In your shell: ple lms connect ADDRESS connects Moodle or Canvas, and asks for the token without showing it. "
    "ple lms practice starts a course to practise on, on this machine.",
)
_NO_STORE = SetRow(
    "none",
    "store",
    "Nothing is told to anybody",
    "ple xapi connect ENDPOINT",
    "Your record of what you did stays here; ple xapi export writes it to a file. Where your school has a record store "
    "(LRS), ple xapi connect ENDPOINT in your shell connects it; what is told you decide here, event by event.",
)


def _account(account: Account, now: dt.datetime) -> SetRow:
    state = (
        "its last sync failed"
        if account.failure
        else "no token: connect it again"
        if not account.has_token and account.lms not in ("calendar", "manual")
        else f"in order, asked {short(account.synced_at, now)}"
        if account.synced_at
        else "never asked"
    )
    facts = (
        joined(account.lms, account.url),
        f"As {account.person}" if account.person else "",
        f"Its token ends {moment(account.token_expires_at)}" if account.token_expires_at else "",
        f"Last asked {moment(account.synced_at)}" if account.synced_at else "",
        account.failure or "",
        f"Can: {', '.join(account.capabilities)}" if account.capabilities else "",
    )
    return SetRow(
        "account",
        str(account.id),
        clean(account.title),
        state,
        "Enter asks it for news, renews its token, or forgets it.",
        tuple(fact for fact in facts if fact),
        warn=bool(account.failure),
        number=account.id,
    )


def _stores(environment: Environment, now: dt.datetime) -> Iterator[SetRow]:
    for store in environment.records.stores():
        yield _store(store, now)
        for event in store.events:
            example = environment.records.example(event.event)
            facts = (
                f"Tells {store.endpoint} {event.tells}.",
                f"Kept here: {event.kept} · waiting: {event.queued} · sent: {event.done} · not taken: {event.parked}",
                f"Told is what happened since {moment(event.since)}." if event.allowed and event.since else "",
                "The newest, as it would go out:" if example else "Nothing like it has happened yet.",
            )
            yield SetRow(
                "event",
                f"{store.id} {event.event}",
                f"  {event.event}",
                SAID[event.allowed],
                "Enter shows what would be sent and asks you.",
                tuple(fact for fact in facts if fact),
                code=indented(example.body) if example else "",
                own=event.allowed is True,
                number=store.id,
            )


def _store(store: Store, now: dt.datetime) -> SetRow:
    said = f"paused: {store.paused}" if store.paused else f"trouble: {store.failure}" if store.failure else ""
    sent = f"last sent {short(store.sent_at, now)}" if store.sent_at else "nothing sent yet"
    facts = (
        f"Connected {moment(store.connected_at)}, {sent}.",
        f"Waiting: {store.queued} · sent: {store.done} · not taken: {store.parked}",
        f"{said}." if said else "",
    )
    return SetRow(
        "store",
        str(store.id),
        clean(store.endpoint),
        said or joined(sent, f"{plural(store.queued, 'statement')} waiting" if store.queued else ""),
        "Enter sends what waits, or forgets the store.",
        tuple(fact for fact in facts if fact),
        warn=bool(said),
        number=store.id,
    )


def indented(body: str) -> str:
    """Return JSON as people read it."""
    import json

    from ple.web.text import block

    try:
        return block(json.dumps(json.loads(body), ensure_ascii=False, indent=2))
    except ValueError:
        return block(body)


def _places(environment: Environment, folder: Path) -> Iterator[SetRow]:
    from ple.settings.paths import state_folder

    for name, value, help in (
        (
            "Library",
            str(environment.folder),
            "All that you keep. ple library backup copies it while it is open.",
        ),
        ("Search index", str(environment.folder / "search"), "Made again from the library when it is lost."),
        ("Site", str(environment.portfolio.folder), "What B in Portfolio builds."),
        ("Settings", str(folder / "config.toml"), "A text file; your comments in it stay."),
        (
            "Drafts and logs",
            str(state_folder()),
            "What was being written when something broke; defects.",
        ),
        ("Secrets", environment.secrets.where(), "Tokens and passwords; never in settings, exports or the library."),
    ):
        yield SetRow("place", name, name, home(value), help, (home(value),))


def home(path: object) -> str:
    """Return a path from the learner's home folder on, where it lies in it."""
    said, own = str(path), str(Path.home())
    return f"~{said[len(own) :]}" if said == own or said.startswith((f"{own}/", f"{own}\\")) else said


def _keys(settings: Settings) -> Iterator[SetRow]:
    from ple.tui.keys import effective, sign, taken, verbs

    all_verbs = verbs()
    for verb in all_verbs:
        now = effective(verb, settings.keys).split(",")
        own = verb.id in settings.keys
        others = [other for key in now for other in taken(key, verb, settings.keys, all_verbs)] if settings.keys else []
        facts = (
            f"Its own: {' '.join(sign(key) for key in verb.keys.split(','))}",
            f"In your settings, under [keys]: {verb.id} = …",
            *(f"! Also “{other.does}”, {other.place.lower()}" for other in others),
        )
        yield SetRow(
            "key",
            verb.id,
            verb.does,
            " ".join(sign(key) for key in now),
            f"{verb.place}. Enter gives it another key; d gives it its own back.",
            facts,
            own=own,
            warn=bool(others),
        )
