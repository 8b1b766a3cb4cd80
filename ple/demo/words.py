"""What the learner of the demo writes: a plan, a look back at it, and what stands on their site."""

ABOUT = """\
I learn languages, look at the sky, and write small programs. What I make of it stands here: **what I tried, what came
of it, and what I would do differently.**

Most of it is unfinished. That is what learning looks like from close by.
"""

PLAN = """\
# A plan for six weeks

Does waiting until I have *half* forgotten a word work better than repeating it every evening? I will try both.

1. Sixty words that I do not know, dealt into two heaps by lot.
2. Heap A every evening, five minutes. Heap B only when the box says so.
3. After six weeks a test on paper, marked by somebody else.

What I expect: B will be a little better, and take half of the time. I write this down now, because later I will
believe that I always knew.
"""

REFLECTION = """\
# Half forgotten is the best time

Six weeks ago I wrote [[A plan for six weeks]], after reading #{page}. This is what came of it.

| Heap | Right after six weeks | Minutes spent |
|:-----|----:|----:|
| A, every evening | 19 of 30 | 210 |
| B, when nearly forgotten | **26 of 30** | 95 |

More words, in less than half of the time. I had expected a small difference and got one that I can see without a
formula. Still, I checked what chance can do:

```python
from random import sample

words = [1] * 45 + [0] * 15  # 45 of all 60 were right
deals = [sum(sample(words, 30)) for _ in range(10_000)]
print(sum(right >= 26 for right in deals) / 10_000)
```

It says about 0.04: shuffling alone gives a heap with so many right in one deal of twenty-five. A hint, not a proof.

> Forgetting a little before you practise is not a failure of the schedule. It is the schedule.

What surprised me is how *bad* heap B felt. Most evenings I had three right out of ten, and was sure that it did not
work. The heap that felt like learning was the other one.
"""

QUICK = """\
One week of two heaps. I skipped the box on Thursday and noticed that I was glad about it.

Heap B is unpleasant because it shows what I do not know. That is not the same as not working.

I move the box to the breakfast table, where I cannot avoid it, and look again on Sunday.
"""

LEARNED = """\
I was wrong about the size, and right about the direction. What I will keep is the line in the plan that says what I
**expected**: without it I would now tell everybody that I knew all along.

Next time somebody else deals the heaps.
"""
