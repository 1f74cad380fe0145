"""One picture, from a cold start, in Python with PyTorch: what `vitrine segment` is timed against.

    vitrine segment --object "metal plate" --show-prompts > SENTENCES
    python cold_start.py PICTURE --sentences SENTENCES --output FOLDER [--threads 2]

Imports torch, builds the small CLIP and the small SAM from Weights/small, encodes the sentences, makes the map (four
inputs, smoothed, at the picture's size), runs SAM's cascade of three stages (points; points and mask; points, mask
and box) and writes mask.png, heatmap.png and map.npy.

It does less than `vitrine segment`, which makes the comparison kind to Python: one group of points at the map's extremes
instead of PPG with its regions, rings and similarities; the map is not smoothed by SAM's features; no guards, cleaning and
fusion; no overlay, 16-bit map, record and digests of the weights. PNG files are compressed at level 1. Layers are built without random initial values.
"""

import argparse
import pathlib
import sys

import torch
import torch.nn.functional as F
from PIL import Image

TRAINING = pathlib.Path(__file__).resolve().parent.parent / "training"
WEIGHTS = TRAINING.parent.parent / "Weights" / "small"
sys.path.insert(0, str(TRAINING))

import clip_model  # noqa: E402
import program_steps  # noqa: E402
import sam_model  # noqa: E402
import weight_files  # noqa: E402
from bpe import Tokenizer  # noqa: E402
from ensemble import state_vector  # noqa: E402


def models():
    tokenizer = Tokenizer.read(WEIGHTS / "merges.txt")
    program_steps.skip_initial_values()
    clip, sam = (getattr(weight_files, name)(WEIGHTS / f"{name}.safetensors") for name in ("clip", "sam"))
    return clip, clip.config, sam, tokenizer


def anomaly_map(clip, config, states, picture):
    """p(abnormal) at the picture's size, [height, width]."""
    grids = []
    for pixels, reversed_axes in program_steps.inputs(picture, config["image_size"], 16):
        tokens = clip.visual(clip_model.prepared(pixels, config))
        side = pixels.shape[-1] // 16
        grids.append(clip.abnormality(tokens[:, 1:], *states).sigmoid().view(side, side).flip(reversed_axes))
    return program_steps.joined(grids, picture.size)


def cascade(sam, picture, scores):
    """The mask after three stages, prompted at the map's highest and lowest pixels, [height, width]."""
    side = sam_model.CONFIG["image_size"]
    width, height = picture.size
    scale = side / max(width, height)
    inner = (max(1, int(height * scale + 0.5)), max(1, int(width * scale + 0.5)))
    features = sam.image_encoder(sam_model.prepared(program_steps.tensor(picture, inner[::-1])))
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
    states = [state_vector(clip, tokenizer, texts) for texts in program_steps.sentences(options.sentences)]
    scores = anomaly_map(clip, config, states, picture)
    mask = cascade(sam, picture, scores)
    program_steps.write(options.output, picture, scores, mask)


if __name__ == "__main__":
    main()
