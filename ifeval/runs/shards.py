"""Which of n machines runs a sample: decided by a hash of its id, so machines need not talk to each other.

The task has no part in it: tasks that ask the same thing under the same id (ifeval, ifeval-fixed) share one reply.
"""

import hashlib

from ifeval.errors import UserError

Shard = tuple[int, int]
"""(index, count) with 0 <= index < count."""


def parse_shard(text: str) -> Shard:
    """`--shard i/n`. Raises UserError for anything but 0 <= i < n."""
    index, slash, count = text.partition("/")
    digits = index.isascii() and index.isdigit() and count.isascii() and count.isdigit()
    if not slash or not digits or not int(index) < int(count):
        raise UserError(f"--shard {text}: write it as i/n with i from 0 to n-1, such as 0/3.")
    return int(index), int(count)


def shard_of(sample_id: str, count: int) -> int:
    """The index of the shard, of `count`, that a sample belongs to; the same on every machine."""
    digest = hashlib.blake2b(sample_id.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") % count


def belongs(sample_id: str, shard: Shard | None) -> bool:
    """Is this sample in the shard? Without a shard every sample is."""
    return shard is None or shard_of(sample_id, shard[1]) == shard[0]
