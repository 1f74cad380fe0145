"""Measures the small CLIP's map alone on pictures with masks, in folders as the magnetic-tile set has them.

A picture is resized to side x side (bicubic, without keeping its shape). p(abnormal) of the patches is resized bilinearly to
the picture's own size, and its values are not rescaled. A mask pixel above 127 is defect. Measures are over all pixels of a
class's defective pictures ("alone"), and over these and the pictures of MT_Free ("with normal"). F1-max and AP are of the
former. The mean is over the five classes.
"""

import argparse
import pathlib

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

import weight_files
from bpe import Tokenizer
from clip_model import SmallCLIP, prepared
from ensemble import text_vectors

CLASSES = ["MT_Blowhole", "MT_Break", "MT_Crack", "MT_Fray", "MT_Uneven"]
LEVELS = 1 << 16


@torch.no_grad()
def probability_map(model: SmallCLIP, states: tuple, picture: Image.Image, side: int) -> np.ndarray:
    """p(abnormal) at the picture's own size, [height, width]."""
    square = torch.from_numpy(np.array(picture.convert("RGB").resize((side, side), Image.BICUBIC)))
    tokens = model.visual(prepared(square.permute(2, 0, 1)[None] / 255, model.config))
    cells = side // model.config["patch"]
    grid = model.abnormality(tokens[:, 1:], *states).sigmoid().view(1, 1, cells, cells)
    return F.interpolate(grid, size=picture.size[::-1], mode="bilinear", align_corners=False)[0, 0].numpy()


def histograms(score: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Counts of surface and defect pixels by score level, [2, LEVELS]."""
    level = np.clip(score * (LEVELS - 1), 0, LEVELS - 1).astype(np.int64)
    return np.stack([np.bincount(level[truth == kind], minlength=LEVELS) for kind in (False, True)])


def measures(counts: np.ndarray) -> tuple[float, float, float]:
    """AUROC (ties half), F1-max and average precision of pooled counts [2, LEVELS]."""
    negative, positive = counts[:, ::-1].astype(float)
    true = positive.cumsum()
    false = negative.cumsum()
    area = (negative * (true - positive / 2)).sum() / (true[-1] * false[-1])
    f1 = (2 * true / np.maximum(true + false + true[-1], 1)).max()
    precision = true / np.maximum(true + false, 1)
    return float(area), float(f1), float((positive * precision).sum() / true[-1])


def class_counts(model: SmallCLIP, states: tuple, folder: pathlib.Path, side: int, every: int) -> np.ndarray:
    counts = np.zeros((2, LEVELS), dtype=np.int64)
    for path in sorted(folder.glob("Imgs/*.jpg"))[::every]:
        picture = Image.open(path)
        truth = np.array(Image.open(path.with_suffix(".png")).convert("L")) > 127
        counts += histograms(probability_map(model, states, picture, side), truth)
    return counts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=pathlib.Path, help="folder with MT_Blowhole ... MT_Free")
    parser.add_argument("--clip", type=pathlib.Path, default="Weights/small/clip.safetensors")
    parser.add_argument("--merges", type=pathlib.Path, default="Weights/small/merges.txt")
    parser.add_argument("--object", default="magnetic tile")
    parser.add_argument("--sides", type=int, nargs="+", default=[256, 320, 384])
    parser.add_argument("--every", type=int, default=1, help="take each n-th picture only")
    options = parser.parse_args()
    torch.set_num_threads(1)
    tokenizer = Tokenizer.read(options.merges)
    model = weight_files.clip(options.clip)
    states = text_vectors(model, tokenizer, options.object)
    print(f"cosine of the two states {(states[0] @ states[1]).item():.3f}, scale {model.logit_scale.exp().item():.1f}")
    for side in options.sides:
        free = class_counts(model, states, options.data / "MT_Free", side, options.every)
        rows = []
        for name in CLASSES:
            alone = class_counts(model, states, options.data / name, side, options.every)
            rows.append((*measures(alone), measures(alone + free)[0]))
        print(f"| {side} px | AUROC alone | F1-max | AP | AUROC with normal |\n|---|---|---|---|---|")
        for name, row in zip([*CLASSES, "mean"], [*rows, np.mean(rows, 0)]):
            print(f"| {name} | " + " | ".join(f"{value:.3f}" for value in row) + " |", flush=True)


if __name__ == "__main__":
    main()
