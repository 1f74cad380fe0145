"""Measures the small CLIP's map on pictures with masks, laid out as the magnetic-tile data set is.

A class's pixels are pooled over its defective pictures at their own sizes, the map resized bilinearly; the second column
adds the pictures without defect. The scores are those of the model itself, never scaled by picture.
"""
import argparse
import pathlib

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

import words
from export import load_clip
from train_clip import tokenizer

CLASSES = ["MT_Blowhole", "MT_Break", "MT_Crack", "MT_Fray", "MT_Uneven"]


def auroc(scores, truth):
    """Area under the ROC curve, ties counted half, over at most 65536 score levels."""
    levels = np.clip(scores * 65535, 0, 65535).astype(np.int64)
    positive = np.bincount(levels[truth], minlength=65536).astype(float)
    negative = np.bincount(levels[~truth], minlength=65536).astype(float)
    below = np.cumsum(negative) - negative
    return float((positive * (below + negative / 2)).sum() / (positive.sum() * negative.sum()))


def f1_max(scores, truth):
    """The largest F1 over all thresholds."""
    levels = np.clip(scores * 65535, 0, 65535).astype(np.int64)
    true = np.bincount(levels[truth], minlength=65536)[::-1].cumsum()
    false = np.bincount(levels[~truth], minlength=65536)[::-1].cumsum()
    return float((2 * true / (true + false + truth.sum())).max())


@torch.no_grad()
def score_map(model, states, path, side):
    """The map at the picture's own size, flattened, and its truth."""
    picture = Image.open(path).convert("RGB")
    square = torch.from_numpy(np.array(picture.resize((side, side), Image.BICUBIC))).permute(2, 0, 1)[None].float() / 255
    _, patches = model.visual(model.normalise(square))
    p = (model.logit_scale.exp() * patches @ states.T).softmax(-1)[..., 1].view(1, 1, side // 16, side // 16)
    p = F.interpolate(p, size=picture.size[::-1], mode="bilinear", align_corners=False)
    truth = np.array(Image.open(path.with_suffix(".png")).convert("L")) > 127
    return p.flatten().numpy(), truth.flatten()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=pathlib.Path)
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("--sides", type=int, nargs="+", default=[256, 320, 384])
    parser.add_argument("--object", default="magnetic tile")
    parser.add_argument("--most", type=int, default=1000, help="pictures a class")
    options = parser.parse_args()
    torch.set_num_threads(1)
    model, tokenize = load_clip(options.run / "clip.pt"), tokenizer(options.run)
    with torch.no_grad():
        vectors = [model.encode_text(tokenize([t.format(s.format(options.object)) for s in states for t in words.TEMPLATES]))
                   for states in (words.NORMAL, words.ABNORMAL)]
        states = F.normalize(torch.stack([v.mean(0) for v in vectors]), dim=-1)
    for side in options.sides:
        maps = {}
        for name in CLASSES + ["MT_Free"]:
            paths = sorted((options.data / name / "Imgs").glob("*.jpg"))[: options.most]
            rows = [score_map(model, states, path, side) for path in paths]
            maps[name] = tuple(np.concatenate(column) for column in zip(*rows))
        rows = []
        for name in CLASSES:
            scores, truth = maps[name]
            both = np.concatenate([scores, maps["MT_Free"][0]]), np.concatenate([truth, maps["MT_Free"][1]])
            rows.append((auroc(scores, truth), auroc(*both), f1_max(scores, truth)))
            print(f"{side} {name}: AUROC {rows[-1][0]:.3f}, with normal pictures {rows[-1][1]:.3f}, F1-max {rows[-1][2]:.3f}")
        print(f"{side} mean: " + " ".join(f"{v:.3f}" for v in np.mean(rows, 0)), flush=True)


if __name__ == "__main__":
    main()
