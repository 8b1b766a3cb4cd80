"""Ways to reflect."""

import pytest

from ple.journal.prompts import PROMPTS, named, structured


def test_each_prompt_says_where_it_is_from() -> None:
    assert len(PROMPTS) >= 3
    assert len({prompt.name for prompt in PROMPTS}) == len(PROMPTS)
    for prompt in PROMPTS:
        assert any(year in prompt.source for year in map(str, range(1960, 2020)))
        assert all(step.question.endswith("?") for step in prompt.steps)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        pytest.param("a\n\nb\n\nc", "## What?\n\na\n\n## So what?\n\nb\n\n## Now what?\n\nc", id="a paragraph each"),
        pytest.param("a", "## What?\n\na", id="fewer: no heading without an answer"),
        pytest.param("a\n\nb\n\nc\n\nd", "## What?\n\na\n\n## So what?\n\nb\n\n## Now what?\n\nc\n\nd", id="more"),
        pytest.param("## So what?\n\nx\n\n## What?\n\ny", "## So what?\n\nx\n\n## What?\n\ny", id="with headings"),
        pytest.param("# Title\n\n## What?\n\n## So what?\n\nx", "# Title\n\n## So what?\n\nx", id="an empty one goes"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_a_text_is_put_under_the_headings(text: str, kept: str) -> None:
    prompt = named("what")
    assert prompt
    assert structured(prompt, text) == kept


def test_what_nobody_answered_leaves_nothing() -> None:
    for prompt in PROMPTS:
        assert structured(prompt, prompt.text) == ""
        assert structured(prompt, prompt.text + "\nan answer\n") == f"## {prompt.headings[-1]}\n\nan answer"
