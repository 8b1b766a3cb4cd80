"""Which entry is this, and have we got it already."""

import datetime as dt
from dataclasses import replace

import pytest

from ple.feeds import arrivals
from ple.feeds.arrivals import Moving, decide, next_check
from ple.feeds.identity import Arrival, Known, Rule, begins_alike, fitting, is_cut_off, recognise
from ple.feeds.identity import arrivals as arrived
from ple.feeds.publication import Enclosure, ParsedEntry

NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
WORDS = "These words are long enough that nobody would write the very same ones twice by chance, number "


def entry(n: int, **more) -> ParsedEntry:
    values = {"guid": f"urn:{n}", "url": f"https://example.org/{n}", "title": f"Title {n}", "text": f"{WORDS}{n}"}
    return ParsedEntry(**{**values, "published_at": NOW - n * DAY, **more})


def known(*entries: ParsedEntry, rule: Rule = Rule.GUID) -> list[Known]:
    return [
        Known(n, a.key, a.alias, a.content_hash, a.fingerprint, a.entry.title, a.entry.published_at, a.entry.updated_at)
        for n, a in enumerate(arrived(entries, rule)[1], 1)
    ]


def arrivals_of(*entries: ParsedEntry, rule: Rule = Rule.GUID) -> list[Arrival]:
    return arrived(entries, rule)[1]


@pytest.mark.parametrize(
    ("before", "now", "same"),
    [
        pytest.param(entry(1), entry(1, title="New", text="New", url="https://example.org/new"), True, id="guid"),
        pytest.param(entry(1, guid=None), entry(1, guid=None, title="New"), True, id="link where there is no guid"),
        pytest.param(
            entry(1, guid=None, url=None), entry(1, guid=None, url=None, title="title  1"), True, id="words alone"
        ),
        pytest.param(entry(1), entry(1, guid="changed"), True, id="new guid, same article"),
        pytest.param(
            entry(1, guid="http://a.example/1", url=None), entry(1, guid="https://b.example/1", url=None), True,
            id="guid with another scheme and host (feedbin #515)",
        ),
        pytest.param(
            entry(1), entry(1, guid="changed", title="New", text="New"), True, id="new guid, new words"
        ),
        pytest.param(
            entry(1), entry(1, guid="changed", url="https://example.org/other"), True, id="same words, same time"
        ),
        pytest.param(
            entry(1), entry(2, url="https://example.org/1", title="Title 1"), False,
            id="picture of the day: same link and title, other words and day",
        ),
        pytest.param(entry(1), entry(2, text=f"{WORDS}1", title="Title 1"), False, id="same words on another day"),
        pytest.param(
            entry(1, text="Update", title=""), entry(2, text="Update", title="", published_at=None), False,
            id="too few words to tell",
        ),
    ],
)  # fmt: skip
def test_an_entry_is_recognised(before, now, same):
    (found,) = recognise(arrivals_of(now), known(before))
    assert (found is not None) == same


LONG = " ".join(f"This is sentence {n} of an article that goes on for a while." for n in range(20))


def article(n: int, **more) -> ParsedEntry:
    return entry(n, **{"text": f"Article {n}. {LONG}", **more})


@pytest.mark.parametrize(
    "anew",
    [
        pytest.param(
            lambda e: {"published_at": e.published_at.replace(hour=0), "text": e.text.replace("goes on", "goes—on", 1)},
            id="days without an hour, and other dashes",
        ),
        pytest.param(lambda e: {"published_at": None, "text": e.text[:150] + "…"}, id="no dates, only beginnings"),
        pytest.param(
            lambda e: {"published_at": e.published_at + 9 * DAY, "text": e.text + " More."}, id="dates of another kind"
        ),
        pytest.param(
            lambda e: {"url": f"https://new.example/posts{e.url[-2:]}", "text": "A summary.",
                       "published_at": e.published_at + dt.timedelta(hours=1)},
            id="other links, summaries, another time zone",
        ),
    ],
)  # fmt: skip
def test_a_site_that_was_built_anew_brings_nothing_twice(anew):
    before = [article(n) for n in range(1, 6)]
    there = [replace(k, opening=e.text[:400]) for k, e in zip(known(*before), before, strict=True)]
    after = [replace(e, guid=f"new:{e.title}", **anew(e)) for e in before]
    assert recognise(arrivals_of(article(0, guid="new:0"), *after), there) == [None, *there]


def test_a_report_that_comes_out_each_day_under_one_title_is_not_the_one_of_yesterday():
    def reports(day: int) -> list[ParsedEntry]:
        return [
            entry(n, guid=f"{n} on {day}", title=f"In {n}", text=f"{day + n} degrees", published_at=NOW + day * DAY)
            for n in range(4)
        ]

    assert recognise(arrivals_of(*reports(1)), known(*reports(0))) == [None] * 4


def test_a_busy_feed_in_which_titles_come_again_within_the_day_has_new_ones():
    before = [entry(n, title=f"Road {n}", text=f"Jam {n}") for n in range(1, 9)]
    after = [
        entry(100 + n, title=f"Road {n}" if n < 4 else f"Street {n}", text=f"Works {n}", published_at=NOW - n * DAY)
        for n in range(1, 9)
    ]
    assert recognise(arrivals_of(*after), known(*before)) == [None] * 8


@pytest.mark.parametrize("listed", [1, 3])
def test_a_programme_that_calls_all_its_episodes_alike_has_new_ones(listed):
    words = {"url": "https://radio.example/news", "title": "News on the hour", "text": "The news, from our newsroom."}
    episodes = [
        entry(n, **words, enclosures=(Enclosure(f"https://radio.example/{n}.mp3"),)) for n in range(listed + 1)
    ]  # fmt: skip
    before = [
        replace(k, files=frozenset({e.enclosures[0].url}))
        for k, e in zip(known(*episodes[1:]), episodes[1:], strict=True)
    ]
    found = recognise(arrivals_of(*episodes[:listed]), before)
    assert found == [None, *before[: listed - 1]]


def test_how_texts_begin():
    assert begins_alike("“One”, two – three", "one two three")
    assert not begins_alike("One two three", "One two four")
    assert not begins_alike("", "One")
    assert is_cut_off(LONG[:200] + " […] Read more on my site", LONG)
    assert not is_cut_off(LONG[:-20], LONG), "somebody took the end away"
    assert not is_cut_off("This article was withdrawn, because most of what it said was wrong.", LONG)


def test_no_entry_is_claimed_twice_and_the_surest_claim_wins():
    before = known(entry(1))
    twins = arrivals_of(entry(1, guid="other", url="https://mirror.example.org/1"), entry(1))
    assert recognise(twins, before) == [None, before[0]]


def test_articles_that_share_a_guid_are_all_kept_whatever_their_order():
    both = [entry(1, guid="same"), entry(2, guid="same")]
    others = [entry(n) for n in range(10, 60)]
    rule, there = arrived([*both, *others], Rule.GUID)
    assert rule is Rule.GUID
    assert len(there) == 52
    keys = {arrival.key for arrival in there}
    assert {arrival.key for arrival in arrivals_of(*others, *reversed(both))} == keys


def test_a_feed_whose_guids_clash_falls_back_to_links_and_for_good():
    constant = [entry(n, guid="N/A") for n in range(10)]
    rule, there = arrived(constant, Rule.GUID)
    assert (rule, len(there)) == (Rule.LINK, 10)
    rule, again = arrived([entry(n) for n in range(5)], rule)
    assert rule is Rule.LINK
    assert all(found is not None for found in recognise(again, known(*constant)))


def test_entries_known_by_guid_are_recognised_when_the_rule_changes():
    before = known(*(entry(n) for n in range(10)))
    rule, now = arrived([entry(n, guid="N/A") for n in range(10)], Rule.GUID)
    decision = decide(now, before)
    assert rule is Rule.LINK
    assert (len(decision.new), len(decision.renamed)) == (0, 10)


def test_links_that_all_lead_home_are_no_names():
    home = ["https://example.org/"] * 5
    assert fitting(Rule.LINK, [None] * 5, home, list("abcde")) is Rule.WORDS


def test_the_same_article_twice_is_once():
    assert len(arrivals_of(entry(1), entry(1))) == 1
    assert arrivals_of(ParsedEntry(), ParsedEntry(published_at=NOW)) == []


def test_a_guid_of_any_length_fits_an_index():
    (arrival,) = arrivals_of(entry(1, guid="x" * 5000))
    assert len(arrival.key) < 100


def test_edits_are_noticed_and_endless_ones_are_given_up():
    (before,) = known(entry(1))
    (edited,) = decide(arrivals_of(entry(1, html="<p>new</p>")), [before]).edited
    assert edited.silently
    tired = replace(before, silent_edits=24)
    assert not decide(arrivals_of(entry(1, html="<p>new</p>")), [tired]).edited
    assert decide(arrivals_of(entry(1, html="<p>new</p>", updated_at=NOW)), [tired]).edited
    assert not decide(arrivals_of(entry(1, html="<p>new</p>")), [replace(before, thrown_away=True)]).edited
    assert not decide(arrivals_of(entry(1, published_at=NOW)), [before]).edited, "a new date alone is no edit"


def test_a_date_in_the_future_does_not_stick_on_top():
    (arrival,) = arrivals_of(entry(1, published_at=NOW + 900 * DAY))
    assert arrivals.occurred_at(arrival, NOW) == NOW
    (arrival,) = arrivals_of(entry(1, published_at=None))
    assert arrivals.occurred_at(arrival, NOW) == NOW


HOUR = dt.timedelta(hours=1)


@pytest.mark.parametrize(
    ("headers", "ttl", "dates", "wait"),
    [
        pytest.param({}, None, [], HOUR / 4, id="nothing said"),
        pytest.param({"cache-control": "public, max-age=3600"}, None, [], HOUR, id="max-age"),
        pytest.param({"cache-control": "max-age=504576000"}, None, [], 5 * HOUR, id="16 years"),
        pytest.param({"expires": "0"}, None, [], HOUR / 4, id="expires 0 means nothing"),
        pytest.param(
            {"date": "Sun, 22 Nov 2026 10:00:00 GMT", "expires": "Sun, 22 Nov 2026 12:00:00 GMT"}, None, [], 2 * HOUR,
            id="expires, by the clock of the server",
        ),
        pytest.param({"retry-after": "7200"}, None, [], 2 * HOUR, id="retry-after"),
        pytest.param(
            {"date": "Sun, 22 Nov 2026 10:00:00 GMT", "retry-after": "Sun, 22 Nov 2026 11:00:00 GMT"}, None, [], HOUR,
            id="retry-after as a date",
        ),
        pytest.param({"retry-after": "soon", "cache-control": "max-age=x"}, None, [], HOUR / 4, id="nonsense"),
        pytest.param({}, 180, [], 3 * HOUR, id="ttl"),
        pytest.param({}, None, [NOW - n * 8 * HOUR for n in range(9)], 2 * HOUR, id="a quarter of its rhythm"),
        pytest.param({}, None, [NOW - n * 30 * DAY for n in range(9)], 5 * HOUR, id="a slow feed"),
    ],
)  # fmt: skip
def test_when_to_ask_again(headers, ttl, dates, wait):
    assert next_check(headers, ttl, arrivals.rhythm(dates), now=NOW, jitter=0) == NOW + wait
    assert next_check(headers, ttl, arrivals.rhythm(dates), now=NOW, jitter=1) == NOW + wait * 1.1


def test_validators_go_back_as_they_came_and_nonsense_stays_here():
    headers = arrivals.validators('W/"x"', "Sat, 21 Nov 2026 10:00:00 GMT", NOW - DAY, now=NOW)
    assert headers["If-None-Match"] == 'W/"x"'
    assert headers["If-Modified-Since"] == "Sat, 21 Nov 2026 10:00:00 GMT"
    assert arrivals.validators(None, "Tue, 19 Jan 2038 03:14:07 GMT", NOW - DAY, now=NOW) == {}
    assert arrivals.validators('"x"', None, NOW - 9 * DAY, now=NOW) == {}
    assert arrivals.validators('"x"', None, None, now=NOW) == {}


def test_back_off_doubles_up_to_a_week_and_listens():
    waits = [arrivals.back_off(n, None, now=NOW, jitter=0) - NOW for n in (1, 2, 3, 100)]
    assert waits == [HOUR / 2, HOUR, 2 * HOUR, 7 * DAY]
    assert arrivals.back_off(1, DAY, now=NOW, jitter=0) == NOW + DAY
    assert arrivals.back_off(1, 900 * DAY, now=NOW, jitter=0) == NOW + 7 * DAY


def test_a_move_is_believed_only_after_repeated_confirmation_and_never_to_a_portal():
    seen = Moving()
    for n in range(5):
        seen = arrivals.moving(seen, "https://new.example.org/feed", now=NOW + n * DAY)
        assert seen.believed(NOW + n * DAY) == (n == 4)
    assert arrivals.moving(seen, None, now=NOW) == Moving()
    assert arrivals.moving(seen, "https://other.example.org/feed", now=NOW).times == 1
    assert arrivals.moving(Moving(), "https://wifi.hotel.example/login?to=feed", now=NOW) == Moving()
