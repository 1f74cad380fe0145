"""Draws the sample pictures that the demo segments, and their true masks."""

import argparse
import pathlib

import torch
from PIL import Image

from generator import Generator, Shares

SAMPLES = [("brushed metal", "scratch", 320, 384), ("brushed metal", "hole", 320, 320), ("brushed metal", "worn area", 384, 320),
           ("brushed metal", "crack", 320, 400), ("leather", "stain", 320, 320), ("painted plate", "chip", 320, 384),
           ("tiled grid", "missing piece", 320, 320), ("brushed metal", "uneven area", 320, 384)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=pathlib.Path, default="Tools/samples")
    parser.add_argument("--masks", type=pathlib.Path, default="Tools/training/sample-masks")
    parser.add_argument("--seed", type=int, default=11)
    options = parser.parse_args()
    for folder in (options.output, options.masks):
        folder.mkdir(parents=True, exist_ok=True)
    generator = Generator(options.seed, Shares(normal=0.0), most=1)
    for surface, kind, height, width in SAMPLES:
        while True:  # some draws are dropped because nothing shows; and a sample should be easy to see
            drawing = generator.alike(1, height, width, surface, kind)
            if drawing.kinds[0] and 0.001 < float(drawing.defect.mean()) < 0.2:
                break
        name = f"{surface}-{kind}.png".replace(" ", "-")
        pixels = (drawing.pictures[0].permute(1, 2, 0) * 255).round().to(torch.uint8).numpy()
        Image.fromarray(pixels).save(options.output / name, optimize=True)
        mask = (drawing.defect[0] * 255).to(torch.uint8).numpy()
        Image.fromarray(mask).save(options.masks / name, optimize=True)


if __name__ == "__main__":
    main()
