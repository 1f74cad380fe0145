"""A run is repeatable by its seed: run twice, and run with an interruption, it computes the same weights to the bit."""

import argparse
import pathlib
import subprocess
import sys
import time

import pytest
import torch

import training
from generator import Generator

FOLDER = pathlib.Path(__file__).resolve().parent
STEPS = 5


def command(script: str, state: pathlib.Path, seed: int) -> list[str]:
    return [sys.executable, str(FOLDER / script), "--steps", str(STEPS), "--seed", str(seed), "--save-every", "2",
            "--state", str(state)]


def finished(script: str, state: pathlib.Path, seed: int = 7) -> tuple[str, str, str]:
    """Runs to the end. What the log says of the weights, and digests of the weights and of the optimiser in the state."""
    log = subprocess.run(command(script, state, seed), cwd=FOLDER.parents[1], stdout=subprocess.PIPE, text=True, check=True)
    found = torch.load(state, weights_only=False)
    assert found["step"] == STEPS
    moments = {f"{index}.{name}": value for index, entry in found["optimiser"]["state"].items()
               for name, value in entry.items()}
    return log.stdout.split()[-1], training.digest(found["model"]), training.digest(moments)


def interrupted(script: str, state: pathlib.Path, seed: int = 7) -> int:
    """Kills a run as soon as it has written its first state, and returns that state's step."""
    process = subprocess.Popen(command(script, state, seed), cwd=FOLDER.parents[1])
    while not state.exists() and process.poll() is None:
        time.sleep(0.01)
    process.kill()
    process.wait()
    return torch.load(state, weights_only=False)["step"]


@pytest.mark.parametrize("script", ["train_clip.py", "train_sam.py"])
def test_same_seed_gives_same_weights(script, tmp_path):
    first = finished(script, tmp_path / "first.pt")
    assert first[0] == first[1]
    assert first == finished(script, tmp_path / "second.pt")
    assert first != finished(script, tmp_path / "other.pt", seed=8)
    step = interrupted(script, tmp_path / "stopped.pt")
    assert 0 < step < STEPS
    assert first == finished(script, tmp_path / "stopped.pt")


def test_state_of_other_terms_is_refused(tmp_path):
    options = training.parser("", tmp_path / "state.pt", steps=3, seed=1).parse_args([])
    training.Run(torch.nn.Linear(2, 2), options, peak=1e-3).save()
    changed = argparse.Namespace(**vars(options) | {"seed": 2})
    with pytest.raises(SystemExit, match="other terms"):
        training.Run(torch.nn.Linear(2, 2), changed, peak=1e-3)


def test_same_seed_gives_same_pictures():
    first, second, other = (Generator(seed).batch(2, 48, 64) for seed in (3, 3, 4))
    assert torch.equal(first.pictures, second.pictures) and torch.equal(first.defect, second.defect)
    assert not torch.equal(first.pictures, other.pictures)
