"""Where well-known sites have their feeds: from an address, by rule. Pure; nobody is asked.

What a rule says is a guess until it was fetched: sites change their minds. ``of`` knows addresses, ``on_page`` what
only the page itself gives away: the number of a YouTube channel behind its handle, that a site is a WordPress.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import parse_qs, quote, urlsplit

from ple.web import addresses

_IS_FEED = re.compile(r"\.(?:rss|atom|atom2|xml|json|rdf)$|/(?:feed|rss|atom)/?$|/feeds?/.", re.I)
_CHANNEL = re.compile(r"UC[A-Za-z0-9_-]{22}")
_CHANNEL_ON_PAGE = re.compile(
    r'(?:"(?:channelId|externalId|browseId)"\s*:\s*"|youtube\.com/channel/|itemprop="identifier" content=")'
    r"(UC[A-Za-z0-9_-]{22})"
)
_WORDPRESS = re.compile(
    r"""<meta[^>]{0,60}generator[^>]{0,60}wordpress|["'/]wp-(?:content|includes)/|api\.w\.org""", re.I
)
_HANDLE = re.compile(r"(?:acct:|@)([\w.-]+)@([\w.-]+\.[\w-]+)")
_SUBREDDIT = re.compile(r"/?(r|u|user)/([\w-]{2,50})/?")
_FEED_SCHEMES = frozenset({"feed", "rss", "podcast", "pcast", "itpc"})
_NO_ACCOUNT = frozenset(
    re.findall(
        r"\S+",
        """
        about apps blog codespaces collections contact customer-stories enterprise events explore features gist issues
        join login marketplace new notifications organizations orgs pricing pulls readme search security settings
        signup sponsors stars team topics trending users watching
        """,
    )
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a feed should be, and which one it is where a site has several."""

    url: str
    what: str = ""


def spelled_out(said: str) -> str:
    """Return the web address that is meant by what people type or click on; what is one already stays as it is.

    ``@ada@mastodon.example``, ``r/learnpython``, and the schemes that were made for feeds: ``feed:``, ``podcast:`` …
    """
    said = said.strip()
    if handle := _HANDLE.fullmatch(said):
        return f"https://{handle[2]}/@{handle[1]}"
    if reddit := _SUBREDDIT.fullmatch(said):
        return f"https://www.reddit.com/{reddit[1]}/{reddit[2]}"
    scheme, colon, rest = said.partition(":")
    if colon and scheme.lower() in _FEED_SCHEMES:
        return rest if rest.lower().startswith(("http:", "https:")) else f"http://{rest.lstrip('/')}"
    return said


def address(said: str) -> str:
    """Return the web address that is meant, as it is kept.

    Raises:
        BadAddress: it is none.

    """
    return addresses.clean(spelled_out(said))


def of(url: str) -> tuple[Place, ...]:
    """Return where the feeds of the page at ``url`` should be, the most likely one first; nothing if no rule fits."""
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.").removeprefix("m.")
    if not host or _IS_FEED.search(parts.path):
        return ()
    steps = tuple(step for step in parts.path.split("/") if step)
    for names, rule in _RULES:
        if any(host == name or (name.startswith(".") and host.endswith(name)) for name in names):
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            return tuple(rule(host, steps, query))
    return tuple(_fediverse(f"{parts.scheme}://{parts.netloc}", steps))


def knows_more(url: str) -> bool:
    """Say whether :func:`on_page` knows more of the feeds of a page than its head does."""
    return addresses.host(url).removeprefix("www.").removeprefix("m.") == "youtube.com"


def on_page(url: str, html: str) -> tuple[Place, ...]:
    """Return where the feeds of a page should be, by what is in it."""
    host = addresses.host(url).removeprefix("www.").removeprefix("m.")
    if host == "youtube.com":
        found = _CHANNEL_ON_PAGE.search(html)
        return tuple(_channel(found[1])) if found else ()
    if _WORDPRESS.search(html[:200_000]):
        parts = urlsplit(url)
        root = f"{parts.scheme}://{parts.netloc}"
        return (Place(f"{root}/feed/"), Place(f"{root}/?feed=rss2"), Place(f"{root}/comments/feed/", "comments"))
    return ()


def _youtube(_host: str, steps: tuple[str, ...], query: dict[str, str]) -> Iterator[Place]:
    feed = "https://www.youtube.com/feeds/videos.xml"
    if listed := query.get("list"):
        if re.fullmatch(r"[\w-]{2,64}", listed):
            yield Place(f"{feed}?playlist_id={listed}", "playlist")
    elif len(steps) >= 2 and steps[0] == "channel" and _CHANNEL.fullmatch(steps[1]):
        yield from _channel(steps[1])
    elif len(steps) >= 2 and steps[0] == "user":
        yield Place(f"{feed}?user={quote(steps[1])}", "channel")


def _channel(number: str) -> Iterator[Place]:
    feed = "https://www.youtube.com/feeds/videos.xml"
    yield Place(f"{feed}?channel_id={number}", "everything")
    for kind, what in (("UULF", "videos, no shorts"), ("UUSH", "shorts"), ("UULV", "live")):
        yield Place(f"{feed}?playlist_id={kind}{number[2:]}", what)


def _github(_host: str, steps: tuple[str, ...], _query: dict[str, str]) -> Iterator[Place]:
    site = "https://github.com"
    match steps:
        case (account,) if account not in _NO_ACCOUNT:
            yield Place(f"{site}/{account}.atom", "activity")
        case (account, name, *more) if account not in _NO_ACCOUNT:
            here = f"{site}/{account}/{name.removesuffix('.git')}"
            match more:
                case ["commits" | "tree", branch, *rest] if not rest or more[0] == "commits":
                    yield Place(f"{here}/commits/{'/'.join([branch, *rest])}.atom", "commits")
                case ["wiki", *_]:
                    yield Place(f"{here}/wiki.atom", "wiki")
                case ["discussions", *_]:
                    yield Place(f"{here}/discussions.atom", "discussions")
                case ["tags", *_]:
                    yield Place(f"{here}/tags.atom", "tags")
                case ["commits"]:
                    yield Place(f"{here}/commits.atom", "commits")
                case _:
                    for what in ("releases", "tags", "commits"):
                        yield Place(f"{here}/{what}.atom", what)


def _gist(_host: str, steps: tuple[str, ...], _query: dict[str, str]) -> Iterator[Place]:
    if steps and steps[0] not in ("discover", "search", "starred", "forked"):
        yield Place(f"https://gist.github.com/{steps[0]}.atom", "gists")


def _vimeo(_host: str, steps: tuple[str, ...], _query: dict[str, str]) -> Iterator[Place]:
    match steps:
        case ("channels" | "groups" as what, name, *_):
            yield Place(f"https://vimeo.com/{what}/{name}/videos/rss")
        case (name, *_) if not name.isdigit() and name not in ("watch", "features", "categories", "log_in", "join"):
            yield Place(f"https://vimeo.com/{name}/videos/rss")


def _gitlab(host: str, steps: tuple[str, ...], _query: dict[str, str]) -> Iterator[Place]:
    path = steps[: steps.index("-")] if "-" in steps else steps
    if len(path) >= 2:
        here = f"https://{host}/{'/'.join(path)}"
        yield Place(f"{here}/-/tags?format=atom", "tags")
        yield Place(f"{here}.atom", "activity")
    elif path:
        yield Place(f"https://{host}/{path[0]}.atom", "activity")


def _gitea(host: str, steps: tuple[str, ...], _query: dict[str, str]) -> Iterator[Place]:
    match steps:
        case (account, name, *_):
            yield Place(f"https://{host}/{account}/{name}/releases.rss", "releases")
            yield Place(f"https://{host}/{account}/{name}.rss", "activity")
        case (account,):
            yield Place(f"https://{host}/{account}.rss", "activity")


def _reddit(_host: str, steps: tuple[str, ...], query: dict[str, str]) -> Iterator[Place]:
    site = "https://www.reddit.com"
    within = f"?t={query['t']}" if query.get("t") in ("hour", "day", "week", "month", "year", "all") else ""
    match steps:
        case ():
            yield Place(f"{site}/.rss")
        case ("r", name, "comments", number, *_):
            yield Place(f"{site}/r/{name}/comments/{number}/.rss", "comments")
        case ("r", name, "new" | "top" | "hot" | "rising" as order, *_):
            yield Place(f"{site}/r/{name}/{order}/.rss{within}", order)
        case ("r", name, *_):
            yield Place(f"{site}/r/{name}/.rss")
        case ("user" | "u", name, *_):
            yield Place(f"{site}/user/{name}/.rss")


def _substack(host: str, steps: tuple[str, ...], _query: dict[str, str]) -> Iterator[Place]:
    if host != "substack.com":
        yield Place(f"https://{host}/feed")
    elif steps and re.fullmatch(r"@[\w-]+", steps[0]):
        yield Place(f"https://{steps[0][1:]}.substack.com/feed")


def _medium(host: str, steps: tuple[str, ...], _query: dict[str, str]) -> Iterator[Place]:
    match steps:
        case _ if host != "medium.com":
            yield Place(f"https://{host}/feed")
        case ("tag", name, *_):
            yield Place(f"https://medium.com/feed/tag/{name}")
        case (name, "tagged", tag, *_):
            yield Place(f"https://medium.com/feed/{name}/tagged/{tag}")
        case (name, *_) if name not in ("m", "me", "search", "about", "membership", "p"):
            yield Place(f"https://medium.com/feed/{name}")


def _wordpress(host: str, steps: tuple[str, ...], _query: dict[str, str]) -> Iterator[Place]:
    if steps[:1] in (("category",), ("tag",), ("author",)) and len(steps) > 1:
        yield Place(f"https://{host}/{steps[0]}/{steps[1]}/feed/", steps[0])
    yield Place(f"https://{host}/feed/")
    if len(steps) >= 4 and steps[0].isdigit():
        yield Place(f"https://{host}/{'/'.join(steps)}/feed/", "comments on this")
    yield Place(f"https://{host}/comments/feed/", "comments")


def _blogger(host: str, _steps: tuple[str, ...], _query: dict[str, str]) -> Iterator[Place]:
    yield Place(f"https://{host}/feeds/posts/default")
    yield Place(f"https://{host}/feeds/comments/default", "comments")


def _tumblr(host: str, steps: tuple[str, ...], _query: dict[str, str]) -> Iterator[Place]:
    if host != "tumblr.com":
        yield Place(f"https://{host}/rss")
    elif steps:
        yield Place(f"https://{steps[0].removeprefix('@')}.tumblr.com/rss")


def _arxiv(_host: str, steps: tuple[str, ...], _query: dict[str, str]) -> Iterator[Place]:
    match steps:
        case ("list" | "archive", subject, *_) if re.fullmatch(r"[A-Za-z-]+(?:\.[A-Za-z-]+)?", subject):
            yield Place(f"https://rss.arxiv.org/rss/{subject}")
            yield Place(f"https://rss.arxiv.org/atom/{subject}", "Atom")
        case ("a", author, *_):
            yield Place(f"https://arxiv.org/a/{author.removesuffix('.html')}.atom2")


def _pypi(_host: str, steps: tuple[str, ...], _query: dict[str, str]) -> Iterator[Place]:
    if len(steps) >= 2 and steps[0] == "project":
        yield Place(f"https://pypi.org/rss/project/{steps[1]}/releases.xml", "releases")


def _stack_exchange(host: str, steps: tuple[str, ...], _query: dict[str, str]) -> Iterator[Place]:
    match steps:
        case ("questions", "tagged", tag, *_):
            yield Place(f"https://{host}/feeds/tag/{tag}")
        case ("questions", number, *_) if number.isdigit():
            yield Place(f"https://{host}/feeds/question/{number}")
        case ("users", number, *_) if number.isdigit():
            yield Place(f"https://{host}/feeds/user/{number}")
        case () | ("questions",):
            yield Place(f"https://{host}/feeds")


def _suffixed(suffix: str, *first: str) -> "Rule":
    """Return the rule of a site that adds something to the address of a page, which begins with one of ``first``."""

    def rule(host: str, steps: tuple[str, ...], _query: dict[str, str]) -> Iterator[Place]:
        if len(steps) >= 2 and steps[0] in first:
            yield Place(f"https://{host}/{steps[0]}/{steps[1]}{suffix}")

    return rule


def _dev(_host: str, steps: tuple[str, ...], _query: dict[str, str]) -> Iterator[Place]:
    match steps:
        case ("t", tag, *_):
            yield Place(f"https://dev.to/feed/tag/{tag}")
        case (name, *_):
            yield Place(f"https://dev.to/feed/{name}")
        case ():
            yield Place("https://dev.to/feed")


def _hacker_news(_host: str, steps: tuple[str, ...], _query: dict[str, str]) -> Iterator[Place]:
    if not steps or steps in (("news",), ("newest",)):
        yield Place("https://news.ycombinator.com/rss")


def _fediverse(site: str, steps: tuple[str, ...]) -> Iterator[Place]:
    """Mastodon and its kin, on any host: accounts and hashtags."""
    match steps:
        case (account, *post) if re.fullmatch(r"@[\w.-]+", account) and (not post or post[0].isdigit()):
            yield Place(f"{site}/{account}.rss")
        case (account,) if elsewhere := _HANDLE.fullmatch(account):  # an account of another server, as shown here
            yield Place(f"https://{elsewhere[2]}/@{elsewhere[1]}.rss")
        case (account, "tagged", tag) if re.fullmatch(r"@[\w.-]+", account):
            yield Place(f"{site}/{account}/tagged/{quote(tag)}.rss")
        case ("tags", tag):
            yield Place(f"{site}/tags/{quote(tag, safe='%')}.rss")
        case ("users", name):
            yield Place(f"{site}/users/{name}.rss")


Rule = Callable[[str, tuple[str, ...], dict[str, str]], Iterator[Place]]

_RULES: tuple[tuple[tuple[str, ...], Rule], ...] = (
    (("youtube.com", "youtu.be"), _youtube),
    (("github.com",), _github),
    (("gist.github.com",), _gist),
    (("gitlab.com",), _gitlab),
    (("codeberg.org", "gitea.com"), _gitea),
    (("reddit.com", "old.reddit.com", "new.reddit.com"), _reddit),
    (("substack.com", ".substack.com"), _substack),
    (("medium.com", ".medium.com"), _medium),
    ((".wordpress.com",), _wordpress),
    ((".blogspot.com",), _blogger),
    (("tumblr.com", ".tumblr.com"), _tumblr),
    (("arxiv.org", "export.arxiv.org"), _arxiv),
    (("pypi.org",), _pypi),
    (
        ("stackoverflow.com", ".stackexchange.com", "superuser.com", "serverfault.com", "askubuntu.com"),
        _stack_exchange,
    ),
    (("bsky.app",), _suffixed("/rss", "profile")),
    (("lobste.rs",), _suffixed(".rss", "t")),
    (("dev.to",), _dev),
    (("vimeo.com",), _vimeo),
    (("news.ycombinator.com",), _hacker_news),
)
"""Hosts, those with a dot before them with all that ends so, and the rule for them."""
