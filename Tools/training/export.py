"""Writes the trained models as fp16 safetensors with a description of themselves, and the merges beside them."""
import argparse
import json
import pathlib
import shutil

import torch
from safetensors.torch import save_file

from model import SmallCLIP
from sam_model import SmallSAM


def exported(model, stem, prefix):
    """The state with the stem's batch norms folded, fp16, under published names."""
    model.eval()
    state = {name: value for name, value in model.state_dict().items() if not name.startswith(prefix)}
    state |= stem.folded(prefix)
    return {name: value.detach().to(torch.float16).contiguous() for name, value in state.items()}


def load_clip(path):
    """The small CLIP from a training state, ready to be asked."""
    state = torch.load(path)
    model = SmallCLIP(state["configuration"])
    model.load_state_dict(state["model"])
    return model.eval()


def load_sam(path):
    """The small SAM from a training state, ready to be asked."""
    state = torch.load(path)
    model = SmallSAM(state["configuration"])
    model.load_state_dict(state["model"])
    return model.eval()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=pathlib.Path, help="folder of the training states")
    parser.add_argument("output", type=pathlib.Path, help="usually Weights/small")
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    clip, sam = load_clip(options.run / "clip.pt"), load_sam(options.run / "sam.pt")
    for model, stem, prefix, name in (
        (clip, clip.visual.stem, "visual.stem", "clip"),
        (sam, sam.image_encoder.patch_embed.stem, "image_encoder.patch_embed.stem", "sam"),
    ):
        description = json.dumps(model.configuration, sort_keys=True)
        save_file(exported(model, stem, prefix), options.output / f"{name}.safetensors", metadata={"vitrine.model": description})
    shutil.copy(options.run / "merges.txt", options.output / "merges.txt")
    for file in sorted(options.output.iterdir()):
        print(f"{file.name}: {file.stat().st_size} bytes")


if __name__ == "__main__":
    main()
