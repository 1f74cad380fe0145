"""Draws the sample pictures that the demo segments, and their true masks.

Six of them are photographs of surfaces whose licences let them be copied (CC0 and MIT, see surfaces/README.md), with a drawn
defect; two are drawn.
"""

import argparse
import pathlib

import torch
from PIL import Image

from generator import Generator, Shares
from photographs import Photographs
from surfaces import PHOTOGRAPH

# Name, seed, number of the photograph in the pool or kind of the drawn surface, defect, height and width.
SAMPLES = [("steel-scratch", 104, 519, "scratch", 384, 448), ("plaster-crack", 105, 509, "crack", 384, 448),
           ("wood-holes", 101, 515, "hole", 384, 384), ("canvas-stain", 104, 72, "stain", 384, 448),
           ("felt-foreign-body", 107, 508, "foreign body", 384, 384), ("brass-worn-area", 104, 503, "worn area", 384, 448),
           ("tile-swapped-piece", 109, "tiled grid", "missing piece", 384, 384), ("plate-chip", 104, "painted plate", "chip", 384, 448)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=pathlib.Path, default="Tools/samples")
    parser.add_argument("--masks", type=pathlib.Path, default="Tools/training/sample-masks")
    parser.add_argument("--pool", type=pathlib.Path, default="Tools/training/runs/pool.zip")
    options = parser.parse_args()
    for folder in (options.output, options.masks):
        folder.mkdir(parents=True, exist_ok=True)
    for name, seed, surface, kind, height, width in SAMPLES:
        photographs = Photographs(options.pool, only=surface) if isinstance(surface, int) else None
        generator = Generator(seed, Shares(normal=0.0), 1, photographs)
        while True:  # some draws are dropped because nothing shows; and a sample should be easy to see
            drawing = generator.alike(1, height, width, PHOTOGRAPH if photographs else surface, kind)
            if drawing.kinds[0] and 0.002 < float(drawing.defect.mean()) < 0.2:
                break
        pixels = (drawing.pictures[0].permute(1, 2, 0) * 255).round().to(torch.uint8).numpy()
        Image.fromarray(pixels).save(options.output / f"{name}.png", optimize=True)
        mask = (drawing.defect[0] * 255).to(torch.uint8).numpy()
        Image.fromarray(mask).save(options.masks / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
