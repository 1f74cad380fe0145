"""`vitrine segment` with CLIP ViT-L/14 at 336 px and SAM ViT-B, generated weights, beside published_models.py.

Before anything is timed, both must make the same map and the same masks. For that the guards, the cleaning and the fusion
are switched off, which the Python program does not have; what is timed is the default.
"""

import gc
import json
import statistics
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from PIL import Image

from processes import entry, one_picture, run, segment

HERE = Path(__file__).resolve().parent
PYTHON = "Python, PyTorch"
# Below these the two programs do not do the same, and their times say nothing.
CORRELATION, OVERLAP = 0.9999, 0.99


def write_weights(folder):
    """clip.safetensors and sam.safetensors of the published shapes, 2.1 GB."""
    from safetensors.torch import save_file

    from works import clip_model, sam_vit_b

    for name, make in (("clip", lambda: clip_model("ViT-L-14-336")), ("sam", sam_vit_b)):
        save_file({key: value.contiguous() for key, value in make().state_dict().items()}, folder / f"{name}.safetensors")
        gc.collect()


def comparable(configuration):
    """The configuration without what the Python program leaves out: every last mask stands as SAM gave it."""
    cascade = {**configuration["cascade"], "areaMaximum": 1, "boxPadding": 0, "boxRule": "all", "fallback": "nothing",
               "meanHeatMinimum": 0, "requiresPositive": False}
    del cascade["cleaning"]
    fusion = {**configuration["fusion"], "mode": {"clip": {}}, "overlapMaximum": 1}
    return {**configuration, "cascade": cascade, "fusion": fusion}


def agreement(ours, theirs):
    """How nearly two folders of results are the same."""
    maps = [np.load(folder / "map.npy").astype(np.float64) for folder in (ours, theirs)]
    masks = [np.asarray(Image.open(folder / "mask.png")) > 0 for folder in (ours, theirs)]
    record, report = (json.loads((folder / file).read_text()) for folder, file in ((ours, "result.json"), (theirs, "report.json")))
    stages = [
        (found, expected)
        for group, other in zip(record["groups"], report["groups"], strict=True)
        for found, expected in zip(group["stages"], other, strict=True)
    ]
    return {
        "correlation": float(np.corrcoef(*(values.ravel() for values in maps))[0, 1]),
        "largest_difference": float(np.abs(maps[0] - maps[1]).max()),
        "range": float(maps[1].max() - maps[1].min()),
        "picture_score_difference": abs(record["clipScore"] - report["clipScore"]),
        "mask_iou": float((masks[0] & masks[1]).sum() / max((masks[0] | masks[1]).sum(), 1)),
        "mask_share": float(masks[1].mean()),
        "groups": len(report["groups"]), "stages": len(stages),
        "largest_area_difference": max(abs(found["area"] - expected["area"]) for found, expected in stages),
        "largest_predicted_iou_difference": max(
            abs(found["predictedIoU"][0] - expected["predictedIoU"]) for found, expected in stages),
    }


def described(found):
    return (
        f"maps: correlation {found['correlation']:.9f}, largest difference {found['largest_difference']:.1e} "
        f"in a range of {found['range']:.3f}; masks of {found['groups']} groups after {found['stages']} stages: "
        f"IoU {found['mask_iou']:.6f} on {100 * found['mask_share']:.0f} % of the picture, areas at most "
        f"{found['largest_area_difference']} pixels apart, predicted IoU {found['largest_predicted_iou_difference']:.1e}")


def published_segment(binary, threads, rounds):
    """One picture of 1024 x 1024, files in the system's cache: first runs, and later ones that find text vectors, without
    and with packed weights of an earlier run."""
    with one_picture(binary) as (folder, picture, sentences):
        vectors, cache, packed = folder / "vectors.npy", folder / "cache", folder / "packed"
        write_weights(folder)
        merges = Path(find_spec("open_clip").origin).parent / "bpe_simple_vocab_16e6.txt.gz"
        models = ["--clip", folder / "clip.safetensors", "--sam", folder / "sam.safetensors"]

        def ours(output, *flags):
            return segment(
                binary, picture, folder / output, threads, *models, "--merges", merges, "--activation", "quickgelu", *flags)

        result = folder / "ours" / picture.name
        run(ours("ours"), cache, packed)
        settings = folder / "comparable.json"
        settings.write_text(json.dumps(comparable(json.loads((result / "result.json").read_text())["configuration"])))
        run(ours("same", "--configuration", settings), cache)
        same = folder / "same" / picture.name

        def theirs(*flags):
            return [sys.executable, HERE / "published_models.py", picture, *models, "--sentences", sentences, "--result",
                    same / "result.json", "--output", folder / "theirs", "--threads", threads, *flags]

        run(theirs("--text-vectors", vectors))
        found = agreement(same, folder / "theirs")
        print(described(found), flush=True)
        if found["correlation"] < CORRELATION or found["mask_iou"] < OVERLAP:
            raise RuntimeError("the two programs do not give the same, so they are not timed")

        again = ["--text-vectors", vectors]
        kinds = {
            "first run": (("", ""), []), "later runs": ((cache, ""), again),
            "later runs with packed weights": ((cache, packed), again),
        }
        runs = {kind: {"Vitrine": [], PYTHON: []} for kind in kinds}
        steps = {kind: [] for kind in kinds}
        for _ in range(rounds or 3):
            for kind, (kept, flags) in kinds.items():
                runs[kind]["Vitrine"].append(run(ours("ours"), *kept))
                runs[kind][PYTHON].append(run(theirs(*flags)))
                steps[kind].append(json.loads((folder / "theirs" / "report.json").read_text())["seconds"])
    for kind in kinds:
        yield entry(
            "segment", f"CLIP ViT-L/14 at 336 px and SAM ViT-B, one picture of 1024 x 1024, {kind}", 1, runs[kind],
            max_rel_error=found["largest_difference"], agreement=found,
            python_steps_s={step: statistics.median(own[step] for own in steps[kind]) for step in steps[kind][0]})
