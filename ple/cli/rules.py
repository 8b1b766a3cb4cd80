"""``ple feeds rules`` and ``ple feeds mute``: what is done with entries as soon as they come in."""

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from ple.cli.frame import Command, Group, environment, resolve, show, show_list, state, tell
from ple.cli.output import Timed, when
from ple.cli.spans import length
from ple.cli.words import due, plural
from ple.library.errors import InvalidInput

if TYPE_CHECKING:
    from ple.feeds.marks import Rule, Trial

rules = Group("rules", help="What is done with entries as soon as they come in: tag, star, read, save, hide, notify.")


@rules.command("add")
@click.argument("query", required=False, default="")
@click.argument("actions", nargs=-1)
@click.option(
    "--do", "do", multiple=True, help="tag:NAME, star, read, save, hide or notify; may be given several times."
)
@click.option("--name", help="What to call it.")
@click.option("--feed", help="Only entries of this feed.")
@click.option("--folder", help="Only entries of the feeds in this folder.")
@click.option("--run", "run", is_flag=True, help="Apply it to the entries that are there, too.")
@click.pass_context
def add(
    ctx: click.Context, query: str, actions: tuple[str, ...], do: tuple[str, ...], name: str | None,
    feed: str | None, folder: str | None, run: bool,
) -> None:  # fmt: skip
    """Do ACTIONS with entries that fit QUERY, in the language of `ple search`.

    `ple feeds rules add 'author:doe OR title:"weekly"' star tag:weekly`. `feeds rules try` shows first what fits.
    """
    ours = environment(ctx).feeds.rules
    made = ours.add(query, (*actions, *do), name=name, feed=resolve(ctx, feed, "feed") if feed else None, folder=folder)
    if run:
        tell(ctx, f"Applied to {plural(len(ours.run(made.id).entries), 'entry', 'entries')}.")
        made = ours.rule(made.id)
    show(ctx, made, said=f"#{made.id} {made.title}: {', '.join(made.actions)}")


@rules.command("list")
@click.pass_context
def list_(ctx: click.Context) -> None:
    """List your rules in the order in which they are applied."""
    columns = [
        ("#", "id"), ("Rule", "title"), ("Does", lambda rule: ", ".join(rule.actions)), ("Fitted", "fitted"),
        ("Last", when("fitted_at")), ("", Timed(_standing, due)),
    ]  # fmt: skip
    show_list(
        ctx,
        environment(ctx).feeds.rules.rules(),
        columns,
        empty="No rules yet. `ple feeds rules add QUERY star` makes one.",
    )


@rules.command("test")
@click.argument("rule")
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="Show so many at most.")
@click.pass_context
def test(ctx: click.Context, rule: str, limit: int) -> None:
    """Show what RULE would do with the entries that are there, and change nothing."""
    _show_trial(ctx, environment(ctx).feeds.rules.test(_number(ctx, rule), limit=limit))


@rules.command("try")
@click.argument("query")
@click.option("--do", "do", multiple=True, help="What the rule would do.")
@click.option("--feed", help="Only entries of this feed.")
@click.option("--folder", help="Only entries of the feeds in this folder.")
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="Show so many at most.")
@click.pass_context
def try_(ctx: click.Context, query: str, do: tuple[str, ...], feed: str | None, folder: str | None, limit: int) -> None:
    """Show which of the entries that are there fit QUERY, before you make a rule of it."""
    scope = resolve(ctx, feed, "feed") if feed else None
    _show_trial(ctx, environment(ctx).feeds.rules.try_out(query, do, feed=scope, folder=folder, limit=limit))


@rules.command("run")
@click.argument("rule")
@click.pass_context
def run(ctx: click.Context, rule: str) -> None:
    """Apply RULE to the entries that are there; `ple undo` takes it back."""
    done = environment(ctx).feeds.rules.run(_number(ctx, rule))
    if done.problem:
        tell(ctx, f"Not all of it: {done.problem}")
    show(ctx, done, said=f"Applied “{done.title}” to {plural(len(done.entries), 'entry', 'entries')}.")


@rules.command("pause")
@click.argument("rules", nargs=-1, required=True)
@click.pass_context
def pause(ctx: click.Context, rules: tuple[str, ...]) -> None:
    """Leave RULES out until they are resumed."""
    _change(ctx, rules, "pause", "Paused")


@rules.command("resume")
@click.argument("rules", nargs=-1, required=True)
@click.pass_context
def resume(ctx: click.Context, rules: tuple[str, ...]) -> None:
    """Apply RULES again."""
    _change(ctx, rules, "resume", "Resumed")


@rules.command("remove")
@click.argument("rules", nargs=-1, required=True)
@click.pass_context
def remove(ctx: click.Context, rules: tuple[str, ...]) -> None:
    """Throw RULES away; what they did stays."""
    ours = environment(ctx).feeds.rules
    removed = [ours.rule(_number(ctx, name)) for name in rules]
    ours.remove([rule.id for rule in removed])
    titles = ", ".join(rule.title for rule in removed)
    show(ctx, removed if len(removed) > 1 else removed[0], said=f"Removed {titles}. `ple undo` brings it back.")


@rules.command("notices")
@click.option("--seen", is_flag=True, help="Do not show them again.")
@click.pass_context
def notices(ctx: click.Context, seen: bool) -> None:
    """Show what rules wanted you to hear of."""
    ours = environment(ctx).feeds.rules
    columns = [
        ("#", lambda notice: notice.entry.id), ("Title", lambda notice: notice.entry.title), ("Rule", "rule"),
        ("When", when("at")),
    ]  # fmt: skip
    show_list(ctx, ours.notices(), columns, empty="Nothing new from your rules.")
    if seen:
        ours.seen()


@click.command("mute", cls=Command)
@click.argument("feed", required=False)
@click.option("--query", default="", help="Whatever fits this, in the language of `ple search`, of all feeds.")
@click.option("--folder", help="Only the feeds in this folder.")
@click.option("--for", "span", required=True, metavar="SPAN", help="How long: 12h, 7d, 4w.")
@click.pass_context
def mute(ctx: click.Context, feed: str | None, query: str, folder: str | None, span: str) -> None:
    """Hide what comes in of FEED (or fits --query) for a time; it ends by itself."""
    made = environment(ctx).feeds.rules.mute(
        until=dt.datetime.now(dt.UTC) + length(span),
        query=query,
        feed=resolve(ctx, feed, "feed") if feed else None,
        folder=folder,
    )
    show(
        ctx, made, said=f"#{made.id} {made.title} until {due(made.until)}. `ple feeds rules remove {made.id}` ends it."
    )


def _number(ctx: click.Context, name: str) -> int:
    """Return the number of a rule, by its number or by its name."""
    ours = environment(ctx).feeds.rules
    digits = name.strip().removeprefix("#")
    if digits.isascii() and digits.isdigit() and len(digits) < 10:
        return ours.rule(int(digits)).id
    found = [rule.id for rule in ours.rules() if name.casefold() in rule.title.casefold()]
    if len(found) != 1:
        raise InvalidInput(
            f"{'no rule' if not found else 'more than one rule'} is called “{name}”",
            hint="`ple feeds rules list` shows their numbers.",
        )
    return found[0]


def _change(ctx: click.Context, names: tuple[str, ...], how: str, said: str) -> None:
    ours = environment(ctx).feeds.rules
    ids = [_number(ctx, name) for name in names]
    getattr(ours, how)(ids)
    changed = [ours.rule(id) for id in ids]
    titles = ", ".join(rule.title for rule in changed)
    show(ctx, changed if len(changed) > 1 else changed[0], said=f"{said} {titles}.")


def _show_trial(ctx: click.Context, trial: "Trial") -> None:
    if state(ctx).json:
        show(ctx, trial)
        return
    does = f": {', '.join(trial.actions)}" if trial.actions else ""
    tell(ctx, f"{trial.fits:,} of {plural(trial.of, 'entry', 'entries')} would fit{does}. Nothing was changed.")
    columns = [("#", "id"), ("Title", "title"), ("Feed", "feed_title"), ("When", when("published_at"))]
    show_list(ctx, trial.entries, columns, empty="")


def _standing(rule: "Rule", said: Callable[[dt.datetime | None], str]) -> str:
    if rule.paused:
        return "paused"
    if rule.until is not None:
        ended = rule.until <= dt.datetime.now(dt.UTC)
        return "ended" if ended else f"until {said(rule.until)}"
    return rule.problem or ""
