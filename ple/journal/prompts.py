"""Ways to reflect, from the literature: what to ask oneself, and who found that these are the questions to ask.

The headings are the models' own names for their steps; the questions are in our words. A prompt is a help, never a
form: what is not answered leaves no trace in the entry.
"""

import re
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True, slots=True)
class Step:
    """A heading and what to ask oneself under it."""

    heading: str
    question: str


@dataclass(frozen=True)
class Prompt:
    """A way to reflect. ``text`` is what an editor begins with: headings, each with its questions as a comment."""

    name: str
    title: str
    when: str
    source: str
    steps: tuple[Step, ...]

    @cached_property
    def text(self) -> str:
        """The skeleton of an entry, in Markdown."""
        return "\n\n".join(f"## {step.heading}\n\n<!-- {step.question} -->" for step in self.steps)

    @property
    def headings(self) -> tuple[str, ...]:
        """The headings of the steps, in order."""
        return tuple(step.heading for step in self.steps)


def _steps(*pairs: tuple[str, str]) -> tuple[Step, ...]:
    return tuple(Step(heading, question) for heading, question in pairs)


PROMPTS = (
    Prompt(
        "what",
        "What? So what? Now what?",
        "After anything, in five minutes.",
        "Rolfe, Freshwater & Jasper, Critical Reflection for Nursing, 2001; after Borton, Reach, Touch and Teach, 1970",
        _steps(
            ("What?", "What happened, what did I do, what came of it?"),
            ("So what?", "What do I understand now that I did not before: about the subject, about how I work?"),
            ("Now what?", "What will I do about it, by when, and how will I see that it worked?"),
        ),
    ),
    Prompt(
        "gibbs",
        "Gibbs' reflective cycle",
        "One event that went well or badly, looked at closely.",
        "Gibbs, Learning by Doing: A Guide to Teaching and Learning Methods, 1988",
        _steps(
            ("Description", "What took place, in order, without judging it yet?"),
            ("Feelings", "What went through my head and how did I feel: before, during, after?"),
            ("Evaluation", "What worked and what did not?"),
            ("Analysis", "Why did it go like that? What do I know or have I read that explains it?"),
            ("Conclusion", "What could I have done otherwise?"),
            ("Action plan", "When it comes again, what will I do, and what must I learn until then?"),
        ),
    ),
    Prompt(
        "kolb",
        "Kolb's experiential cycle",
        "Practice, labs, projects: from doing to trying again.",
        "Kolb, Experiential Learning: Experience as the Source of Learning and Development, 1984",
        _steps(
            ("Concrete experience", "What exactly did I do?"),
            ("Reflective observation", "What did I notice? What did not fit what I believed?"),
            ("Abstract conceptualisation", "Which rule or picture would explain it?"),
            ("Active experimentation", "What will I try next that could prove this rule wrong?"),
        ),
    ),
    Prompt(
        "schon",
        "In action, on action",
        "When something surprised you while you were at it.",
        "Schön, The Reflective Practitioner: How Professionals Think in Action, 1983",
        _steps(
            ("Surprise", "What did I expect, and what happened instead?"),
            ("In action", "What did I change while I was still doing it, and what told me to?"),
            ("On action", "Seen from now: which of my habits or assumptions was behind that?"),
            ("Reframe", "How else could the whole situation be seen?"),
        ),
    ),
    Prompt(
        "4f",
        "Facts, feelings, findings, future",
        "A short look back, alone or with a group.",
        "Greenaway, Active Reviewing, 1993 on (the four F of reviewing)",
        _steps(
            ("Facts", "What would a camera have seen?"),
            ("Feelings", "What was it like to be in it?"),
            ("Findings", "What do I take from it?"),
            ("Future", "What changes because of it?"),
        ),
    ),
    Prompt(
        "muddiest",
        "Muddiest point",
        "After a lecture, a chapter, a video: what is still unclear.",
        "Mosteller, 1989; Angelo & Cross, Classroom Assessment Techniques, 1993",
        _steps(
            ("Clearest point", "What could I explain to somebody now?"),
            ("Muddiest point", "What is least clear, as a question that has an answer?"),
            ("Next step", "Where or from whom will I get that answer?"),
        ),
    ),
    Prompt(
        "minute",
        "One-minute paper",
        "The last minute of studying something.",
        "Angelo & Cross, Classroom Assessment Techniques, 1993",
        _steps(
            ("Most important", "What is the one thing worth remembering?"),
            ("Open question", "Which question stays open?"),
        ),
    ),
    Prompt(
        "5r",
        "The five R",
        "Reflection for a course that wants it connected with theory.",
        "Bain, Ballantyne, Mills & Lester, Reflecting on Practice, 2002",
        _steps(
            ("Reporting", "What happened that matters here?"),
            ("Responding", "How did I react, and what does that say?"),
            ("Relating", "What does it connect with in what I knew, could or had met before?"),
            ("Reasoning", "Which factors explain it? What would theory, or somebody else, say?"),
            ("Reconstructing", "What will I do next time, and why should that work better?"),
        ),
    ),
    Prompt(
        "kwl",
        "Know, want to know, learned",
        "Before and after a book, a course, a topic.",
        "Ogle, K-W-L: A Teaching Model That Develops Active Reading of Expository Text, 1986",
        _steps(
            ("What I know", "What do I know, or believe that I know?"),
            ("What I want to know", "Which questions do I want answered?"),
            ("What I learned", "Which of them are answered, and what else did I find?"),
        ),
    ),
)


def named(name: str) -> Prompt | None:
    """Return the prompt of this name."""
    return next((prompt for prompt in PROMPTS if prompt.name == name.strip().lower()), None)


def structured(prompt: Prompt, text: str) -> str:
    """Return ``text`` under the headings of ``prompt``.

    A text that has some of the headings already, as from an editor, keeps its order; questions and headings without an
    answer go. Otherwise its paragraphs are the answers, in order; what is over belongs to the last.
    """
    bare = re.sub(r"[ \t]*<!--.*?-->[ \t]*\n?", "", text.replace("\r\n", "\n"), flags=re.DOTALL)
    heading = re.compile(rf"^#{{1,6}}[ \t]+({'|'.join(map(re.escape, prompt.headings))})[ \t]*$", re.MULTILINE)
    if not heading.search(bare):
        paragraphs = [part.strip("\n") for part in re.split(r"\n[ \t]*\n", bare.strip()) if part.strip()]
        last = len(prompt.steps) - 1
        answers = paragraphs[:last] + (["\n\n".join(paragraphs[last:])] if paragraphs[last:] else [])
        return "\n\n".join(
            f"## {step.heading}\n\n{answer}" for step, answer in zip(prompt.steps, answers, strict=False)
        )
    pieces = heading.split(bare)
    kept = [pieces[0].strip("\n")] if pieces[0].strip() else []
    for name, answer in zip(pieces[1::2], pieces[2::2], strict=True):
        if answer.strip():
            kept.append(f"## {name}\n\n{answer.strip(chr(10)).rstrip()}")
    return "\n\n".join(kept)
