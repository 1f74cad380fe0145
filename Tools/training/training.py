"""What both trainings share: the clock-driven schedule, checkpoints that a stopped run goes on from, the log."""

import argparse
import math
import os
import pathlib
import time

import torch


class Run:
    """A training that lasts a given time, all runs together, and can be stopped and started again at any step."""

    def __init__(self, model: torch.nn.Module, arguments: argparse.Namespace, peak: float):
        self.model, self.path, self.peak = model, pathlib.Path(arguments.state), peak
        self.limit, self.elapsed, self.step, self.seen, self.mean = arguments.minutes * 60, 0.0, 0, 0, {}
        self.optimiser = torch.optim.AdamW(model.parameters(), peak, betas=(0.9, 0.98), weight_decay=0.05)
        if self.path.exists():
            state = torch.load(self.path, weights_only=False)
            model.load_state_dict(state["model"])
            self.optimiser.load_state_dict(state["optimiser"])
            self.elapsed, self.step, self.seen = state["elapsed"], state["step"], state["seen"]
        self.resumed, self.saved = time.time() - self.elapsed, time.time()

    @property
    def progress(self) -> float:
        return min(1.0, self.elapsed / self.limit)

    def advance(self, loss: torch.Tensor, pictures: int, parts: dict[str, float]) -> None:
        """One optimiser step; now and then a line in the log and a checkpoint."""
        rate = self.peak * min(1.0, (self.step + 1) / 80) * (0.02 + 0.98 * (0.5 + 0.5 * math.cos(math.pi * self.progress)))
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimiser.step()
        self.step, self.seen, self.elapsed = self.step + 1, self.seen + pictures, time.time() - self.resumed
        for name, value in parts.items():
            self.mean[name] = 0.98 * self.mean.get(name, value) + 0.02 * value
        if self.step % 25 == 0:
            text = " ".join(f"{name} {value:.4f}" for name, value in self.mean.items())
            print(f"step {self.step} pictures {self.seen} {self.elapsed:.0f}s rate {rate:.1e} {text}", flush=True)
        if time.time() - self.saved > 100 or self.progress >= 1:
            self.save()

    def save(self) -> None:
        scratch = self.path.with_suffix(".part")
        torch.save({"model": self.model.state_dict(), "optimiser": self.optimiser.state_dict(), "step": self.step,
                    "elapsed": self.elapsed, "seen": self.seen, "limit": self.limit}, scratch)
        os.replace(scratch, self.path)
        self.saved = time.time()


def arguments(description: str, state: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--minutes", type=float, default=45, help="time to train, all runs together")
    parser.add_argument("--state", default=state, help="checkpoint; an existing one is gone on from")
    parser.add_argument("--merges", default="Weights/small/merges.txt")
    parser.add_argument("--stem", help="a CLIP state whose stem a new SAM starts from")
    parser.add_argument("--threads", type=int, default=1)
    result = parser.parse_args()
    torch.set_num_threads(result.threads)
    pathlib.Path(result.state).parent.mkdir(parents=True, exist_ok=True)
    return result


def focal(logits: torch.Tensor, truth: torch.Tensor, weight: torch.Tensor, positive: float) -> torch.Tensor:
    """Focal loss (gamma 2) with `positive` times the weight on true ones; all [b, ...]; mean over the weights."""
    plain = torch.nn.functional.binary_cross_entropy_with_logits(logits, truth, reduction="none")
    hardness = (1 - torch.exp(-plain)).square()
    return (plain * hardness * weight * torch.where(truth > 0.5, positive, 1.0)).sum() / (weight.sum() + 1)


def dice(logits: torch.Tensor, truth: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    """1 - soft Dice for each row of [b, n]."""
    share = logits.sigmoid() * weight
    return 1 - (2 * (share * truth).sum(1) + 1) / (share.sum(1) + (truth * weight).sum(1) + 1)
