"""What a comparison can see, and how many prompts it would take to see more.

A paired boolean comparison depends on the discordance psi, the share of prompts on which the two runs differ: 10 to
25 percent between checkpoints of one model. Sources: Connor 1987, Biometrics 43:207 (unconditional McNemar);
Miller 2024, arXiv 2411.00640, section 5 (scores with repeats).
"""

from math import ceil, inf, sqrt

from ifeval.stats.intervals import normal_quantile

TYPICAL_DISCORDANCE = 0.15
"""The share of outcomes that changes between checkpoints of one model; 10 to 25 percent are usual. Planned with, so that
what a comparison can find does not depend on what it has seen."""


def required_n(
    difference: float, discordance: float, alpha: float = 0.05, power: float = 0.8, two_sided: bool = False
) -> float:
    """Prompts for McNemar's test to find `difference` with `power`, at this share of discordant prompts.

    A float; round it up. Infinite where the difference is 0. A difference is itself a share of discordant prompts, so
    the discordance is at least |difference|.
    """
    size = abs(difference)
    if size == 0:
        return inf
    discordance = max(discordance, size)
    z_alpha = normal_quantile(1 - alpha / (1 + two_sided))
    return ((z_alpha * sqrt(discordance) + normal_quantile(power) * sqrt(discordance - size * size)) / size) ** 2


def minimum_detectable_effect(
    n: int, discordance: float, alpha: float = 0.05, power: float = 0.8, two_sided: bool = False
) -> float:
    """The smallest true difference that `n` prompts find with `power`; 1 where they find none."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if required_n(middle, discordance, alpha, power, two_sided) > n:
            low = middle
        else:
            high = middle
    return high


def noninferiority_n(
    margin: float, discordance: float, difference: float = 0.0, alpha: float = 0.05, power: float = 0.8
) -> float:
    """Prompts for the non-inferiority test to pass, with `power`, a candidate whose true difference is `difference`.

    Infinite where the difference is at or below -margin. Normal approximation; at the margin at least `margin` of
    the prompts must be discordant, whatever was observed.
    """
    distance = margin + difference
    if distance <= 0:
        return inf
    spread = sqrt(max(0.0, discordance - difference * difference))
    spread_at_margin = sqrt(max(discordance, margin) - margin * margin)
    return ((normal_quantile(1 - alpha) * spread_at_margin + normal_quantile(power) * spread) / distance) ** 2


def attainable_margin(n: int, discordance: float, alpha: float = 0.05, power: float = 0.8) -> float:
    """The smallest margin at which `n` prompts pass an equally good candidate with `power`; at most 1."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if noninferiority_n(middle, discordance, alpha=alpha, power=power) > n:
            low = middle
        else:
            high = middle
    return high


def required_prompts(
    difference: float,
    between_variance: float,
    within_variances: tuple[float, float],
    repeats: tuple[float, float] = (1, 1),
    alpha: float = 0.05,
    power: float = 0.8,
) -> int:
    """Prompts for a paired two-sided test of means to find `difference` (Miller 2024, equation 9), rounded up.

    between_variance: variance over prompts of the difference of the two models' expected scores. within_variances:
    mean variance of a model's score when it answers one prompt again. repeats: answers per prompt; `math.inf` allowed.
    More repeats shrink the second part only.
    """
    z = normal_quantile(1 - alpha / 2) + normal_quantile(power)
    noise = sum(variance / k for variance, k in zip(within_variances, repeats, strict=True))
    return ceil(z * z * (between_variance + noise) / (difference * difference))
