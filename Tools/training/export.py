"""Writes the trained models as fp16 safetensors that describe themselves, the merges, and the reference values of both.

Everything that depends on the weights is written in one go, so that the files cannot fall out of step.
"""

import argparse
import hashlib
import json
import pathlib

import torch
from safetensors.torch import save_file

import clip_model
import reference
import sam_model
import weight_files
from bpe import Tokenizer
from weight_files import TRUNKS


def halved(model: torch.nn.Module, prefix: str) -> dict[str, torch.Tensor]:
    """The state in fp16 as files hold it, without what only training needs; `prefix` names the trunk."""
    state = {name: value for name, value in model.state_dict().items() if not name.startswith((prefix, "anchors", "early_judge"))}
    state |= {f"{prefix}.{name}": value for name, value in model.get_submodule(prefix).folded().items()}
    return {name: value.detach().to(torch.float16).contiguous() for name, value in sorted(state.items())}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clip", type=pathlib.Path, help="state of the CLIP; without it the CLIP stays as it is")
    parser.add_argument("--sam", type=pathlib.Path, help="state of the SAM; without it the SAM stays as it is")
    parser.add_argument("--output", type=pathlib.Path, default="Weights/small", help="holds merges.txt")
    parser.add_argument("--fixtures", type=pathlib.Path, help="folder for reference values, Tests/Fixtures/small in the project")
    parser.add_argument("--side", type=int, help="CLIP's usual picture size; the configuration's own without it")
    options = parser.parse_args()
    for name, state in (("clip", options.clip), ("sam", options.sam)):
        if state is None:
            continue
        training = torch.load(state, weights_only=False, map_location="cpu")
        model = {"clip": clip_model.SmallCLIP, "sam": sam_model.SmallSAM}[name](training["config"])
        model.load_state_dict(training["model"])
        path = options.output / f"{name}.safetensors"
        description = training["config"] | ({"image_size": options.side} if options.side and name == "clip" else {})
        save_file(halved(model.eval(), TRUNKS[name]), path, {"vitrine.model": json.dumps(description, sort_keys=True)})
        path.chmod(0o644)
        print(f"{name}: {training['step']} steps, {training['seen']} pictures, {training['elapsed'] / 60:.0f} min, "
              f"{path.stat().st_size} bytes, SHA-256 {hashlib.sha256(path.read_bytes()).hexdigest()}")
    if options.fixtures:
        options.fixtures.mkdir(parents=True, exist_ok=True)
        clip, sam = (getattr(weight_files, name)(options.output / f"{name}.safetensors") for name in ("clip", "sam"))
        values = {"clip": reference.clip_values(clip, Tokenizer.read(options.output / "merges.txt")),
                  "sam": reference.sam_values(sam)}
        for name, tensors in values.items():
            path = options.fixtures / f"{name}_reference.safetensors"
            save_file(tensors, path, {"torch": torch.__version__})
            path.chmod(0o644)


if __name__ == "__main__":
    main()
