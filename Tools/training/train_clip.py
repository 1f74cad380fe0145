"""Trains the small CLIP on drawn pictures. Resumable: run it again with the same folder."""
import argparse
import gzip
import math
import pathlib
import random
import time

import torch
import torch.nn.functional as F
from open_clip.tokenizer import SimpleTokenizer
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

import words
from defects import batch
from model import SmallCLIP

CONFIGURATION = {
    "family": "clip", "image_size": 320, "train_grid": 16, "patch": 16, "stem": [24, 48, 96, 192], "vision_width": 192,
    "vision_layers": 6, "vision_heads": 3, "embed": 128, "activation": "gelu", "text_width": 128, "text_heads": 2,
    "text_layers": 3, "context": 77, "mean": [0.5, 0.5, 0.5], "std": [0.25, 0.25, 0.25], "resize": "squash",
    "dense": "projected-last-layer",
}


class Drawn(IterableDataset):
    """Batches of pictures without end, each worker with a seed of its own."""

    def __init__(self, count, sides, defective=0.7):
        self.count, self.sides, self.defective = count, sides, defective

    def __iter__(self):
        info = get_worker_info()
        torch.manual_seed((info.seed if info else random.randrange(2**31)) % 2**31)
        torch.set_num_threads(1)
        while True:
            drawn = batch(self.count, self.sides[int(torch.randint(0, len(self.sides), ()))], self.defective)
            yield drawn
            # Drawing costs as much as a step of training, so each batch is used three times, turned and mirrored.
            for turns in (1, 2):
                pictures, masks = (torch.rot90(x, turns, (-2, -1)).flip(-1) for x in drawn[:2])
                gain = 0.8 + 0.4 * torch.rand(self.count, 1, 1, 1)
                yield ((pictures - 0.5) * gain + 0.5).clamp(0, 1), masks, *drawn[2:]


def tokenizer(folder, merges=900):
    """The tokenizer over merges that are learnt once and kept in the folder."""
    text = folder / "merges.txt"
    if not text.exists():
        text.write_text("#version: 1\n" + "".join(f"{a} {b}\n" for a, b in words.learn_merges(merges)))
    packed = folder / "merges.txt.gz"
    packed.write_bytes(gzip.compress(text.read_bytes()))
    return SimpleTokenizer(bpe_path=str(packed))


def state_vectors(model, tokenize, count=6):
    """Normal and abnormal text vectors [2, embed] of one random object name, each the mean of a few sentences."""
    name = words.object_name()
    lines = words.sentences(words.NORMAL, count, name) + words.sentences(words.ABNORMAL, count, name)
    vectors = model.encode_text(tokenize(lines))
    return F.normalize(torch.stack([vectors[:count].mean(0), vectors[count:].mean(0)]), dim=-1)


def losses(model, tokenize, pictures, masks, surface, defect):
    """Patch loss (focal + dice), picture loss, and the contrast between captions."""
    whole, patches = model.visual(model.normalise(pictures))
    states, scale = state_vectors(model, tokenize), model.logit_scale.exp().clamp(max=100)
    share = F.avg_pool2d(masks[:, None], 16).flatten(1)
    target, weight = (share > 0.08).long(), torch.where((share > 0) & (share <= 0.08), 0.0, 1.0)
    logits = scale * patches @ states.T
    entropy = F.cross_entropy(logits.flatten(0, 1), target.flatten(), reduction="none").view_as(share)
    focal = (entropy * (1 - torch.exp(-entropy)) ** 2 * weight * (1 + 2 * target)).mean()
    p = logits.softmax(-1)[..., 1] * weight
    dice = 1 - (2 * (p * target).sum(1) + 1) / (p.sum(1) + (target * weight).sum(1) + 1)
    kind = (target.sum(1) > 0).long()
    picture = F.cross_entropy(scale * whole @ states.T, kind)
    captions = model.encode_text(tokenize([words.caption(s, d) for s, d in zip(surface.tolist(), defect.tolist())]))
    same = ((surface[:, None] == surface) & (defect[:, None] == defect)).float()
    contrast = scale * whole @ captions.T
    contrast = -(same / same.sum(1, keepdim=True) * contrast.log_softmax(1)).sum(1).mean()
    return 4 * focal + dice.mean() + 0.3 * picture + 0.05 * contrast


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--batch", type=int, default=24)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(options.threads)
    tokenize = tokenizer(options.folder)
    model = SmallCLIP(CONFIGURATION | {"vocabulary": tokenize.vocab_size})
    optimiser = torch.optim.AdamW(model.parameters(), options.rate, weight_decay=0.05, betas=(0.9, 0.98))
    step, elapsed, mean = 0, 0.0, 0.0
    saved = options.folder / "clip.pt"
    if saved.exists():
        state = torch.load(saved)
        model.load_state_dict(state["model"])
        optimiser.load_state_dict(state["optimiser"])
        step, elapsed, mean = state["step"], state["elapsed"], state["mean"]
    loader = iter(DataLoader(Drawn(options.batch, [256, 256, 224, 224, 288]), batch_size=None, num_workers=options.workers, prefetch_factor=3))
    budget, last, kept = options.minutes * 60, time.time(), time.time()
    while elapsed < budget:
        rate = options.rate * min(1, (step + 1) / 150) * (0.5 + 0.5 * math.cos(math.pi * min(1, elapsed / budget))) + 1e-6
        for group in optimiser.param_groups:
            group["lr"] = rate
        # The matrix units of recent CPUs take bfloat16: half the time a step, the same loss.
        with torch.autocast("cpu", dtype=torch.bfloat16):
            loss = losses(model, tokenize, *next(loader))
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        step, mean = step + 1, loss.item() if step == 0 else 0.98 * mean + 0.02 * loss.item()
        now = time.time()
        elapsed, last = elapsed + now - last, now
        if step % 50 == 0:
            print(f"{step} steps {step * options.batch} pictures {elapsed:.0f} s loss {mean:.4f}", flush=True)
        if now - kept > 120 or elapsed >= budget:
            state = {"model": model.state_dict(), "optimiser": optimiser.state_dict(), "step": step, "elapsed": elapsed,
                     "mean": mean, "configuration": model.configuration}
            torch.save(state, saved.with_suffix(".part"))
            saved.with_suffix(".part").replace(saved)
            kept = now


if __name__ == "__main__":
    main()
