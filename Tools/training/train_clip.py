"""Trains the small CLIP on drawn pictures; see README.md."""

import pathlib
import random
import time

import torch
import torch.nn.functional as F

import words
from bpe import Tokenizer
from clip_model import CONFIG, SmallCLIP, prepared
from generator import Drawing, Generator
from training import Run, arguments, dice, focal


SIZES = [(128, 28), (160, 20), (224, 10), (320, 5)]
PAIRS = 3


def sentences(lot: random.Random, drawing: Drawing) -> list[str]:
    """PAIRS normal prompts, PAIRS abnormal ones, then one caption a picture."""
    names = [words.any_object(lot) if lot.random() < 0.5 else lot.choice(drawing.surfaces) for _ in range(PAIRS)]
    prompts = [words.sentence(lot, abnormal, name) for abnormal in (False, True) for name in names]
    return prompts + [words.caption(lot, s, k) for s, k in zip(drawing.surfaces, drawing.kinds)]


def contrast(classes: torch.Tensor, captions: torch.Tensor, drawing: Drawing, scale: torch.Tensor) -> torch.Tensor:
    """Cross-entropy of pictures to captions; captions of the same surface and defect share the truth."""
    labels = [f"{s}/{k}" for s, k in zip(drawing.surfaces, drawing.kinds)]
    same = torch.tensor([[a == b for b in labels] for a in labels], dtype=torch.float32)
    logits = scale * F.normalize(classes.float(), dim=-1) @ captions.T
    return -(same / same.sum(1, keepdim=True) * logits.log_softmax(1)).sum(1).mean()


def losses(model: SmallCLIP, drawing: Drawing, tokens: torch.Tensor, early: torch.Tensor,
           texts: torch.Tensor) -> dict:
    """The parts of the loss; tokens [b, 1 + n, embed], early [b, n], texts [2 PAIRS + b, embed]."""
    texts = F.normalize(texts.float(), dim=-1)
    normal, abnormal = F.normalize(model.anchors, dim=-1)
    logits = model.abnormality(tokens, normal, abnormal)
    spoken = 2 - texts[:PAIRS] @ normal.detach() - texts[PAIRS : 2 * PAIRS] @ abnormal.detach()
    share = F.avg_pool2d(drawing.defect[:, None], 16).flatten(1)
    truth = (share > 0.04).float()
    weight = ((share == 0) | (share > 0.04)).float()
    faulty = torch.tensor([float(kind is not None) for kind in drawing.kinds])
    overlap = dice(logits[:, 1:], truth, weight)
    shallow = 2 * focal(early, truth, weight, 3.0) + 0.5 * dice(early, truth, weight).mean()
    return {"stem": shallow, "focal": 4 * focal(logits[:, 1:], truth, weight, 3.0), "dice": (overlap * faulty).sum() / (faulty.sum() + 1),
            "text": spoken.mean(),
            "picture": 0.3 * F.binary_cross_entropy_with_logits(logits[:, 0], faulty),
            "caption": 0.05 * contrast(tokens[:, 0], texts[2 * PAIRS :], drawing, model.logit_scale.exp())}


def main() -> None:
    options = arguments(__doc__, "Tools/training/runs/clip.pt")
    tokenizer = Tokenizer.read(pathlib.Path(options.merges))
    torch.manual_seed(1)
    model = SmallCLIP(CONFIG | {"vocabulary": tokenizer.end + 1}).to(memory_format=torch.channels_last)
    run = Run(model, options, 1e-3)
    generator, lot = Generator(int(time.time()), metal=0.6), random.Random(run.step)
    model.train()
    while run.progress < 1:
        size, count = lot.choices(SIZES, [4, 4, 1, 0] if run.progress < 0.75 else [1, 3, 4, 1])[0]
        generator.boost = max(1.0, 2.5 - 6 * run.progress)
        drawing = generator.batch(count, size, size)
        ids = tokenizer(sentences(lot, drawing))
        with torch.autocast("cpu", torch.bfloat16):
            tokens, patches = model.visual.both_ends(
                prepared(drawing.pictures).contiguous(memory_format=torch.channels_last))
            early = model.early_judge(patches)[..., 0].float()
            texts = model.encode_text(ids)
        parts = losses(model, drawing, tokens, early, texts)
        run.advance(sum(parts.values()), count, {name: value.item() for name, value in parts.items()})
        model.logit_scale.data.clamp_(max=4.6)


if __name__ == "__main__":
    main()
