"""One picture, from a cold start, in Python with PyTorch: what `vitrine segment` is timed against.

    vitrine segment --object "metal plate" --show-prompts > SENTENCES
    python cold_start.py PICTURE --sentences SENTENCES --output FOLDER [--threads 2]

Imports torch, builds the small CLIP and the small SAM from Weights/small, encodes the sentences, makes the map (three
input sizes, smoothed, at the picture's size), runs SAM's cascade of three stages (points; points and mask; points, mask
and box) and writes mask.png, heatmap.png and map.npy.

It does less than `vitrine segment`, which makes the comparison kind to Python: one group of points at the map's extremes
instead of PPG with its regions, rings and similarities; no guards, cleaning and fusion; no overlay, 16-bit map, record
and digests of the weights. PNG files are compressed at level 1. Layers are built without random initial values.
"""

import argparse
import pathlib
import sys

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

TRAINING = pathlib.Path(__file__).resolve().parent.parent / "training"
WEIGHTS = TRAINING.parent.parent / "Weights" / "small"
sys.path.insert(0, str(TRAINING))

import clip_model  # noqa: E402
import sam_model  # noqa: E402
import weight_files  # noqa: E402
from bpe import Tokenizer  # noqa: E402
from ensemble import state_vector  # noqa: E402

SCALES, RASTER, SIGMA = (0.7, 1, 1.4), 518, 4.0


def sentences(path):
    """The lists of sentences for normal and for abnormal."""
    lists = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("  "):
            lists[-1].append(line[2:])
        else:
            lists.append([])
    return lists


def models():
    tokenizer = Tokenizer.read(WEIGHTS / "merges.txt")
    # Initial values would be overwritten: what draws them is put out of action.
    for draw in (torch.nn.init.kaiming_uniform_, torch.nn.init.uniform_, torch.nn.init.normal_, torch.nn.init.trunc_normal_):
        setattr(torch.nn.init, draw.__name__, lambda tensor, *_, **__: tensor)
    clip, sam = (getattr(weight_files, name)(WEIGHTS / f"{name}.safetensors") for name in ("clip", "sam"))
    return clip, clip.config, sam, tokenizer


def tensor(picture, size):
    square = np.array(picture.resize(size, Image.BICUBIC))
    return torch.from_numpy(square).permute(2, 0, 1)[None] / 255


def smoothed(plane):
    """Gaussian, mirrored about the pixel edges."""
    reach = int(4 * SIGMA + 0.5)
    kernel = torch.exp(-0.5 * (torch.arange(-reach, reach + 1, dtype=torch.float64) / SIGMA) ** 2)
    kernel = (kernel / kernel.sum()).float()
    for shape, axis in (((1, 1, -1, 1), 2), ((1, 1, 1, -1), 3)):
        first, last = plane.narrow(axis, 0, reach).flip(axis), plane.narrow(axis, plane.shape[axis] - reach, reach).flip(axis)
        plane = F.conv2d(torch.cat([first, plane, last], axis), kernel.view(shape))
    return plane


def anomaly_map(clip, config, states, picture):
    """p(abnormal) at the picture's size, [height, width]."""
    grids = []
    for scale in SCALES:
        side = 16 * round(config["image_size"] * scale / 16)
        tokens = clip.visual(clip_model.prepared(tensor(picture, (side, side)), config))
        grid = clip.abnormality(tokens[:, 1:], *states).sigmoid().view(1, 1, side // 16, side // 16)
        grids.append(F.interpolate(grid, (RASTER, RASTER), mode="bilinear", align_corners=False))
    mean = smoothed(torch.stack(grids).mean(0))
    return F.interpolate(mean, picture.size[::-1], mode="bilinear", align_corners=False)[0, 0]


def cascade(sam, picture, scores):
    """The mask after three stages, prompted at the map's highest and lowest pixels, [height, width]."""
    side = sam_model.CONFIG["image_size"]
    width, height = picture.size
    scale = side / max(width, height)
    inner = (max(1, int(height * scale + 0.5)), max(1, int(width * scale + 0.5)))
    features = sam.image_encoder(sam_model.prepared(tensor(picture, inner[::-1])))
    places = [divmod(int(scores.argmax()), width), divmod(int(scores.argmin()), width)]
    points = torch.tensor([[[column * scale, row * scale] for row, column in places]])
    labels = torch.tensor([[1.0, 0.0]])
    logits, box = None, None
    for stage in range(3):
        masks, _ = sam.decode(features, points, labels, box, logits)
        logits = masks[:, :1]
        enlarged = F.interpolate(logits, (side, side), mode="bilinear", align_corners=False)
        inside = F.interpolate(
            enlarged[..., : inner[0], : inner[1]], (height, width), mode="bilinear", align_corners=False)[0, 0] > 0
        rows, columns = inside.any(1).nonzero(), inside.any(0).nonzero()
        if stage == 1 and len(rows):
            corners = [columns[0], rows[0], columns[-1], rows[-1]]
            box = torch.tensor([[float(corner) * scale for corner in corners]])
    return inside


@torch.inference_mode()
def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("picture", type=pathlib.Path)
    parser.add_argument("--sentences", type=pathlib.Path, required=True)
    parser.add_argument("--output", type=pathlib.Path, required=True)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    options.output.mkdir(parents=True, exist_ok=True)
    picture = Image.open(options.picture).convert("RGB")
    clip, config, sam, tokenizer = models()
    states = [state_vector(clip, tokenizer, texts) for texts in sentences(options.sentences)]
    scores = anomaly_map(clip, config, states, picture)
    mask = cascade(sam, picture, scores)
    grey = np.asarray(picture.convert("L"), dtype=np.float32)
    heat = (scores / scores.max()).numpy()
    colours = np.stack([255 * heat, 255 * heat**3, 64 * (1 - heat)], -1)
    mixed = (0.6 * colours + 0.4 * grey[..., None]).astype(np.uint8)
    Image.fromarray(mask.numpy().astype(np.uint8) * 255).save(options.output / "mask.png", compress_level=1)
    Image.fromarray(mixed).save(options.output / "heatmap.png", compress_level=1)
    np.save(options.output / "map.npy", scores.numpy())


if __name__ == "__main__":
    main()
