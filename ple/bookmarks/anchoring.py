"""Where a quotation stands in a text, also after the text has changed.

A highlight is kept as the W3C's Web Annotation model has it: the words, some of what stands before and after them, and
their position. A page that is fetched again may be extracted otherwise, corrected or cut; position alone then holds
for a quarter of the quotations, the exact words for nine in ten. So the words are looked for folded (no white space,
plain quotes and dashes, no case), then with mistakes; every place where they might stand is judged by what stands
around it. What remains doubtful is called so: a highlight on the wrong words would be worse than none.

Pure: texts in, places out.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

CONTEXT = 64
"""How many characters before and after the words are kept with them."""

_AROUND = 56  # folded characters of the context that are compared
_OCCURRENCES = 400
_LONG = 800  # folded characters; of a longer quotation the two ends are looked for
_CANDIDATES = 4
_OWN = 0.8  # words in surroundings that are so much like their own need no other candidates
_RUN = 5  # equal characters in a row that are no chance
_END = 12  # changed characters at an end from which on the end counts as gone
_NEAR = 40  # … if they stand nearly where they stood
_CAME_IN = 8
_LIKELY, _LIKELY_AROUND = 0.85, 0.45  # what is so much like the words, in such surroundings, may be they
_APART = 0.1  # a place is better than another by at least so much, or they are equally good
_PLAIN = str.maketrans("‘’‚‛′`´“”„‟″«»‹›‐‑‒–—―−…·•", '\'\'\'\'\'\'\'"""""""""-------.--')


@dataclass(frozen=True, slots=True)
class Selector:
    """Which words are meant (W3C TextQuoteSelector and TextPositionSelector; positions in code points)."""

    exact: str
    prefix: str = ""
    suffix: str = ""
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where the words stand: ``text[start:end]``; ``score`` from 0 to 1. Not ``sure`` is to be shown as doubtful."""

    start: int
    end: int
    score: float
    sure: bool


@dataclass(frozen=True, slots=True)
class _Place:
    """A stretch of the folded text where the words might stand."""

    score: float
    alike: float
    context: float
    begin: int
    stop: int


class Text:
    """A text in which quotations are looked for; made once for as many of them as there are."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._folded, self._at = _fold(text)

    def select(self, start: int, end: int) -> Selector:
        """Return the selector of ``text[start:end]``."""
        return Selector(
            self.text[start:end],
            self.text[max(0, start - CONTEXT) : start],
            self.text[end : end + CONTEXT],
            start,
            end,
        )

    def occurrences(self, quote: str) -> list[tuple[int, int]]:
        """Return where these words stand, as (start, end), in whatever case and however spaced.

        An ellipsis between two of them stands for whatever comes between: ``Begin … end``.
        """
        words = _fold(quote)[0]
        found = [self._span(at, at + len(words)) for at in self._places(words)] if words else []
        parts = [_fold(part)[0] for part in quote.replace("...", "…").split("…")]
        if found or len(parts) != 2 or not all(parts):
            return found
        spans = []
        for at in self._places(parts[0]):
            end = self._folded.find(parts[1], at + len(parts[0]))
            if end >= 0:
                spans.append(self._span(at, end + len(parts[1])))
        return spans

    def anchor(self, selector: Selector) -> Anchor | None:
        """Return where the words of ``selector`` stand, or none if they are not here."""
        exact = _fold(selector.exact)[0]
        if not exact or not self._folded:
            return None
        around = _fold(selector.prefix)[0][-_AROUND:], _fold(selector.suffix)[0][:_AROUND]
        places = [self._place(begin, begin + len(exact), 1.0, around) for begin in self._places(exact)]
        if (any(around) and not any(self._own(place, selector) for place in places)) or not places:
            # Their own place may have changed while the same words stand somewhere else.
            places += [
                self._place(begin, stop, _ratio(exact, self._folded[begin:stop]), around)
                for begin, stop in self._alike(exact, places)
            ]
        return self._choose(selector, exact, any(around), places)

    def _places(self, words: str) -> Iterator[int]:
        at = self._folded.find(words)
        for _ in range(_OCCURRENCES):
            if at < 0:
                return
            yield at
            at = self._folded.find(words, at + 1)

    def _place(self, begin: int, stop: int, alike: float, around: tuple[str, str]) -> "_Place":
        context = self._around(begin, stop, around) if any(around) else 0.0
        score = 0.6 * alike + 0.4 * context if any(around) else alike
        return _Place(score, alike, context, begin, stop)

    def _own(self, place: "_Place", selector: Selector) -> bool:
        """Return whether this is without doubt where the words stood: nothing that matters has changed."""
        if selector.start is None:
            return place.context >= _OWN
        return place.context >= _OWN and abs(self._at[place.begin] - selector.start) <= _NEAR

    def _choose(self, selector: Selector, exact: str, known: bool, places: "list[_Place]") -> Anchor | None:
        """Return which of the places is meant, if any is; ``known`` says that there is a context."""
        if not places:
            return None
        was = selector.start
        if was is not None:
            near = [abs(self._at[place.begin] - was) for place in places]
            places = [place for _, place in sorted(zip(near, places, strict=True), key=lambda pair: pair[0])]
        best = max(places, key=lambda place: place.score)
        rivals = [place for place in places if best.score - place.score < _APART and place.alike > 0.6]
        if was is not None:
            best = rivals[0]  # of places that are equally good the nearest
        apart = [place for place in rivals if place.stop <= best.begin or best.stop <= place.begin]
        if best.alike < 0.55 or best.score < 0.5:
            return None
        if best.alike == 1.0:
            # Few and common words may stand somewhere else by chance when their own place is gone.
            sure = len(exact) >= 24 or (known and best.context >= 0.5)
        else:
            best, sure = self._what_is_left(best, exact)
            sure = sure and (best.context >= 0.4 or not known) and not _repeats(exact)
        if apart and sure:
            start = self._at[best.begin]
            sure = was is not None and all(3 * abs(start - was) <= abs(self._at[other.begin] - was) for other in apart)
        if sure and was is not None:
            sure = not self._in_doubt(best, places, was)
        start, end = self._span(best.begin, best.stop)
        if best.alike < 1.0:
            start, end = self._whole_words(selector, start, end)
        return Anchor(start, end, round(best.score, 3), sure)

    def _in_doubt(self, best: "_Place", places: "list[_Place]", was: int) -> bool:
        """Return whether the words may still stand where they stood, with something changed in them and around them.

        Texts say some things again and again; then the same words stand somewhere else, too, in much the same company.
        """
        if abs(self._at[best.begin] - was) <= _NEAR:
            return False
        return any(
            place.alike >= _LIKELY and place.context >= _LIKELY_AROUND and abs(self._at[place.begin] - was) <= _NEAR
            for place in places
        )

    def _what_is_left(self, place: "_Place", exact: str) -> tuple["_Place", bool]:
        """Return the part of a place that is of these words, and whether there is no doubt that it is.

        Parts of a quotation may be gone (a caption between two paragraphs), and something may have come between.
        """
        from rapidfuzz.distance import Indel

        steps = Indel.opcodes(exact, self._folded[place.begin : place.stop])
        same = [step for step in steps if step.tag == "equal" and step.src_end - step.src_start >= _RUN]
        if not same:
            return place, False
        first, last, length = same[0], same[-1], len(exact)
        needed = (0.89 if length >= 16 else 0.92) + (0.04 if place.context < 0.55 else 0)
        if place.alike >= needed and first.src_start <= _END and length - last.src_end <= _END:
            # A heading or a caption that came in between is none of these words, however like the whole is.
            return place, all(step.dest_end - step.dest_start < _CAME_IN for step in steps if step.tag == "insert")
        begin = place.begin + (first.dest_start if first.dest_start > _RUN else 0)
        stop = place.begin + last.dest_end if place.stop - place.begin - last.dest_end > _RUN else place.stop
        inner = (step for step in steps if first.src_start <= step.src_start and step.src_end <= last.src_end)
        kept = sum(step.src_end - step.src_start for step in inner if step.tag == "equal")
        here, there = kept / (stop - begin), kept / length
        sure = length >= 24 and max(here, there) >= 0.94 and min(here, there) >= 0.6
        return _Place(place.score, place.alike, place.context, begin, stop), sure

    def _alike(self, exact: str, found: "list[_Place]") -> Iterator[tuple[int, int]]:
        """Yield the stretches that resemble ``exact`` most, besides those that are found already."""
        from rapidfuzz import fuzz

        if len(exact) < 8:
            return
        if len(exact) > _LONG:
            yield from self._between_ends(exact)
            return
        stops = [0, *(place.stop for place in found)]
        parts = list(zip(stops, [*(place.begin for place in found), len(self._folded)], strict=True))
        for _ in range(_CANDIDATES):
            best: tuple[float, int, int, tuple[int, int]] | None = None
            for part in parts:
                low, high = part
                if high - low < 8:
                    continue
                like = fuzz.partial_ratio_alignment(exact, self._folded[low:high], score_cutoff=60)
                if like and (best is None or like.score > best[0]):
                    best = (like.score, low + like.dest_start, low + like.dest_end, part)
            if best is None:
                return
            _score, begin, stop, part = best
            begin, stop = self._ends(exact, begin, stop)
            yield begin, stop
            parts.remove(part)
            parts += [(part[0], min(begin, part[1])), (max(stop, part[0]), part[1])]

    def _between_ends(self, exact: str) -> Iterator[tuple[int, int]]:
        from rapidfuzz import fuzz

        head = fuzz.partial_ratio_alignment(exact[:200], self._folded, score_cutoff=60)
        if not head:
            return
        low = head.dest_start + len(exact) // 2
        tail = fuzz.partial_ratio_alignment(exact[-200:], self._folded[low : low + len(exact)], score_cutoff=60)
        if tail:
            yield self._ends(exact, head.dest_start, low + tail.dest_end)

    def _ends(self, exact: str, begin: int, stop: int) -> tuple[int, int]:
        """Return the stretch around this one that has the least to change: what came in or went moves its ends."""
        from rapidfuzz.distance import Levenshtein

        play = min(60, max(12, len(exact) // 6))
        for _ in range(2):
            begin = min(
                range(max(0, begin - play), min(begin + play, stop - 1) + 1),
                key=lambda at: (Levenshtein.distance(exact, self._folded[at:stop]), abs(at - begin)),
            )
            stop = min(
                range(max(begin + 1, stop - play), min(len(self._folded), stop + play) + 1),
                key=lambda at: (Levenshtein.distance(exact, self._folded[begin:at]), abs(at - stop)),
            )
        return begin, stop

    def _around(self, begin: int, stop: int, around: tuple[str, str]) -> float:
        """Return how much what stands around a place is like the context; the better side counts most.

        The words may have stood at the end of one paragraph and the page may have changed after it.
        """
        before, after = around
        sides = []
        if before:
            sides.append(_ratio(before, self._folded[max(0, begin - len(before)) : begin]))
        if after:
            sides.append(_ratio(after, self._folded[stop : stop + len(after)]))
        return 0.75 * max(sides) + 0.25 * min(sides) if sides else 0.0

    def _span(self, begin: int, stop: int) -> tuple[int, int]:
        return self._at[begin], self._at[stop - 1] + 1

    def _whole_words(self, selector: Selector, start: int, end: int) -> tuple[int, int]:
        """Move the ends of an uncertain place to those of words, if they were there."""
        text = self.text
        if not _within(selector.prefix[-1:] + selector.exact[:1], 1) and _within(text, start):
            start = _nearest_end(text, start)
        if not _within(selector.exact[-1:] + selector.suffix[:1], 1) and _within(text, end):
            end = _nearest_end(text, end)
        return (start, end) if start < end else (min(start, end), max(start, end) + 1)


def _repeats(words: str) -> bool:
    """Return whether words are made of repetitions, so that they also nearly stand a little further on."""
    return len(words) >= 12 and words.find(words[: len(words) // 3], 1) > 0


def _ratio(one: str, other: str) -> float:
    from rapidfuzz.distance import Indel

    return Indel.normalized_similarity(one, other)


def _within(text: str, at: int) -> bool:
    return 0 < at < len(text) and text[at - 1].isalnum() and text[at].isalnum()


def _nearest_end(text: str, at: int) -> int:
    for distance in range(1, 4):
        for other in (at - distance, at + distance):
            if 0 <= other <= len(text) and not _within(text, other):
                return other
    return at


class _Folds(dict[str, str]):
    """Each character as it is compared: nothing for what only parts or adorns."""

    def __missing__(self, character: str) -> str:
        folded = unicodedata.normalize("NFKD", character.translate(_PLAIN)).casefold()
        kept = "".join(c for c in folded if not (c.isspace() or "\u0300" <= c <= "\u036f" or _unseen(c)))
        self[character] = kept
        return kept


def _unseen(character: str) -> bool:
    return unicodedata.category(character) in ("Cf", "Cc")


_folds = _Folds()


def _fold(text: str) -> tuple[str, list[int]]:
    """Return a text as it is compared, and for each of its characters where it comes from."""
    parts: list[str] = []
    at: list[int] = []
    folds = _folds
    for place, character in enumerate(text):
        folded = folds[character]
        if folded:
            parts.append(folded)
            if len(folded) == 1:
                at.append(place)
            else:
                at.extend([place] * len(folded))
    return "".join(parts), at
