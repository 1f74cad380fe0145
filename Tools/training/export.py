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
from bpe import Tokenizer


def halved(model: torch.nn.Module, stem: clip_model.Stem, prefix: str) -> dict[str, torch.Tensor]:
    """The state in fp16 with the stem's norms folded in, without what only training needs."""
    state = {name: value for name, value in model.state_dict().items() if not name.startswith((prefix, "anchors", "early_judge"))}
    state |= {f"{prefix}.{name}": value for name, value in stem.folded().items()}
    return {name: value.detach().to(torch.float16).contiguous() for name, value in sorted(state.items())}


def restore(model: torch.nn.Module, stem: clip_model.Stem, state: dict[str, torch.Tensor], prefix: str) -> None:
    """Puts exported weights, widened to fp32, back into the model, so that it computes what a reader of the file does."""
    own = model.state_dict()
    own.update({name: value.float() for name, value in state.items() if name in own})
    model.load_state_dict(own)
    for index, (convolution, norm) in enumerate(zip(stem.convolutions, stem.norms)):
        convolution.weight.data = state[f"{prefix}.{index}.weight"].float()
        norm.weight.data = torch.ones_like(norm.weight)
        norm.bias.data = state[f"{prefix}.{index}.bias"].float()
        norm.running_mean, norm.running_var = torch.zeros_like(norm.bias), torch.ones_like(norm.bias) - norm.eps


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--states", type=pathlib.Path, default="Tools/training/runs", help="folder of clip.pt and sam.pt")
    parser.add_argument("--output", type=pathlib.Path, default="Weights/small", help="holds merges.txt")
    parser.add_argument("--fixtures", type=pathlib.Path, default="Tests/Fixtures/small")
    parser.add_argument("--side", type=int, default=clip_model.CONFIG["image_size"], help="CLIP's usual picture size")
    options = parser.parse_args()
    options.fixtures.mkdir(parents=True, exist_ok=True)
    tokenizer = Tokenizer.read(options.output / "merges.txt")
    config = clip_model.CONFIG | {"vocabulary": tokenizer.end + 1, "image_size": options.side}
    clip, sam = clip_model.SmallCLIP(config), sam_model.SmallSAM()
    for name, model, stem, prefix, description in (
        ("clip", clip, clip.visual.stem, "visual.stem", config),
        ("sam", sam, sam.image_encoder.patch_embed.stem, "image_encoder.patch_embed.stem", sam_model.CONFIG),
    ):
        training = torch.load(options.states / f"{name}.pt", weights_only=False)
        model.load_state_dict(training["model"])
        state = halved(model.eval(), stem, prefix)
        path = options.output / f"{name}.safetensors"
        save_file(state, path, metadata={"vitrine.model": json.dumps(description, sort_keys=True)})
        path.chmod(0o644)
        restore(model, stem, state, prefix)
        print(f"{name}: {training['step']} steps, {training['seen']} pictures, {training['elapsed'] / 60:.0f} min, "
              f"{path.stat().st_size} bytes, SHA-256 {hashlib.sha256(path.read_bytes()).hexdigest()}")
    about = {"torch": torch.__version__}
    for name, values in (("clip", reference.clip_values(clip, tokenizer, options.side)), ("sam", reference.sam_values(sam))):
        path = options.fixtures / f"{name}_reference.safetensors"
        save_file(values, path, about)
        path.chmod(0o644)


if __name__ == "__main__":
    main()
