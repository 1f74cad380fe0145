"""One picture in Python with PyTorch and models of published size: what `vitrine segment` is timed against.

    vitrine segment --object "metal plate" --show-prompts > SENTENCES
    python published_models.py PICTURE --clip CLIP --sam SAM --sentences SENTENCES --result RESULT --output FOLDER

CLIP is ViT-L/14 at 336 px in open_clip's layout, SAM is ViT-B, both safetensors. Imports torch, open_clip and
segment_anything, reads both models, encodes the sentences, makes the map as `vitrine segment` makes it (V-V attention in
the last six blocks, four inputs, smoothed, at the picture's size), runs SAM's encoder and, for each group of points in
RESULT (a result.json of that picture), the cascade of three stages; writes mask.png, heatmap.png, map.npy, and report.json
with what each stage gave and the seconds that each step took.

It does less than `vitrine segment`, which makes the comparison kind to Python: points are read and not looked for; the map
is not smoothed by SAM's features; no guards, cleaning and fusion; no overlay, 16-bit map, record and digests of the weights.
The box of the third stage goes around the whole mask. PNG files are compressed at level 1. Layers are built without random
initial values, and weights stay where they are mapped. With --text-vectors FILE, the two vectors of the sentences are read from there, or written there where the
file is missing.
"""

import time

STEPS = {"start": time.perf_counter()}

import argparse  # noqa: E402
import json  # noqa: E402
import pathlib  # noqa: E402
import sys  # noqa: E402

import numpy as np  # noqa: E402
import open_clip  # noqa: E402
import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402
from PIL import Image  # noqa: E402
from safetensors.torch import load_file  # noqa: E402
from segment_anything import SamPredictor, sam_model_registry  # noqa: E402

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "fixtures"))

import program_steps  # noqa: E402
from dense_clip import dual_path, placed  # noqa: E402
from works import clip_layers  # noqa: E402

CLIP, PATCH, SENTENCES_AT_ONCE, DENSE_BLOCKS = "ViT-L-14-336", 14, 64, 6
MEAN = torch.tensor(open_clip.OPENAI_DATASET_MEAN).view(1, 3, 1, 1)
DEVIATION = torch.tensor(open_clip.OPENAI_DATASET_STD).view(1, 3, 1, 1)


def done(step):
    STEPS[step] = time.perf_counter()


def models(options):
    program_steps.skip_initial_values()
    clip, sam = clip_layers(CLIP), sam_model_registry["vit_b"]()
    for model, path in ((clip, options.clip), (sam, options.sam)):
        model.load_state_dict(load_file(path), assign=True)
    return clip.eval(), SamPredictor(sam.eval())


def text_vectors(clip, lists):
    """Of normal and abnormal, of unit length: [2, embedding]."""
    tokenize = open_clip.get_tokenizer(CLIP)
    states = []
    for texts in lists:
        parts = [texts[at : at + SENTENCES_AT_ONCE] for at in range(0, len(texts), SENTENCES_AT_ONCE)]
        rows = torch.cat([clip.encode_text(tokenize(part), normalize=True) for part in parts])
        states.append(F.normalize(rows.mean(0), dim=-1))
    return torch.stack(states)


def kept_text_vectors(clip, lists, file):
    if file is None:
        return text_vectors(clip, lists)
    if not file.exists():
        np.save(file, text_vectors(clip, lists).numpy())
    return torch.from_numpy(np.load(file))


def anomaly_map(clip, states, picture):
    """p(abnormal) at the picture's size, [height, width], and of the picture as a whole."""
    visual = clip.visual

    def abnormal(tokens):
        features = F.normalize(visual.ln_post(tokens) @ visual.proj, dim=-1)
        return (clip.logit_scale.exp() * features @ states.T).softmax(-1)[..., 1]

    grids, whole = [], []
    for pixels, reversed_axes in program_steps.inputs(picture, visual.image_size[0], PATCH):
        pixels = (pixels - MEAN) / DEVIATION
        tokens, grid = placed(visual, pixels, "bicubic", antialias=True)
        blocks = len(visual.transformer.resblocks)
        for _, ordinary, dense in dual_path(visual, tokens, blocks + 1 - DENSE_BLOCKS):
            pass
        grids.append(abnormal(dense[0, 1:]).view(grid, grid).flip(reversed_axes))
        whole.append(float(abnormal(ordinary[0, 0])))
    return program_steps.joined(grids, picture.size), sum(whole) / len(whole)


def stages(predictor, group, size):
    """The mask of a group of points after up to three stages, [height, width], and what each stage gave."""
    places = np.array([[point["position"]["x"], point["position"]["y"]] for point in group["points"]], dtype=np.float32)
    points = torch.from_numpy(predictor.transform.apply_coords(places, size[::-1]))[None]
    labels = torch.tensor([[int(point["label"] == "positive") for point in group["points"]]])
    low = box = None
    given, inside = [], torch.zeros(size[::-1], dtype=torch.bool)
    for stage in range(3):
        masks, quality, low = predictor.predict_torch(
            points, labels, boxes=box, mask_input=low, multimask_output=False)
        found = masks[0, 0]
        given.append({"predictedIoU": float(quality), "area": int(found.sum())})
        if not given[-1]["area"]:
            break
        inside = found
        if stage == 1:
            rows, columns = inside.any(1).nonzero(), inside.any(0).nonzero()
            corners = [columns[0], rows[0], columns[-1], rows[-1]]
            box = predictor.transform.apply_boxes_torch(
                torch.tensor([[float(corner) for corner in corners]]), size[::-1])
    return inside, given


@torch.inference_mode()
def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("picture", type=pathlib.Path)
    for name in ("clip", "sam", "sentences", "result", "output"):
        parser.add_argument(f"--{name}", type=pathlib.Path, required=True)
    parser.add_argument("--text-vectors", type=pathlib.Path)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    done("imports")
    torch.set_num_threads(options.threads)
    options.output.mkdir(parents=True, exist_ok=True)
    picture = Image.open(options.picture).convert("RGB")
    clip, predictor = models(options)
    done("models")
    states = kept_text_vectors(clip, program_steps.sentences(options.sentences), options.text_vectors)
    done("text")
    scores, whole = anomaly_map(clip, states, picture)
    done("map")
    predictor.set_image(np.array(picture))
    done("SAM's encoder")
    groups = json.loads(options.result.read_text())["groups"]
    mask, report = torch.zeros(scores.shape, dtype=torch.bool), []
    for group in groups:
        own, given = stages(predictor, group, picture.size)
        mask |= own
        report.append(given)
    done("cascade")
    program_steps.write(options.output, picture, scores, mask)
    done("files")
    times = list(STEPS.items())
    seconds = {name: after - before for (_, before), (name, after) in zip(times, times[1:])}
    (options.output / "report.json").write_text(
        json.dumps({"clipScore": whole, "groups": report, "seconds": seconds}, indent=1) + "\n")


if __name__ == "__main__":
    main()
