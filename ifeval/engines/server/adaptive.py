"""How many requests a server is sent at once: found out, not configured."""

from dataclasses import dataclass


@dataclass(slots=True)
class ConcurrencyLimit:
    """Additive increase, multiplicative decrease (Chiu and Jain 1989), with the slow start of TCP (RFC 5681).

    Until the first sign of overload the limit doubles with each round of answers; after it, it grows by one per round.
    A sign of overload halves it, once for all the requests that were under way together. `most` is never exceeded.
    """

    most: int
    start: int = 16
    value: float = 0.0
    slow_start: bool = True
    last_cut: float = float("-inf")

    def __post_init__(self) -> None:
        self.value = float(min(self.start, self.most))

    def admits(self, in_flight: int) -> bool:
        """May one more be sent?"""
        return in_flight + 1 <= self.value

    def answered(self, in_flight: int) -> None:
        """An answer came while `in_flight` were under way; a limit not half used has proven nothing."""
        if 2 * in_flight >= self.value:
            self.value = min(self.most, self.value + (1.0 if self.slow_start else 1.0 / self.value))

    def overloaded(self, sent_at: float, now: float) -> None:
        """A request sent at `sent_at` was refused or timed out for want of capacity (times of one clock)."""
        if sent_at >= self.last_cut:
            self.value = max(1.0, self.value / 2)
            self.slow_start = False
            self.last_cut = now

    def restart(self) -> None:
        """A server came back: slow start again, from one request."""
        self.value, self.slow_start = 1.0, True
