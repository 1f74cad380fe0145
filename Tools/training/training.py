"""What both trainings share: options, random numbers, the schedule, states that a stopped run goes on from, losses."""

import argparse
import hashlib
import math
import os
import pathlib
import random
import time
from collections.abc import Callable

import numpy
import torch

from generator import Generator

# The pictures are drawn from other random numbers than the initial weights, which take the seed itself.
PICTURE_SEED = 1000
WARM_UP_STEPS = 80
LOWEST_RATE = 0.02  # of the peak, at the end of the cosine
STEPS_PER_LOG_LINE = 25
LOG_MEMORY = 0.98  # of the running means in the log


def parser(description: str, state: str, steps: int, seed: int) -> argparse.ArgumentParser:
    """The options of both trainings, with these defaults."""
    result = argparse.ArgumentParser(description=description)
    result.add_argument("--steps", type=int, default=steps, help="length of the run, interruptions included")
    result.add_argument("--seed", type=int, default=seed, help="all random numbers of the run follow from it")
    result.add_argument("--threads", type=int, default=1)
    result.add_argument("--state", type=pathlib.Path, default=state, help="state file; an existing one is gone on from")
    result.add_argument("--save-every", type=int, default=60, help="steps between two states")
    return result


def prepare(options: argparse.Namespace) -> None:
    """Makes the process repeatable: threads, deterministic operations, a seed for every global generator."""
    torch.set_num_threads(options.threads)
    torch.use_deterministic_algorithms(True)
    random.seed(options.seed)
    numpy.random.seed(options.seed)
    torch.manual_seed(options.seed)
    options.state.parent.mkdir(parents=True, exist_ok=True)


class Run:
    """A training of a given number of steps that can be stopped at any moment and started again.

    With the same seed, number of steps and number of threads, the same machine computes the same weights to the bit,
    stopped or not: a state holds the weights, the optimiser and how far each generator of random numbers has got.
    """

    def __init__(self, model: torch.nn.Module, options: argparse.Namespace, peak: float, **pictures):
        """`peak` is the highest learning rate; `pictures` says what the `Generator` of the pictures draws."""
        self.model = model
        self.peak = peak
        self.path = options.state
        self.save_every = options.save_every
        self.terms = {"seed": options.seed, "steps": options.steps, "threads": options.threads}
        self.optimiser = torch.optim.AdamW(model.parameters(), peak, betas=(0.9, 0.98), weight_decay=0.05)
        self.pictures = Generator(options.seed + PICTURE_SEED, **pictures)
        self.lot = random.Random(options.seed)
        self.step = 0
        self.seen = 0
        self.means = {}
        self.elapsed = 0.0
        if self.path.exists():
            self.restore(torch.load(self.path, weights_only=False))
        self.resumed = time.time() - self.elapsed

    @property
    def progress(self) -> float:
        """The share of the run that is done, 0 to 1."""
        return self.step / self.terms["steps"]

    @property
    def rate(self) -> float:
        """The learning rate of the step to come: a short rise, then down along a cosine."""
        rise = min(1.0, (self.step + 1) / WARM_UP_STEPS)
        fall = 0.5 + 0.5 * math.cos(math.pi * self.progress)
        return self.peak * rise * (LOWEST_RATE + (1 - LOWEST_RATE) * fall)

    def repeat(self, step: Callable[["Run"], None]) -> None:
        """Does the steps that are left; `step` draws a batch, calls `learn` and ends with `finish_step`."""
        self.model.train()
        while self.progress < 1:
            step(self)

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
        if self.step % self.save_every == 0 or self.progress >= 1:
            self.save()
        if self.progress >= 1:
            print(f"weights {digest(self.model.state_dict())}", flush=True)

    def save(self) -> None:
        """Writes the state, whole or not at all."""
        scratch = self.path.with_suffix(".part")
        torch.save({
            "model": self.model.state_dict(), "optimiser": self.optimiser.state_dict(), "terms": self.terms,
            "step": self.step, "seen": self.seen, "means": self.means, "elapsed": self.elapsed,
            "random": {
                "lot": self.lot.getstate(), "pictures": self.pictures.random.get_state(), "python": random.getstate(),
                "numpy": numpy.random.get_state(), "torch": torch.get_rng_state(),
            },
        }, scratch)
        os.replace(scratch, self.path)

    def restore(self, state: dict) -> None:
        if state.get("terms") != self.terms:
            raise SystemExit(f"{self.path} is the state of a run with other terms: it has {state.get('terms')}, "
                             f"asked for are {self.terms}. Name another file with --state, or remove this one.")
        self.model.load_state_dict(state["model"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.step = state["step"]
        self.seen = state["seen"]
        self.means = state["means"]
        self.elapsed = state["elapsed"]
        self.lot.setstate(state["random"]["lot"])
        self.pictures.random.set_state(state["random"]["pictures"])
        random.setstate(state["random"]["python"])
        numpy.random.set_state(state["random"]["numpy"])
        torch.set_rng_state(state["random"]["torch"])


def digest(tensors: dict[str, torch.Tensor]) -> str:
    """SHA-256 over names and values: equal for two runs that computed the same to the bit."""
    result = hashlib.sha256()
    for name in sorted(tensors):
        result.update(name.encode())
        result.update(tensors[name].detach().contiguous().numpy().tobytes())
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
