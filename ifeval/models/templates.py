"""Templates that no checkpoint brings: the plain one, ChatML, and a file of the user's."""

from pathlib import Path

from ifeval.errors import UserError
from ifeval.util.files import cache_root, write_atomically

CHATML = (
    "{% for message in messages %}{{ '<|im_start|>' + message.role + '\n' + message.content + '<|im_end|>\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
PLAIN_TEMPLATE = (
    "{{ bos_token or '' }}{% for message in messages %}"
    "{{ {'system': 'System', 'user': 'User', 'assistant': 'Assistant', 'tool': 'Tool'}[message.role] }}: "
    "{{ message.content | trim }}\n\n{% endfor %}{% if add_generation_prompt %}Assistant:{% endif %}"
)
"""For base models that bring no template; the summary says when it was used (docs/models.md)."""


def given_template(requested: str) -> str | None:
    """The template that `--chat-template` names: "chatml", a file's, or None for "plain".

    Raises UserError for a file that cannot be read.
    """
    if requested in ("chatml", "plain"):
        return CHATML if requested == "chatml" else None
    try:
        return Path(requested).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise UserError(f"--chat-template {requested}: give chatml, plain, or a file that can be read.") from None


def template_file(requested: str) -> Path:
    """A file that holds the template of `given_template`, written into the cache folder for those that have none."""
    if requested not in ("chatml", "plain"):
        return Path(requested)
    file = cache_root() / f"{requested}.jinja"
    write_atomically(file, given_template(requested) or PLAIN_TEMPLATE)
    return file
