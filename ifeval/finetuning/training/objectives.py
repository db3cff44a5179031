"""Which objective a method has."""

from ifeval.finetuning.options import SftOptions
from ifeval.finetuning.training.kto import Kto
from ifeval.finetuning.training.loss import TokenLosses
from ifeval.finetuning.training.objective import CrossEntropy, Dpo, Objective, Orpo


def choose_objective(options: SftOptions, token_losses: TokenLosses) -> Objective:
    """The objective of `options.method`."""
    match options.method:
        case "orpo":
            return Orpo(token_losses, options.beta)
        case "dpo":
            return Dpo(token_losses, options.beta)
        case "kto":
            weights = (options.desirable_weight, options.undesirable_weight)
            return Kto(token_losses, options.beta, *weights, longest=options.max_length)
        case _:
            return CrossEntropy(token_losses)
