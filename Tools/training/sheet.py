"""Contact sheets to look at: drawn pictures, and the same with their defects outlined in red."""

import argparse
import pathlib

import torch
import torch.nn.functional as F
from PIL import Image

from defects import KINDS
from generator import Generator, Shares
from photographs import Photographs


def outlined(pictures: torch.Tensor, defect: torch.Tensor) -> torch.Tensor:
    """Red where the defect's border is."""
    edge = (F.max_pool2d(defect[:, None], 3, 1, 1) - defect[:, None])
    red = torch.tensor([1.0, 0.0, 0.0]).view(1, 3, 1, 1)
    return torch.where(edge > 0, red, pictures)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("output", type=pathlib.Path, help="a PNG file")
    parser.add_argument("--pool", type=pathlib.Path, help="photographs; without it all surfaces are drawn")
    parser.add_argument("--photographs", type=float, default=0.5)
    parser.add_argument("--objects", type=float, default=0.05)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--side", type=int, default=192)
    options = parser.parse_args()
    photographs = Photographs(options.pool) if options.pool else None
    shares = Shares(normal=0.1, photographs=options.photographs, objects=options.objects)
    generator = Generator(options.seed, shares, photographs=photographs)
    rows = []
    for kind in KINDS:
        drawings = [generator.alike(1, options.side, options.side, kind=kind) for _ in range(5)]
        pairs = [torch.cat([d.pictures, outlined(d.pictures, d.defect)], 3)[0] for d in drawings]
        rows.append(torch.cat(pairs, 2))
    whole = torch.cat(rows, 1).permute(1, 2, 0)
    Image.fromarray((whole * 255).round().to(torch.uint8).numpy()).save(options.output)


if __name__ == "__main__":
    main()
