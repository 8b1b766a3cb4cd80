"""``ple search``: find anything."""

import re
import sys
from typing import Any

import click

from ple.cli import output
from ple.cli.frame import Command, environment, resolve, show, show_list, state, tell
from ple.cli.words import ago, local, plural

_COLUMNS = [
    ("#", lambda hit: f"#{hit.id}"),
    ("Kind", "kind"),
    ("Title", "title"),
    ("When", lambda hit: f"{local(hit.when):%Y-%m-%d}"),
    ("Excerpt", "excerpt"),
]


class _Query(Command):
    """A command whose words may begin with a ``-``, which leaves out what has them."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        # our options are --long or -x alone, so -word is a word; click would read it as -w -o -r -d
        return super().parse_args(ctx, [f"\0{word}" if re.match(r"-[^-]..*", word) else word for word in args])


@click.command("search", cls=_Query, short_help="Find anything.")
@click.argument("query", nargs=-1)
@click.option("--kind", "kinds", multiple=True, help="Only this kind: entry, bookmark, journal, … May be repeated.")
@click.option("--tag", "tags", multiple=True, help="Only with this tag; may be repeated.")
@click.option("--since", metavar="WHEN", help="Then or later: 2025-06, 7d, 'last month'.")
@click.option("--limit", type=click.IntRange(min=0), default=20, show_default=True, help="How many at most.")
@click.option("--sort", type=click.Choice(["relevance", "date"]), default="relevance", show_default=True)
@click.pass_context
def command(
    ctx: click.Context,
    query: tuple[str, ...],
    kinds: tuple[str, ...],
    tags: tuple[str, ...],
    since: str | None,
    limit: int,
    sort: Any,
) -> None:
    """Find anything in the library by the words in it.

    \b
    event loop              both words, in any of their forms
    '"event loop"'          these words in this order
    loop OR queue           either        (-word or NOT leaves out)
    title:asyncio           in the title; also author: text:
    kind:bookmark tag:sql   of this kind and with this tag
    created:'last month'    then; created:[2025-01 to now], since:7d
    is:unread feed:planet   also is:starred site:example.org lang:de
    retriev* wom?n memry~   beginnings, wildcards, misspellings

    Without a query, what is newest.
    """
    kinds, tags = (tuple(word.lstrip("\0") for word in words) for words in (kinds, tags))  # see _Query
    since = since and since.lstrip("\0")
    found = environment(ctx).search.find(_joined(query), kinds=kinds, tags=tags, since=since, limit=limit, sort=sort)
    if state(ctx).json:
        show(ctx, found)
        return
    if not found.hits:
        meant = f" Did you mean “{found.did_you_mean}”?" if found.did_you_mean else ""
        tell(ctx, f"Nothing found.{meant}" if not found.total else f"{found.total:,} found.")
        return
    if sys.stdout.isatty():
        for hit in found.hits:
            _print(hit)
        counted = ", ".join(f"{number:,} {kind}" for kind, number in found.facets.kind.items())
        shown = f", the first {len(found.hits)} shown" if len(found.hits) < found.total else ""
        tell(ctx, f"{plural(found.total, 'thing')} found{shown}: {counted}")
        return
    show_list(ctx, found.hits, _COLUMNS, empty="")


@click.command("related", cls=Command, short_help="What says something like it.")
@click.argument("resource")
@click.option("--limit", type=click.IntRange(min=0), default=10, show_default=True, help="How many at most.")
@click.pass_context
def related(ctx: click.Context, resource: str, limit: int) -> None:
    """Find things that share the rarer words of RESOURCE."""
    found = environment(ctx).search.related(resolve(ctx, resource), limit=limit)
    show_list(ctx, found, _COLUMNS, empty="Nothing in the library is like it.")


def _joined(words: tuple[str, ...]) -> str:
    """Return the query; of several words, one with a space in it was quoted in the shell, and means a phrase."""
    plain = [word.lstrip("\0") for word in words]
    if len(plain) < 2:
        return " ".join(plain)
    return " ".join(
        re.sub(r"^(-?(?:\w+:)?)(.*)$", r'\1"\2"', word)
        if " " in word and not re.search(r"[\"'()\[\]{}]", word)
        else word
        for word in plain
    )


def _print(hit: Any) -> None:
    title = click.style(output.line(hit.title) or "(no title)", bold=True)
    tags = " ".join(f"#{tag}" for tag in sorted(hit.tags))
    click.echo(
        f"{title}  " + click.style(output.line(f"#{hit.id} · {hit.kind} · {ago(hit.when)} {tags}").strip(), dim=True)
    )
    if hit.excerpt:
        parts: list[str] = []
        at = 0
        for start, end in (*hit.marks, (len(hit.excerpt), len(hit.excerpt))):
            parts += [
                _clean(hit.excerpt[at:start]),
                click.style(_clean(hit.excerpt[start:end]), fg="yellow", bold=True),
            ]
            at = end
        click.echo("  " + "".join(parts))
    if hit.url:
        click.echo("  " + click.style(output.line(hit.url), underline=True))
    click.echo()


def _clean(part: str) -> str:
    """Return a part of a line as a terminal may show it, with the spaces at its ends."""
    before = " " if part[:1].isspace() else ""
    after = " " if part.strip() and part[-1:].isspace() else ""
    return f"{before}{output.line(part)}{after}"
