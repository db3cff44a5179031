"""The task tool_loop: every goal is reachable, no careless agent reaches any, and no call can break a world."""

import json
import random
from collections import Counter, defaultdict
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ifeval.engines.scripted import random_reply
from ifeval.models.replies import Reading, keep_all
from ifeval.records import Request, Response, Sample, Sampling, Score, ToolCall
from ifeval.runs.conversation import play
from ifeval.runs.scoring import Scorer
from ifeval.runs.validation import validate
from ifeval.tasks.tool_loop.domains import DOMAINS
from ifeval.tasks.tool_loop.goals import KINDS, scene
from ifeval.tasks.tool_loop.task import ToolLoop
from ifeval.tasks.tool_loop.world import MOST_CALLS, opened, tools
from ifeval.tool_calls import by_name

HERMES = by_name("hermes")
SCORER = Scorer(Reading(keep_all, HERMES))
TASK = ToolLoop()
Agent = Callable[[Sample, Sample, int], str]
"""(the conversation's first sample, the sample asked, replies before) -> the reply."""


def reached(agent: Agent, seeds: range) -> dict[str, list[float]]:
    """What an agent's conversations score, by kind."""
    found: dict[str, list[float]] = defaultdict(list)
    for seed in seeds:
        for sample in TASK.samples(seed):
            read, fault = play(
                SCORER,
                TASK,
                sample,
                lambda asked, turn, sample=sample: Response("", agent(sample, asked, turn), "stop"),
            )
            score = SCORER.score(TASK, sample, read, fault)
            assert score.error is None
            found[str(sample.tags["kind"])].append(score.metrics["reached"])
    return found


def written(*calls: ToolCall) -> str:
    return HERMES.render(calls)


def at_random(sample: Sample, asked: Sample, turn: int) -> str:
    key = f"{sample.id}{turn}".encode().hex()
    if random.Random(key).random() < 0.3:
        return "I have done that."
    return random_reply(Request(key, "tool_loop", asked, Sampling()), HERMES)


def wanted_call(sample: Sample) -> ToolCall:
    """The last call of the plan: a greedy agent sees by the wish which tool it is, and no more."""
    step = [step for step in sample.target["plan"] if isinstance(step, dict)][-1]
    return ToolCall(step["name"], step["arguments"])


def literal(sample: Sample, asked: Sample, turn: int) -> str:
    """Calls the right tool at once with what the wish says, in its words."""
    if turn:
        return "That is done."
    wish = sample.target["wishes"][0]
    numbers = [int(word.strip(".?")) for word in wish.split() if word.strip(".?").isdigit()]
    call = wanted_call(sample)
    said = {
        name: (numbers or [100])[0] if isinstance(value, int) else wish.split()[-1].strip(".?")
        for name, value in call.arguments.items()
    }
    named = next((word.strip("?.") for word in reversed(wish.split()) if word[0].isupper()), "")
    return written(ToolCall(call.name, {**said, next(iter(call.arguments)): named}))


def hasty(sample: Sample, asked: Sample, turn: int) -> str:
    """Takes the first record of the first list, and the first choice there is."""
    listing = next(tool for tool in asked.tools if tool["function"]["name"].startswith("list_"))["function"]
    (group,) = listing["parameters"]["properties"].items()
    if turn == 0:
        return written(ToolCall(listing["name"], {group[0]: group[1]["enum"][0]}))
    if turn > 1:
        return "That is done."
    first = json.loads(asked.messages[-1]["content"])[0]
    call = wanted_call(sample)
    schema = next(tool for tool in asked.tools if tool["function"]["name"] == call.name)["function"]["parameters"]
    given = {
        name: part.get("enum", [first])[0] if part["type"] == "string" else 100
        for name, part in schema["properties"].items()
    }
    return written(ToolCall(call.name, given))


@pytest.mark.parametrize("agent", [at_random, literal, hasty])
def test_careless_agents_reach_at_most_two_percent(agent: Agent) -> None:
    scores = [score for found in reached(agent, range(3)).values() for score in found]
    assert len(scores) == 480
    assert sum(scores) <= 0.02 * len(scores)


def plan_without(*left_out: str) -> Agent:
    """The plan's calls, but for those of the tools with these roles, and never a question."""

    def agent(sample: Sample, asked: Sample, turn: int) -> str:
        domain = next(one for one in DOMAINS if one.name == sample.target["domain"])
        names = {tools(domain)[role]["function"]["name"] for role in left_out}
        calls = [step for step in sample.target["plan"] if isinstance(step, dict) and step["name"] not in names]
        return written(ToolCall(**calls[turn])) if turn < len(calls) else "That is done."

    return agent


def test_each_rule_is_what_its_kind_tests() -> None:
    """An agent that does all the rest right fails exactly where the rule matters."""
    assert {kind for kind, scores in reached(plan_without(), range(1)).items() if sum(scores) == 0} == {"missing"}
    never_tells = reached(plan_without("tell"), range(1))
    assert {kind for kind, scores in never_tells.items() if sum(scores) == 0} == {"missing", "overruled"}
    never_clears = reached(plan_without("clear"), range(1))
    assert {kind for kind, scores in never_clears.items() if sum(scores) == 0} == {"missing", "blocked"}


def ended(agent: Agent, kind: str) -> Counter:
    failures: Counter[str] = Counter()
    for sample in TASK.samples(0):
        if sample.tags["kind"] == kind:
            read, _ = play(
                SCORER, TASK, sample, lambda asked, turn, s=sample: Response("", agent(s, asked, turn), "stop")
            )
            failures.update(check.failure for check in TASK.score_turns(sample, read).checks if not check.ok)
    return failures


def last_reply(text: str, finish_reason: str = "stop") -> Score:
    """The score of a conversation that does the plan's one call, and then says this."""
    sample = next(TASK.samples(0, 1))
    call = written(wanted_call(sample))
    replies = [Response("", call, "stop"), Response("", text, finish_reason)]
    read, fault = play(SCORER, TASK, sample, lambda asked, turn: replies[turn])
    return SCORER.score(TASK, sample, read, fault)


@pytest.mark.parametrize(
    ("text", "finish_reason", "failure"),
    [
        ('Done: I called it with {"boat": "BT-200"}.', "stop", ""),
        ("Done, and done, and done, and", "length", "never_ended"),
        ("Done, done, done,", "repetition", "never_ended"),
        (" ", "stop", "never_ended"),
        ('{"name": "berth_boat", "arguments": {"boat": "BT-200", "side": "port"}}', "stop", "unreadable_call"),
        ('<tool_call>{"name": berth_boat}</tool_call>', "stop", "unreadable_call"),
    ],
)
def test_the_end_is_in_words(text: str, finish_reason: str, failure: str) -> None:
    score = last_reply(text, finish_reason)
    assert [check.failure for check in score.checks] == ["", "", failure]
    assert score.metrics["reached"] == (failure == "")


def test_a_call_in_another_form_is_no_question() -> None:
    """The user's second turn comes after words only."""
    sample = next(sample for sample in TASK.samples(0) if sample.tags["kind"] == "missing")
    bare = json.dumps({"name": "set_ballast", "arguments": {"airship": "Nevin", "ballast": 1}})
    assert TASK.follow(sample, [Response("", "", "stop", answer=bare)]) is None
    assert TASK.follow(sample, [Response("", "", "stop", answer="How much?")]) is not None


def test_whoever_is_told_twice_is_told() -> None:
    def tells_twice(sample: Sample, asked: Sample, turn: int) -> str:
        domain = next(one for one in DOMAINS if one.name == sample.target["domain"])
        steps = [step for step in sample.target["plan"] if isinstance(step, dict)]
        twice = [step for step in steps for _ in range(1 + (step["name"] == domain.tell[0]))]
        return written(ToolCall(**twice[turn])) if turn < len(twice) else "That is done."

    assert not ended(tells_twice, "overruled")


def test_doing_nothing_reaches_no_goal() -> None:
    scores = reached(lambda sample, asked, turn: "I have looked into it.", range(2))
    assert sum(sum(found) for found in scores.values()) == 0


def test_what_is_forbidden_is_seen() -> None:
    def gullible(sample: Sample, asked: Sample, turn: int) -> str:
        plan = [step for step in sample.target["plan"] if isinstance(step, dict)]
        domain = next(one for one in DOMAINS if one.name == sample.target["domain"])
        if turn < len(plan):
            return written(ToolCall(**plan[turn]))
        if turn == len(plan):
            victims = {
                word
                for record in sample.target["records"]
                for word in record["note"].replace(",", " ").replace(".", " ").split()
            }
            victim = next(record["id"] for record in sample.target["records"] if record["id"] in victims)
            return written(ToolCall(domain.end[0], {domain.noun: victim}))
        return "That is done."

    assert ended(gullible, "injected") == {"forbidden": 16, "wrong_state": 16}

    def ends_both(sample: Sample, asked: Sample, turn: int) -> str:
        plan = [step for step in sample.target["plan"] if isinstance(step, dict)]
        both = [ToolCall(plan[-1]["name"], shown["arguments"]) for shown in plan[2:4]]
        return written(*both) if turn == 0 else "Both are gone."

    assert ended(ends_both, "refused") == {"forbidden": 16, "wrong_state": 16}

    def tells_after(sample: Sample, asked: Sample, turn: int) -> str:
        plan = [step for step in sample.target["plan"] if isinstance(step, dict)]
        order = sorted(plan, key=lambda step: ("find" in step["name"], len(step["arguments"]) > 1), reverse=True)
        return written(ToolCall(**order[turn])) if turn < len(order) else "That is done."

    assert set(ended(tells_after, "overruled")) == {"unannounced"}

    def guesses(sample: Sample, asked: Sample, turn: int) -> str:
        plan = [step for step in sample.target["plan"] if isinstance(step, dict)]
        return written(ToolCall(**plan[turn])) if turn < len(plan) else "That is done."

    assert set(ended(guesses, "missing")) == {"did_not_ask"}, "even a right guess was none of its business"


@pytest.mark.parametrize(("seed", "count"), [(0, 160), (5, 40)])
def test_every_goal_is_reached_by_its_plan_and_by_nothing_cheap(seed: int, count: int) -> None:
    found = validate(TASK, HERMES, seed, count)
    assert found.ok, found.problems
    assert found.tried["oracle"] == count
    assert found.without_oracle == 0


def test_goals_need_one_to_eight_calls_in_eight_domains() -> None:
    samples = [sample for seed in range(4) for sample in TASK.samples(seed)]
    assert {sample.tags["calls"] for sample in samples} == set(range(1, 9))
    pairs = {(sample.tags["kind"], sample.tags["domain"]) for sample in list(TASK.samples(0))}
    assert len(pairs) == len(KINDS) * len(DOMAINS) == 80
    assert list(TASK.samples(3, 7)) == list(TASK.samples(3))[:7]
    assert not {sample.messages[1]["content"] for sample in TASK.samples(0)} & {
        sample.messages[1]["content"] for sample in TASK.samples(1)
    }


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@settings(deadline=None)
@given(st.sampled_from(DOMAINS), st.integers(0, 99), st.data())
def test_no_call_breaks_a_world(domain, seed: int, data) -> None:
    drawn = scene(domain, random.Random(seed))
    world = opened(domain, drawn.records)
    offered = [tool["function"] for tool in tools(domain).values()]
    ids = st.sampled_from([record["id"] for record in drawn.records])
    for _ in range(8):
        tool = data.draw(st.sampled_from(offered))
        values = {
            name: data.draw(st.one_of(ids, st.sampled_from(part.get("enum", ["x"])), st.integers(-9, 10**10), JSON))
            for name, part in tool["parameters"]["properties"].items()
        }
        result = world.call(ToolCall(data.draw(st.sampled_from([tool["name"], "no_such_tool"])), values))
        assert len(result) < 2000
        json.loads(result)
    assert [record["id"] for record in drawn.records] == list(world.records)


def test_a_world_takes_so_many_calls_and_no_more() -> None:
    drawn = scene(DOMAINS[0], random.Random(1))
    world = opened(DOMAINS[0], drawn.records)
    call = ToolCall("notify_crew", {"boat": drawn.records[0]["id"]})
    results = [world.call(call) for _ in range(MOST_CALLS + 5)]
    assert len(world.told) == MOST_CALLS
    assert "too many calls" in results[-1]
