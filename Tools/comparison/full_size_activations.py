"""Activations and edits at full size, `vitrine inspect` against hooks on PyTorch: whole tensors, all of their elements.

    python Tools/comparison/full_size_activations.py clip|sam|sam-edits [VITRINE] [FOLDER]

CLIP is open_clip's ViT-B/16, SAM segment_anything's ViT-B, both with generated weights. Of SAM all activations of the global
blocks 5 and 8 are compared, which the fixtures leave out because the attention maps take 0.8 GB each. It needs 8 GB of memory
and 2 GB in FOLDER (a temporary one unless given), and takes some minutes. It ends with 1 where a tensor is further off than
1e-4 of its largest magnitude.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from safetensors import safe_open
from safetensors.torch import save_file

TOOLS = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TOOLS / "fixtures"))

from activation_hooks import Hooks  # noqa: E402
from generated_weights import fill  # noqa: E402

MERGES = TOOLS.parent / "Weights/small/merges.txt"
BOUND = 1e-4
LARGE = 1 << 25
worst = {}


def picture(folder, name, side, seed):
    """A smooth picture of the model's own size, so that none of its pixels is resampled."""
    low = np.random.default_rng(seed).integers(0, 255, (8, 8, 3), dtype=np.uint8)
    image = Image.fromarray(low).resize((side, side), Image.BICUBIC)
    image.save(folder / name)
    return torch.from_numpy(np.asarray(image).astype(np.float32)).permute(2, 0, 1)


def inspect(vitrine, picture, flags, output):
    command = [vitrine, "inspect", picture, "--output", output, "--overwrite", *flags]
    subprocess.run([str(word) for word in command], check=True, stdout=subprocess.DEVNULL)


def compare(kind, name, ours, theirs):
    assert list(ours.shape) == list(theirs.shape), (name, ours.shape, theirs.shape)
    error = float((ours - theirs).abs().max() / theirs.abs().max())
    print(f"{kind:16} {name:48} {str(list(ours.shape)):24} {error:.1e}", flush=True)
    worst[kind] = max(worst.get(kind, 0.0), error)


def activations(run, hook, vitrine, picture, flags, output):
    with Hooks() as hooks:
        hook(hooks)
        run()
    # What is large is written by itself, the rest together.
    large = [name for name, tensor in hooks.found.items() if tensor.numel() > LARGE]
    rest = [name for name in hooks.found if name not in large]
    for names in [rest, *([name] for name in large)]:
        inspect(vitrine, picture, [*flags, *(f"--tap={name}" for name in names)], output)
        with safe_open(output, "pt") as file:
            for name in names:
                compare("activations", name, file.get_tensor(name), hooks.found.pop(name))


def edited(run, module, edit, before=False):
    """The result when what a module returns is replaced, or what it is given."""

    def after_hook(_, inputs, output):
        return edit(output[0] if isinstance(output, tuple) else output)

    handle = (
        module.register_forward_pre_hook(lambda _, inputs: (edit(inputs[0]),)) if before
        else module.register_forward_hook(after_hook))
    try:
        return run()
    finally:
        handle.remove()


def silent_head(value, head, width):
    value = value.clone()
    value[..., head * width : (head + 1) * width] = 0
    return value


def edits(run, other, blocks, projections, place, mlp, vitrine, picture, flags, result, folder):
    """A head of block 5 that adds nothing, the residual stream of another picture, and an MLP that says the same of all
    tokens. A head's values are columns of what the output map is given."""
    kept = []
    with_hook = blocks[5].register_forward_hook(lambda _, inputs, output: kept.append(output.clone()))
    other()
    with_hook.remove()
    save_file({f"{place}.5": kept[0].contiguous()}, folder / "other.safetensors")
    cases = {
        "plain": ([], run),
        "head": ([f"{place}.5.attn.gathered[0,3]=zero"], lambda: projections(run)),
        "residual": ([f"{place}.5={folder / 'other.safetensors'}"], lambda: edited(run, blocks[5], lambda _: kept[0])),
        "mean": ([f"{place}.8.{mlp}=mean"], lambda: edited(
            run, blocks[8].mlp, lambda value: value.mean(-2, keepdim=True).expand_as(value))),
    }
    results = {}
    for name, (arguments, theirs) in cases.items():
        output = folder / "edited.safetensors"
        inspect(vitrine, picture, [*flags, "--tap", result, *(f"--edit={edit}" for edit in arguments)], output)
        results[name] = theirs()
        with safe_open(output, "pt") as file:
            compare("edits", f"{result}, {name}", file.get_tensor(result), results[name])
        change = float((results[name] - results["plain"]).abs().max() / results["plain"].abs().max())
        print(f"{'':16} changes the result by {change:.1e} of its largest magnitude")


def clip(vitrine, folder):
    import open_clip

    import clip_taps

    model = fill(open_clip.create_model("ViT-B-16-quickgelu", pretrained=None)).eval()
    weights = {name: tensor.contiguous() for name, tensor in model.state_dict().items() if name != "attn_mask"}
    # The image tower knows no tokens: as many as the small vocabulary has.
    count = 514 + sum(not line.startswith("#") for line in MERGES.read_text().splitlines() if line.strip())
    weights["token_embedding.weight"] = weights["token_embedding.weight"][:count].clone()
    save_file(weights, folder / "clip.safetensors")
    mean = torch.tensor([0.48145466, 0.4578275, 0.40821073])[:, None, None]
    std = torch.tensor([0.26862954, 0.26130258, 0.27577711])[:, None, None]
    pixels, others = ((picture(folder, name, 224, seed)[None] / 255 - mean) / std for name, seed in
                      [("a.png", 1), ("b.png", 2)])
    flags = ["--clip", folder / "clip.safetensors", "--merges", MERGES, "--activation", "quickgelu"]
    visual = model.visual
    blocks, output = visual.transformer.resblocks, folder / "found.safetensors"

    def hook(hooks):
        hooks.output("visual.conv1", visual.conv1)
        clip_taps.hook_blocks(hooks, "visual.", visual.transformer)
        hooks.output("visual", visual)

    run = lambda: model.encode_image(pixels)  # noqa: E731
    activations(run, hook, vitrine, folder / "a.png", flags, output)

    def without_head(run):
        return clip_taps.without_head(model, lambda _: run(), blocks[5].attn, 3)

    edits(run, lambda: model.encode_image(others), blocks, without_head, "visual.transformer.resblocks", "mlp",
          vitrine, folder / "a.png", flags, "visual", folder)


def sam(vitrine, folder, only_edits=False):
    from segment_anything import build_sam_vit_b

    import sam_taps

    model = fill(build_sam_vit_b()).eval()
    skipped = ("pixel_mean", "pixel_std")
    save_file({name: tensor.contiguous() for name, tensor in model.state_dict().items() if name not in skipped},
              folder / "sam.safetensors")
    pixels, others = ((picture(folder, name, 1024, seed) - model.pixel_mean) / model.pixel_std for name, seed in
                      [("a.png", 1), ("b.png", 2)])
    flags = ["--model", "sam", "--sam", folder / "sam.safetensors"]
    encoder = model.image_encoder
    blocks = encoder.blocks
    run = lambda: encoder(pixels[None])  # noqa: E731

    def hook(hooks):
        for block in (5, 8):
            sam_taps.hook_block(hooks, f"image_encoder.blocks.{block}", blocks[block])

    if not only_edits:
        return activations(run, hook, vitrine, folder / "a.png", flags, folder / "found.safetensors")

    def without_head(run):
        return edited(run, blocks[5].attn.proj, lambda value: silent_head(value, 3, 64), before=True)

    edits(run, lambda: encoder(others[None]), blocks, without_head, "image_encoder.blocks", "mlp", vitrine,
          folder / "a.png", flags, "image_encoder", folder)


if __name__ == "__main__":
    vitrine = Path(sys.argv[2] if len(sys.argv) > 2 else TOOLS.parent / ".build/release/vitrine").resolve()
    with tempfile.TemporaryDirectory() as temporary, torch.no_grad():
        folder = Path(sys.argv[3] if len(sys.argv) > 3 else temporary)
        folder.mkdir(parents=True, exist_ok=True)
        {"clip": clip, "sam": sam, "sam-edits": lambda *given: sam(*given, only_edits=True)}[sys.argv[1]](vitrine, folder)
    print("worst:", ", ".join(f"{kind} {error:.1e}" for kind, error in worst.items()))
    sys.exit(0 if worst and all(error <= BOUND for error in worst.values()) else 1)
