"""Draws pictures to measure on: drawn defects on the photographs of surfaces that no training sees.

Writes `images` and `masks` with equal names, as `vitrine evaluate` takes them. A normal picture has an empty mask.
"""

import argparse
import pathlib

import numpy as np
import torch
from PIL import Image

from generator import Generator, Shares
from photographs import Photographs

# The pictures that training draws come from other seeds.
SEED = 3000
SIDES = [(384, 384), (384, 512), (512, 512)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("output", type=pathlib.Path, help="a folder that does not exist yet")
    parser.add_argument("--pool", type=pathlib.Path, default="Tools/training/runs/pool.zip")
    parser.add_argument("--pictures", type=int, default=200)
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args()
    for folder in ("images", "masks"):
        (options.output / folder).mkdir(parents=True)
    generator = Generator(options.seed, Shares(photographs=1.0), 3, Photographs(options.pool, held_out=True))
    for number in range(options.pictures):
        drawing = generator.batch(1, *SIDES[number % len(SIDES)])
        name = f"{number:03}-{(drawing.kinds[0] or 'normal').replace(' ', '-')}.png"
        pixels = (drawing.pictures[0].permute(1, 2, 0) * 255).round().to(torch.uint8).numpy()
        Image.fromarray(pixels).save(options.output / "images" / name)
        Image.fromarray((drawing.defect[0] * 255).numpy().astype(np.uint8)).save(options.output / "masks" / name)


if __name__ == "__main__":
    main()
