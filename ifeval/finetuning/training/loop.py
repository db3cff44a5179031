"""Supervised fine-tuning, top to bottom: one loop, nothing behind it.

The state after a step is a function of base model, data and settings alone, so a training that was interrupted and
resumed ends with the same bytes as one that was not (on a CPU; GPU kernels may differ in the last bits).
"""

import math
import time
from collections.abc import Sequence
from contextlib import closing, nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import torch

from ifeval.errors import UserError
from ifeval.finetuning.config import to_toml
from ifeval.finetuning.data.fates import table
from ifeval.finetuning.options import SftOptions
from ifeval.finetuning.prepare import Prepared, padding_id, prepare
from ifeval.finetuning.training.decided import Decisions
from ifeval.finetuning.training.export import RECORD, publish, write_checkpoint, write_epoch
from ifeval.finetuning.training.hub import prepare_repository, push
from ifeval.finetuning.training.interrupt import stop_signals
from ifeval.finetuning.training.judge import Judge
from ifeval.finetuning.training.layout import described
from ifeval.finetuning.training.log import LOG, Log, Step, Watcher, read_log, read_validations
from ifeval.finetuning.training.memory import peak_memory
from ifeval.finetuning.training.network import Neftune, default_learning_rate, trained
from ifeval.finetuning.training.objectives import choose_objective
from ifeval.finetuning.training.parallel import join
from ifeval.finetuning.training.rehearsal import rehearse
from ifeval.finetuning.training.rewards import SUMS, reward_metrics
from ifeval.finetuning.training.schedule import schedule
from ifeval.finetuning.training.setup import set_up
from ifeval.finetuning.training.state import load_state, newest, random_state, save_state
from ifeval.finetuning.training.validation import Validation
from ifeval.models.resolve import resolve

STATE = "training"
"""The folder inside the output that holds state and logs; the state is removed once the checkpoint is written."""


def train(options: SftOptions, watch: Watcher) -> Path:
    """Fine-tune `options.model` on `options.data` and write a checkpoint to `options.out`, which is returned.

    Raises UserError for what the user can fix, and KeyboardInterrupt after SIGTERM or SIGINT once the state is saved.
    """
    options.check()
    team = join()
    folder = options.out / STATE
    if options.push_to_hub and team.leads:
        prepare_repository(options.push_to_hub)
    if options.resume == "auto" and (options.out / RECORD).is_file():
        watch.note(f"{options.out} holds the finished training already")
        return published(options, watch)
    check_output(options.out, options.resume)
    watch.phase("reading data")
    model = resolve(options.model)
    data = prepare(options, model)
    watch.note(f"rows of {', '.join(map(str, options.data))}:\n{table(data.record['fates'])}")

    batches = data.batches
    steps = options.max_steps or batches.steps(options.epochs)

    watch.phase("loading the model")
    torch.manual_seed(options.seed)
    decisions = Decisions(folder, data.identity, team)
    ready = set_up(options, model, batches, padding_id(data.tokenizer), team, decisions)
    network, cast = ready.network, ready.cast
    if team.leads:
        rehearse(network, data, options, folder, model.parameters, steps // batches.per_epoch)
    objective = choose_objective(options, ready.token_losses, network)
    highest = options.learning_rate or default_learning_rate(network, bool(options.lora))
    weights = [weight for _, weight in trained(network)]
    optimizer = ready.optimizer(highest)
    noise = Neftune(network, options.neftune) if options.neftune else None

    with cast():
        objective.prepare(network, batches, steps, ready.layout)
    validation = None
    if data.validation:
        own = choose_objective(options, ready.token_losses)
        validation = Validation(own, data.validation, ready, team, options.rows, options.eval_every)
    state = newest(folder) if options.resume else None
    start = load_state(state, network, optimizer, data.identity, team) if state else 0
    save = partial(save_state, folder, network=network, optimizer=optimizer, identity=data.identity, team=team)
    log = Log(folder, start, options.log, options.training_identity) if team.leads else None
    judge = Judge(options, data, folder, log, watch, team) if options.eval_tasks else None
    copy = partial(team.copy, network, ready.fresh)

    def validate(step: int) -> None:
        if validation and validation.due(step, steps):
            loss = validation.loss()
            watch.note(f"validation loss {loss:.4f} after {step} steps")
            if log:
                log.validation(step, loss)

    if odd := batches.oddity(steps):
        watch.note(odd)
    watch.note(
        f"training: {batches.described(steps)}, {ready.record['precision']}, weights in "
        f"{ready.record['weights']}, {described(ready.record['packing'])}, "
        f"{team.size if team.size > 1 else ''}{team.device.type}"
    )

    with stop_signals(patient=team.size > 1) as stopped, closing(log) if log else nullcontext():
        if not start:
            validate(0)
        if judge and judge.due(start, steps):
            judge.evaluate(start, copy, stopped)
        for step in range(start, steps):
            started, rng = time.monotonic(), random_state()
            rate = highest * schedule(step, steps, options.warmup, options.lr_scheduler_type)
            for group in optimizer.param_groups:
                group["lr"] = rate
            window = ready.layout.packs(batches.documents(step))
            size = sum(objective.size(pack) for pack in window)
            losses: list[torch.Tensor] = []
            told = torch.zeros(SUMS, device=team.device)
            with cast():
                objective.begin(network, step)
            # one context around all of a step's rows casts each weight once; weights that are spread come and go
            with cast() if team.size == 1 else nullcontext():
                for packs, counts in team.share(window, options.rows):
                    batch = ready.collate(packs, team.device)
                    if noise:
                        noise(batch)
                    with cast():
                        loss = objective(network, batch, packs)
                    with torch.autocast(team.device.type, enabled=False):
                        (loss * counts * team.size / size).backward()  # gradients are averaged over the team
                    losses.append(loss.detach() * counts)
                    if objective.told is not None:
                        told += objective.told * counts
                    if team.any(bool(stopped)):
                        save(step, rng=rng)
                        raise KeyboardInterrupt
            summed, norm = team.total(torch.stack(losses).sum().item()), team.clip(weights, options.clip)
            if not math.isfinite(summed + norm):
                save(step, rng=rng)
                raise UserError(
                    f"The loss is not finite in step {step + 1}; the state before it is kept in {folder}. "
                    "Lower --learning-rate, or look at the rows of that step."
                )
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            tokens = sum(len(document.ids) for pack in window for document in pack)
            labelled = sum(document.trained for pack in window for document in pack)
            seconds = time.monotonic() - started
            metrics = {}
            if objective.told is not None:
                metrics = reward_metrics([team.total(value) for value in told.tolist()], objective.paired)
            done = Step(step + 1, steps, summed / size, norm, rate, tokens, labelled, seconds, metrics)
            if log:
                log.step(done)
            watch.step(done)
            validate(done.step)
            if options.save_epochs and batches.ends_epoch(done.step):
                write_epoch(copy(), data, options, folder, done.step // batches.per_epoch)
            due = judge is not None and judge.due(done.step, steps)
            if due or (options.save_every and (done.step % options.save_every == 0 or done.step == steps)):
                save(done.step, rng=random_state())
            if judge and due:
                judge.evaluate(done.step, copy, stopped)

    watch.phase("writing the checkpoint")
    del optimizer, save
    final = None if judge else team.last(network, ready.fresh)
    if log is None:
        return options.out
    rows = read_log(folder / LOG)
    data.record["training"] = {
        "steps": steps,
        "learning_rate": highest,
        **ready.record,
        "device": team.device.type,
        "processes": team.size,
        "seconds": sum(row["seconds"] for row in rows),
        "tokens": sum(row["tokens"] for row in rows),
        "peak_memory_bytes": peak_memory(team.device),
        "loss": [[row["step"], row["loss"]] for row in rows],
    }
    if validation:
        data.record["validation"] = validated(data, read_validations(folder / LOG), options.out)
    if judge:
        written = judge.checkpoint(judge.chosen.step)
        data.record["evaluation"], data.record["training"]["merge_error"] = judge.record(), judge.merge_error
    else:
        written = options.out / "checkpoint.partial"
        data.record["training"]["merge_error"] = write_checkpoint(final, data, options, written)
    chosen = {"precision": ready.precision, "weights": ready.record["weights"], "packing": ready.layout.packed}
    used = replace(options, learning_rate=highest, **chosen)
    publish(written, data, options.out, to_toml(used))
    for old in folder.glob("step-*.pt"):
        old.unlink()
    decisions.forget()
    return published(options, watch)


def published(options: SftOptions, watch: Watcher) -> Path:
    """The finished checkpoint, on the hub too where that was asked for."""
    if options.push_to_hub:
        watch.phase(f"pushing to {options.push_to_hub}")
        push(options.out, options.push_to_hub, f"Trained with ifeval sft, method {options.method}")
    return options.out


def validated(data: Prepared, losses: Sequence[tuple[int, float]], out: Path) -> dict[str, Any]:
    """The record of the validation losses: where it is lowest, of equal ones the earliest, and the checkpoint of then."""
    step, loss = min(losses, key=lambda found: found[1])
    epoch = Path(STATE) / f"epoch-{step // data.batches.per_epoch}"
    there = step and data.batches.ends_epoch(step) and (out / epoch).is_dir()
    return {
        "examples": data.record["counts"]["validation_examples"],
        "loss": losses,
        "best_step": step,
        "best_loss": loss,
        "best_checkpoint": str(epoch) if there else None,
    }


def check_output(out: Path, resume: bool | str) -> None:
    """Raise UserError where `out` holds something that this training would overwrite, or nothing to resume.

    resume "auto" goes on where there is something to go on with, and begins where there is not.
    """
    if (out / RECORD).is_file():
        raise UserError(f"{out} holds a finished training; choose another --out.")
    state = newest(out / STATE)
    if resume is True and state is None:
        raise UserError(f"--resume: {out} holds no state of a training; leave the flag out to start one.")
    if not resume and state is not None:
        raise UserError(f"{out} holds an unfinished training: continue with --resume, or choose another --out.")
    if state is None and out.exists() and any(entry.name != STATE for entry in out.iterdir()):
        raise UserError(f"{out} is not empty; choose another --out.")
