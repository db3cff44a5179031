"""The score of a reply: its form, its substance, both, and what it made up."""

from collections.abc import Iterator
from dataclasses import replace

from ifeval.checks.guards import failed
from ifeval.checks.library import CHECKS, follows
from ifeval.checks.text.coverage import Reading, covered
from ifeval.checks.verify import verify
from ifeval.records import Response, Sample, Score

from .choice import caught
from .inventions import inventions


def score(sample: Sample, response: Response) -> Score:
    """`followed` (all instructions), `covered` (all facts demanded), `both`, `followed_loose`, `invented`.

    The checks are the instructions', strict and loose. A reply that a guard catches follows and covers nothing;
    whether it invents anything is not asked (None). Counts: instructions strict and loose, facts covered.
    """
    instructions, facts = sample.target["instructions"], sample.target["facts"]
    prompt = sample.messages[-1]["content"]
    nothing = caught(response.answer, prompt, sample.target.get("line", ""), response.truncated)
    if nothing is not None:
        form, said, invented = failed(nothing, [name for name, _ in instructions]), 0, None
    else:
        form = verify(response.answer, instructions, CHECKS)
        reading = Reading(response.answer)
        said = sum(covered(reading, fact["forms"]) for fact in facts)
        invented = float(bool(inventions(response.answer, prompt)))
    followed, complete = form.metrics["prompt_strict"], float(said == len(facts))
    return replace(
        form,
        metrics={
            "both": (followed or 0.0) * complete,
            "followed": followed,
            "covered": complete,
            "followed_loose": form.metrics["prompt_loose"],
            "invented": invented,
        },
        counts={**form.counts, "facts_covered": (said, len(facts))},
    )


def credit(score: Score) -> float:
    """The share of the instructions followed times the share of the facts said: form without substance is worth nothing."""
    followed, asked = score.counts["instruction_strict"]
    said, demanded = score.counts["facts_covered"]
    return followed / asked * said / demanded


def wrong_replies(sample: Sample) -> dict[str, str]:
    """Replies that must fail here: the facts without the form, and the request repeated."""
    prompt = sample.messages[-1]["content"]
    plain = " ".join(fact["sentence"] for fact in sample.target["facts"])
    return {"facts without the form": plain, "brief repeated": prompt.partition("\n\n")[0]}


def near_replies(sample: Sample) -> dict[str, str]:
    """The oracle without one instruction."""
    broken = next(
        (text for text in _damaged(str(sample.oracle)) if not follows(text, sample.target["instructions"])), ""
    )
    return {"one instruction broken": broken}


def _damaged(oracle: str) -> Iterator[str]:
    """The oracle with one thing wrong, the smallest first."""
    lines = oracle.split("\n")
    yield f"{oracle}\n\nAnd that, dear reader, is all! Is it not?"
    yield oracle.replace(".", "").replace("\n", " ")
    yield "\n".join(lines[1:] if len(lines) > 1 else [])
    yield " ".join(oracle.split()[: len(oracle.split()) // 2])
    yield oracle.swapcase()
