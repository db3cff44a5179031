"""Which objective a method has."""

from typing import Any

from ifeval.finetuning.options import SftOptions
from ifeval.finetuning.training.kto import Kto
from ifeval.finetuning.training.loss import TokenLosses
from ifeval.finetuning.training.objective import CrossEntropy, Dpo, Objective, Orpo
from ifeval.finetuning.training.router import WithRouter, router_loss


def choose_objective(options: SftOptions, token_losses: TokenLosses, network: Any = None) -> Objective:
    """The objective of `options.method`; with `network`, its router loss is a part of it where the model asks for one."""
    objective = _of_method(options, token_losses)
    router = None if network is None else router_loss(network)
    return WithRouter(objective, router) if router else objective


def _of_method(options: SftOptions, token_losses: TokenLosses) -> Objective:
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
