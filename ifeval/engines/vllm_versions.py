"""Which versions of vLLM the engines run with, and what differs between them."""

from importlib.metadata import PackageNotFoundError, packages_distributions, version

from ifeval.errors import UserError

FIRST, LAST = (0, 22), (0, 33)
"""The minor versions that are supported; docs/engines.md says which of them are tested, and how."""


def vllm_version() -> str:
    """The version of the installed vLLM and the distribution it came in."""
    distribution = _distribution()
    return f"{version(distribution)} ({distribution})"


def require_supported() -> None:
    """Raise UserError where the installed vLLM is outside the range; a build without a readable number passes."""
    distribution = _distribution()
    try:
        installed = version(distribution)
        major, minor = (int(part) for part in installed.split(".")[:2])
    except (PackageNotFoundError, ValueError):
        return
    if not FIRST <= (major, minor) <= LAST:
        raise UserError(
            f"{distribution} {installed} is installed; ifeval runs with vLLM {_dotted(FIRST)} to {_dotted(LAST)}: "
            f"pip install '{distribution}>={_dotted(FIRST)},<{LAST[0]}.{LAST[1] + 1}'"
        )


def refusals() -> tuple[type[Exception], ...]:
    """The exceptions by which vLLM refuses a single request; older versions have no class of their own for them."""
    try:
        from vllm.exceptions import VLLMClientError
    except ImportError:
        return (ValueError,)
    return (ValueError, VLLMClientError)


def _distribution() -> str:
    return packages_distributions().get("vllm", ["vllm"])[0]


def _dotted(release: tuple[int, int]) -> str:
    return f"{release[0]}.{release[1]}"
