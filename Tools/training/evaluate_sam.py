"""Measures the small SAM on pictures drawn from another seed: mean IoU of each stage of the cascade, by kind of defect."""

import argparse
import collections
import pathlib
import random

import torch
import torch.nn.functional as F

import prompts
from generator import Generator
from sam_model import CONFIG, SmallSAM, prepared
from train_sam import low_resolution, overlap

PICTURE_SEED = 990_001  # no training draws its pictures from it


@torch.no_grad()
def stages(model: SmallSAM, pictures: torch.Tensor, target: torch.Tensor, lot: random.Random) -> torch.Tensor:
    """IoU [b, 3] after points, points and logits, points with logits and the box of the second mask."""
    features = model.image_encoder(prepared(pictures))
    truth = low_resolution(target)
    points, labels = prompts.points(lot, target)
    first, _ = model.decode(features, points, labels)
    second, _ = model.decode(features, points, labels, logits=first[:, :1])
    box = prompts.boxes((F.interpolate(second[:, :1], scale_factor=4)[:, 0] > 0).float(), 0)
    third, _ = model.decode(features, points, labels, box, second[:, :1])
    return torch.cat([overlap(logits[:, :1], truth) for logits in (first, second, third)], 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--state", type=pathlib.Path, default="Tools/training/runs/sam.pt")
    parser.add_argument("--pictures", type=int, default=160)
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(3)
    model = SmallSAM()
    model.load_state_dict(torch.load(options.state, weights_only=False)["model"])
    model.eval()
    generator = Generator(PICTURE_SEED, metal=0.6, normal=0.0, most=1)
    lot = random.Random(3)
    met = collections.defaultdict(list)
    for _ in range(options.pictures // 8):
        drawing = generator.batch(8, CONFIG["image_size"], CONFIG["image_size"])
        kept = [index for index, kind in enumerate(drawing.kinds) if kind and drawing.defect[index].sum() > 30]
        if kept:
            for index, row in zip(kept, stages(model, drawing.pictures[kept], drawing.defect[kept], lot)):
                met[drawing.kinds[index]].append(row)
    print("| defect | pictures | points | + own mask | + box |\n|---|---|---|---|---|")
    rows = list(met.items()) + [("all", [row for rows in met.values() for row in rows])]
    for kind, found in rows:
        means = " | ".join(f"{value:.2f}" for value in torch.stack(found).mean(0).tolist())
        print(f"| {kind} | {len(found)} | {means} |")


if __name__ == "__main__":
    main()
