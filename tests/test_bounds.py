"""A chat template renders every prompt of a run in this process: it ends within its time and memory, whatever it does."""

import resource
import signal
import threading
from functools import partial
from typing import Any

import pytest

from ifeval.errors import UserError
from ifeval.models import bounds, prompts
from ifeval.models.bounds import TakesTooLong, bounded
from ifeval.models.prompts import Chat, PromptWriter
from ifeval.models.render import render
from ifeval.records import Sample
from ifeval.tool_calls import by_name


class Tokenizer:
    """Renders as Hugging Face's do, without one."""

    bos_token_id = None

    def apply_chat_template(self, messages: Any, *, chat_template: str, tokenize: bool, **variables: Any) -> str:
        return render(chat_template, messages, **variables)


def spin() -> None:
    while True:
        pass


def written(template: str) -> str:
    return PromptWriter(Tokenizer(), Chat(template, by_name("hermes"))).text(
        Sample("one", [{"role": "user", "content": "Hi"}])
    )


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("{% for a in range(99999) %}{% for b in range(99999) %}{% for c in range(999) %}{% endfor %}{% endfor %}{% endfor %}", "takes more than"),
        ("{% if messages %}{{ ('a' * 10**9) | length }}{% endif %}", "MemoryError"),
        ("{{ 'a' * 10**12 }}", "MemoryError"),
        ("{% set n = namespace(x='ab') %}{% for _ in range(60) %}{% set n.x = n.x ~ n.x %}{% endfor %}{{ n.x }}", "MemoryError"),
        ("{{ '%999999999d' % 7 }}", "MemoryError"),
        ("{{ 'a' | center(10**10) }}", "MemoryError"),
        ("{{ 3 ** (10**9) }}", "takes more than|MemoryError"),
        ("{{ 'a' * (4 * 10**7) }}", "writes 40,000,000 characters"),
    ],
)  # fmt: skip
def test_a_template_ends_within_its_bounds(template: str, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = resource.getrlimit(resource.RLIMIT_AS), signal.getsignal(signal.SIGVTALRM)
    monkeypatch.setattr(prompts, "bounded", partial(bounded, 0.5, 300 << 20))
    with pytest.raises(UserError, match=f"sample 'one'.*({words})|({words}).*sample 'one'"):
        written(template)
    assert (resource.getrlimit(resource.RLIMIT_AS), signal.getsignal(signal.SIGVTALRM)) == before
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0.0, 0.0)


def test_a_sound_template_is_as_it_was() -> None:
    assert written("{% for m in messages %}{{ m.content }}{% endfor %}") == "Hi"


def test_elsewhere_than_on_the_main_thread_only_memory_is_bounded() -> None:
    caught: list[Exception] = []

    def allocate() -> None:
        try:
            with bounded(0.1, 100 << 20):
                bytearray(1 << 30)
        except Exception as error:
            caught.append(error)

    thread = threading.Thread(target=allocate)
    thread.start()
    thread.join()
    assert isinstance(caught[0], MemoryError)


def test_where_the_system_does_not_say_only_time_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "STATM", bounds.Path("/nowhere"))
    with pytest.raises(TakesTooLong, match=r"more than 0\.1 s"), bounded(0.1):
        spin()
