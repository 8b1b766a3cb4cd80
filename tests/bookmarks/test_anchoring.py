"""Highlights find their words again: by tables, and 1,000 of them on real pages.

All pages with ``PLE_TEST_ALL=1`` and ``pytest -s``, which prints the figures.
"""

import os
import random
import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ple.bookmarks.anchoring import Selector, Text

ALL = bool(os.environ.get("PLE_TEST_ALL"))
SAMPLE = 6  # pages in every run

PROSE = (
    "Gradient descent walks downhill on a surface of errors, step by small step, until it rests. "
    "The rate says how long a step is. Too long a step jumps over the valley; too short a step never arrives.\n\n"
    "Momentum remembers where it came from. The rate says how long a step is, again, but the memory smooths it."
)


def around(text, words, occurrence=0):
    start = [match.start() for match in re.finditer(re.escape(words), text)][occurrence]
    return Text(text).select(start, start + len(words))


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        pytest.param(PROSE, "The rate says how long a step is", id="nothing"),
        pytest.param("New first words.\n\n" + PROSE, "The rate says how long a step is", id="text-before"),
        pytest.param(PROSE.replace(" ", "\n"), "The\nrate\nsays\nhow\nlong\na\nstep\nis", id="white-space"),
        pytest.param(PROSE.upper(), "THE RATE SAYS HOW LONG A STEP IS", id="case"),
        pytest.param(
            PROSE.replace("The rate says how long", "The rate said how long", 1),
            "The rate said how long a step is",
            id="words-changed",
        ),
    ],
)
def test_words_are_found_again_when_the_text_changed(changed, words):
    anchor = Text(changed).anchor(around(PROSE, "The rate says how long a step is"))

    assert anchor.sure
    assert changed[anchor.start : anchor.end] == words


@pytest.mark.parametrize("occurrence", [0, 1])
def test_of_words_that_stand_twice_the_ones_in_their_own_surroundings_are_meant(occurrence):
    selector = around(PROSE, "The rate says how long a step is", occurrence)
    changed = "An introduction.\n\n" + PROSE

    anchor = Text(changed).anchor(selector)

    assert anchor.sure
    assert anchor.start == selector.start + len("An introduction.\n\n")


def test_words_that_are_gone_are_not_found():
    assert Text("Something else entirely, about cooking rice and beans.").anchor(around(PROSE, "the memory")) is None


def test_few_words_that_stand_elsewhere_by_chance_are_doubtful():
    anchor = Text("What a learner's memory of the memory palace is, nobody knows.").anchor(around(PROSE, "the memory"))

    assert anchor is None or not anchor.sure


def test_a_quote_with_an_ellipsis_reaches_from_its_beginning_to_its_end():
    text = Text(PROSE)

    [(start, end)] = text.occurrences("Too long a step … over the valley")

    assert PROSE[start:end] == "Too long a step jumps over the valley"


@given(st.text(max_size=300), st.text(min_size=1, max_size=40), st.text(max_size=300))
def test_any_words_are_found_in_the_text_that_they_were_taken_from(before, words, after):
    text = Text(before + words + after)
    selector = text.select(len(before), len(before) + len(words))

    anchor = text.anchor(selector)

    if anchor is None:
        assert Text(words).anchor(Selector(words)) is None  # nothing that could be compared
    else:
        assert 0 <= anchor.start < anchor.end <= len(text.text)


@given(st.text(max_size=400), st.text(max_size=100), st.text(max_size=80), st.text(max_size=80), st.integers())
def test_anchoring_never_fails(text, exact, prefix, suffix, start):
    anchor = Text(text).anchor(Selector(exact, prefix, suffix, start, start + len(exact)))

    assert anchor is None or 0 <= anchor.start < anchor.end <= len(text)


@pytest.mark.real
def test_highlights_on_real_pages_survive_extraction_edits_and_another_extractor(shared_data):
    from ple.bookmarks import reading
    from ple.web.pages import decode
    from ple.web.text import plain, safe_html

    random.seed(int(os.environ.get("SEED", 7)))
    folders = sorted(path for path in (shared_data / "pages").iterdir() if path.is_dir())
    wanted, each = (60, 17) if ALL else (SAMPLE, 5)
    pages = []
    for folder in folders:
        html = decode((folder / "source.html").read_bytes())
        kept = reading.readable(html, "https://example.org/")
        extract = reading._readability if kept.extractor.startswith("trafilatura") else reading._trafilatura
        other = plain(safe_html(extract(html), "https://example.org/"))
        if len(kept.text) > 300 and len(other) > 300:
            pages.append((folder.name, kept.text, other, html))
        if len(pages) == wanted:
            break
    outcomes = {name: Counter() for name in ("extracted again", "5 % edited", "the other extractor")}
    wrong = []
    made = 0
    for name, text, other, html in pages:
        again = reading.readable(html, "https://example.org/").text
        edited, moved = damage(text, 0.05)
        texts = {"extracted again": Text(again), "5 % edited": Text(edited), "the other extractor": Text(other)}
        for start, end in quotes(text, each):
            made += 1
            selector = Text(text).select(start, end)
            for way, changed in texts.items():
                anchor = changed.anchor(selector)
                if way == "extracted again":
                    right = anchor and (anchor.start, anchor.end) == (start, end)
                elif way == "5 % edited":
                    right = anchor and within((anchor.start, anchor.end), (moved(start), moved(end)))
                else:
                    right = anchor and same_words(changed.text[anchor.start : anchor.end], selector.exact)
                kind = "lost" if anchor is None else "doubtful" if not anchor.sure else "right" if right else "wrong"
                outcomes[way][kind] += 1
                if kind == "wrong":
                    found = changed.text[anchor.start : anchor.end]
                    wrong.append(f"{way}, {name}: {selector.exact!r} on {found!r} ({anchor.score})")
    print(f"\n{made} highlights on {len(pages)} pages")
    for way, counts in outcomes.items():
        print(f"{way:20} {counts['right'] / made:.1%} right, " + ", ".join(f"{n} {kind}" for kind, n in counts.items()))
    print("\n".join(wrong))
    assert len(pages) == wanted
    least = {"extracted again": 0.99, "5 % edited": 0.94 if ALL else 0.85, "the other extractor": 0.94 if ALL else 0.85}
    assert {way: counts["right"] >= least[way] * made for way, counts in outcomes.items()} == dict.fromkeys(least, True)
    assert wrong == []


def quotes(text, count):
    """Yield places of 20 to 200 characters that begin and end with words, as somebody would mark them."""
    made = 0
    while made < count:
        start = random.randrange(len(text) - 20)
        end = min(len(text), start + random.randint(20, 200))
        while start < end and ((start and text[start - 1].isalnum()) or not text[start].isalnum()):
            start += 1
        while end > start and ((end < len(text) and text[end : end + 1].isalnum()) or not text[end - 1].isalnum()):
            end -= 1
        if end - start >= 12:
            made += 1
            yield start, end


def damage(text, share):
    """Return the text with a share of its characters replaced, left out or doubled, and where each one went."""
    parts, places, at = [], [], 0
    for character in text:
        places.append(at)
        new = character
        if random.random() < share:
            new = random.choice(["", random.choice("abcdefghijklmnopqrstuvwxyz "), character + random.choice("aeiou ")])
        parts.append(new)
        at += len(new)
    places.append(at)
    return "".join(parts), lambda place: places[place]


def within(found, meant):
    """Return whether what is marked lies in what is meant, and is most of it."""
    both = min(found[1], meant[1]) - max(found[0], meant[0])
    return both > 0.85 * (found[1] - found[0]) and both > 0.6 * (meant[1] - meant[0])


def same_words(found, meant):
    """Return whether what is marked are the words meant: without those that are gone, or with what came between."""
    ours, theirs = (Counter(re.findall(r"\w+", text.lower())) for text in (found, meant))
    both = (ours & theirs).total()
    of_ours, of_theirs = both / max(1, ours.total()), both / theirs.total()
    return max(of_ours, of_theirs) >= 0.85 and min(of_ours, of_theirs) >= 0.5
