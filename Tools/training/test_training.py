"""A run is repeatable by its seed, to the bit, interrupted or not; what is drawn is marked; prompts lie where they should."""

import io
import json
import pathlib
import random
import subprocess
import sys
import time
import zipfile

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from PIL import Image
from safetensors.torch import save_file

import clip_model
import defects
import export
import heat_points
import held_out
import lookalikes
import prompts
import surfaces
import train_sam
import training
import trunk
import weight_files
import words
from defects import KINDS
from fields import Sheet
from generator import Drawing, Generator, Shares
from photographs import Photographs

FOLDER = pathlib.Path(__file__).resolve().parent
SMALL = FOLDER.parents[1] / "Weights/small"
STEPS = 5


def command(script: str, state: pathlib.Path, seed: int) -> list[str]:
    batch = ["--batch", "1", "--start", str(SMALL / "sam.safetensors")] if script == "train_sam.py" else ["--batch", "2"]
    return [sys.executable, str(FOLDER / script), "--steps", str(STEPS), "--seed", str(seed), "--save-every", "2",
            "--state", str(state), "--device", "cpu", *batch]


def finished(script: str, state: pathlib.Path, seed: int = 7) -> tuple[str, str, str]:
    """Runs to the end. What the log says of the weights, and digests of the weights and of the optimiser in the state."""
    log = subprocess.run(command(script, state, seed), cwd=FOLDER.parents[1], stdout=subprocess.PIPE, text=True, check=True)
    found = torch.load(state, weights_only=False)
    assert found["step"] == STEPS
    moments = {f"{index}.{name}": value for index, entry in found["optimiser"]["state"].items()
               for name, value in entry.items()}
    return log.stdout.split()[-1], training.digest(found["model"]), training.digest(moments)


def interrupted(script: str, state: pathlib.Path, seed: int = 7) -> int:
    """Kills a run as soon as it has written its first state, and returns that state's step."""
    process = subprocess.Popen(command(script, state, seed), cwd=FOLDER.parents[1])
    while not state.exists() and process.poll() is None:
        time.sleep(0.01)
    process.kill()
    process.wait()
    return torch.load(state, weights_only=False)["step"]


@pytest.mark.parametrize("script", ["train_clip.py", "train_sam.py"])
def test_same_seed_gives_same_weights(script, tmp_path):
    first = finished(script, tmp_path / "first.pt")
    assert first[0] == first[1]
    assert first == finished(script, tmp_path / "second.pt")
    assert first != finished(script, tmp_path / "other.pt", seed=8)
    step = interrupted(script, tmp_path / "stopped.pt")
    assert 0 < step < STEPS
    assert first == finished(script, tmp_path / "stopped.pt")


def made_run(state: pathlib.Path, *arguments: str) -> training.Run:
    options = training.parser("", state, seed=1).parse_args([*arguments, "--device", "cpu"])
    model = torch.nn.Linear(2, 2)
    model.config = {}
    return training.Run(model, options, peak=1e-3, shares=Shares())


def test_state_of_other_terms_is_refused(tmp_path):
    made_run(tmp_path / "state.pt", "--steps", "3").save()
    for changed in (["--steps", "3", "--seed", "2"], ["--steps", "4"]):
        with pytest.raises(SystemExit, match="other terms"):
            made_run(tmp_path / "state.pt", *changed)


def test_budget_of_minutes_sets_the_number_of_steps(tmp_path, monkeypatch):
    monkeypatch.setattr(training, "TIMED_STEPS", (1, 3))
    run = made_run(tmp_path / "state.pt", "--minutes", "0.02")

    def step(run):
        time.sleep(0.02)
        run.finish_step(1, {})

    run.repeat(step)
    assert 20 < run.step == run.steps < 60
    repeated = made_run(tmp_path / "again.pt", "--steps", str(run.steps))
    rates = []
    repeated.repeat(lambda run: (rates.append(run.rate), run.finish_step(1, {})))
    assert rates[:3] == sorted(rates[:3]) and rates[-1] < max(rates)


def test_run_that_is_told_to_stop_at_a_step_goes_on_from_it(tmp_path):
    rates = []

    def step(run):
        rates.append(run.rate)
        run.finish_step(1, {})

    made_run(tmp_path / "whole.pt", "--steps", "90").repeat(step)
    whole = rates.copy()
    rates.clear()
    made_run(tmp_path / "parts.pt", "--steps", "90", "--until", "60").repeat(step)
    assert rates == whole[:60]
    made_run(tmp_path / "parts.pt", "--steps", "90").repeat(step)
    assert rates == whole


def test_same_seed_gives_same_pictures():
    first, second, other = (Generator(seed).batch(2, 48, 64) for seed in (3, 3, 4))
    assert torch.equal(first.pictures, second.pictures) and torch.equal(first.defect, second.defect)
    assert not torch.equal(first.pictures, other.pictures)


@pytest.fixture(scope="module")
def pool(tmp_path_factory):
    """A pool of eleven small photographs and an object, as `surfaces/gather.py` writes it."""
    path = tmp_path_factory.mktemp("pool") / "pool.zip"
    noise = np.random.default_rng(1)
    with zipfile.ZipFile(path, "w") as file:
        for kind, suffix, mode, count in (("surface", "jpg", "RGB", 11), ("object", "webp", "RGBA", 2)):
            for number in range(count):
                picture = Image.fromarray(noise.integers(0, 256, (96, 80, len(mode)), np.uint8), mode)
                content = io.BytesIO()
                picture.save(content, {"jpg": "JPEG", "webp": "WEBP"}[suffix])
                file.writestr(f"{kind}/{number:04}.{suffix}", content.getvalue())
    return path


@pytest.mark.parametrize("kind", list(KINDS))
def test_every_kind_of_defect_is_drawn_and_marked_where_it_changes_the_picture(kind, pool):
    generator = Generator(5, Shares(normal=0.0, photographs=0.5, objects=0.1), photographs=Photographs(pool))
    drawings = [generator.alike(4, 64, 64, kind=kind) for _ in range(6)]
    marked = torch.cat([drawing.defect for drawing in drawings])
    pictures = torch.cat([drawing.pictures for drawing in drawings])
    assert pictures.isfinite().all() and pictures.min() >= 0 and pictures.max() <= 1
    assert 0 < marked.flatten(1).any(1).float().mean() and marked.mean() < 0.6
    for drawing in drawings:
        assert [name is not None for name in drawing.kinds] == drawing.defect.flatten(1).any(1).tolist()


@pytest.mark.parametrize("drawer", list(lookalikes.ODDS))
def test_lookalikes_change_the_picture(drawer):
    sheet = Sheet(4, 64, 64, torch.Generator().manual_seed(2), random.Random(2))
    plain = torch.full((4, 3, 64, 64), 0.5)
    drawn = drawer(sheet, plain)
    assert drawn.shape == plain.shape and drawn.isfinite().all() and (drawn - plain).abs().amax() > 0.01


def test_notches_are_cut_into_a_plates_outline():
    def plates(notches: int) -> torch.Tensor:
        return surfaces.cut_plate(Sheet(16, 96, 96, torch.Generator().manual_seed(4), random.Random(4)), notches)

    whole, notched = plates(0), plates(3)
    assert (notched - whole < 0.5).all()
    missing = (whole - notched > 0.5).float()
    cut = missing.flatten(1).any(1)
    assert cut.sum() >= 8
    beside = F.max_pool2d(missing[:, None], 5, 1, 2)[:, 0] * (whole < 0.5)
    assert beside.flatten(1).any(1)[cut].float().mean() > 0.9, "a notch should open to the outside"


def test_photographs_kept_out_of_training_are_others(pool):
    trained, kept = Photographs(pool), Photographs(pool, held_out=True)
    assert len(trained.surfaces) == 9 and len(kept.surfaces) == 2
    assert not any(torch.equal(a, b) for a in trained.surfaces for b in kept.surfaces)


def test_held_out_pictures_have_masks_of_their_size(pool, tmp_path, monkeypatch):
    monkeypatch.setattr("sys.argv", ["held_out.py", str(tmp_path / "set"), "--pool", str(pool), "--pictures", "6"])
    held_out.main()
    pictures, masks = (sorted((tmp_path / "set" / name).iterdir()) for name in ("images", "masks"))
    assert len(pictures) == 6 and [p.name for p in pictures] == [m.name for m in masks]
    for picture, mask in zip(pictures, masks):
        marked = np.array(Image.open(mask))
        assert marked.shape == np.array(Image.open(picture)).shape[:2] and set(np.unique(marked)) <= {0, 255}
        assert marked.any() != ("normal" in picture.name)


def test_points_come_from_the_region_and_ask_for_the_defect_they_lie_on():
    heat = torch.zeros(1, heat_points.RASTER, heat_points.RASTER)
    heat[0, 10:16, 20:40] = 0.9
    heat[0, 12, 30] = 1.0
    heat[0, 50:54, 50:54] = 0.7
    group, region = heat_points.groups(heat, strongest=True)
    assert group.sum() == 6 * 20 and region.sum() == 6 * 20 + 16
    points, labels = heat_points.points(heat, group, region)
    assert labels[0].tolist() == [1, 1, 1, 0, 0, 0, 0, 0]
    assert (points[0, 0] * heat_points.RASTER).tolist() == [30.5, 12.5]
    cells = (points[0] * heat_points.RASTER).long()
    assert group[0, cells[:3, 1], cells[:3, 0]].all() and not region[0, cells[3:, 1], cells[3:, 0]].any()
    truth = torch.zeros(1, 256, 256)
    truth[0, 50:60, 100:110] = 1  # under the group
    truth[0, 150:160, 100:110] = 1  # elsewhere
    found = heat_points.touched(truth, group)
    assert found[0, 55, 105] == 1 and found[0, 155, 105] == 0
    truth[0, 50:60, 100:110] = 0
    assert heat_points.touched(truth, group).sum() == 0


def test_exported_sam_comes_back_and_is_written_the_same_again(tmp_path):
    model = weight_files.sam(SMALL / "sam.safetensors")
    path = tmp_path / "sam.safetensors"
    save_file(export.packed_sam(model), path, {"vitrine.model": json.dumps(model.config)})
    again = weight_files.sam(path)
    assert again.config == model.config
    for name, value in model.state_dict().items():
        if not name.startswith(weight_files.UNUSED):
            torch.testing.assert_close(again.state_dict()[name], value, atol=0, rtol=1e-6, msg=name)


def test_a_matrix_in_bytes_is_at_most_half_a_step_off():
    weight = torch.randn(20, 30, generator=torch.Generator().manual_seed(1)) * torch.logspace(-6, 2, 20)[:, None]
    numbers, scale = export.in_bytes(weight)
    assert numbers.dtype == torch.int8 and scale.shape == (20, 1) and numbers.abs().amax() == 127
    assert ((numbers * scale - weight).abs() <= 0.501 * scale).all()
    assert torch.equal(scale.double() * numbers, (scale * numbers).double())


def test_a_point_in_one_of_two_defects_asks_for_that_one():
    truth = torch.zeros(1, 256, 256)
    truth[0, 50:60, 100:130] = 1
    truth[0, 150:160, 100:110] = 1
    found = train_sam.under_points(truth, torch.tensor([[[125.0, 53.0]]]))
    assert found[0, 50:60, 100:130].all() and found.sum() == 300


def test_a_lone_point_lies_deep_inside_of_its_region():
    masks = torch.zeros(3, 100, 140)
    masks[0, 10:50, 20:90] = 1
    masks[1, 70:72, 5:120] = 1
    deep, on_line, anywhere = prompts.middles(masks)[:, 0]
    assert 26 <= deep[1] <= 34 and 36 <= deep[0] <= 74
    assert on_line[1] in (70, 71) and 5 <= on_line[0] < 120
    assert 0 <= anywhere[0] < 140 and 0 <= anywhere[1] < 100


def test_points_that_ask_for_the_published_masks_lie_beside_the_defects():
    class Decoder(torch.nn.Module):
        config = {"image_size": 64}

        def decode(self, features, points, labels):
            return torch.ones(len(points), 4, 16, 16), torch.zeros(len(points), 4)

    defect = torch.zeros(2, 64, 48)
    defect[:, :, 20:30] = 1
    drawing = Drawing(torch.zeros(2, 3, 64, 48), defect, torch.ones(2, 64, 48), ["surface"] * 2, ["crack"] * 2)
    published = train_sam.Published(Decoder())
    for seed in range(20):
        points, labels, target = published(random.Random(seed), drawing, torch.zeros(8, 1))
        column = points[:, 0, 0]
        assert ((column < 14) | (column >= 36)).all() and target.shape == (8, 64, 48) and target.all()
        assert labels.shape == points.shape[:2] and (labels == 1).all()


def test_a_batch_of_one_kind_has_no_other():
    kinds = Generator(5).batch(12, 64, 64, group=1, kind="crack").kinds
    assert set(kinds) == {"crack", None}


def test_the_encoder_stays_as_it_was_published():
    model = weight_files.sam(SMALL / "sam.safetensors").train()
    norms = [part for part in model.image_encoder.modules() if isinstance(part, torch.nn.BatchNorm2d)]
    assert norms and not any(part.training for part in norms)
    assert not any(parameter.requires_grad for parameter in model.image_encoder.parameters())


def test_trunk_takes_pictures_of_any_whole_number_of_patches():
    part = trunk.Trunk(8, 16, trunk.TAPS)
    for height, width in ((16, 48), (112, 80)):
        assert part(torch.rand(1, 3, height, width)).shape == (1, 8, height // 16, width // 16)


def test_projections_unfold_and_compute_the_same():
    model = weight_files.clip(SMALL / "clip.safetensors")
    pictures = torch.rand(2, 3, 64, 64, generator=torch.Generator().manual_seed(4)) * 2 - 1
    before = model.visual.trunk(pictures)
    held = model.visual.trunk.laterals[0].weight.clone()
    model.visual.trunk.unfold(pictures)
    assert model.visual.trunk.deviation0.min() > 0 and not torch.equal(model.visual.trunk.laterals[0].weight, held)
    torch.testing.assert_close(model.visual.trunk(pictures), before, atol=1e-4, rtol=1e-4)


def test_a_new_run_from_exported_weights_scales_their_projections(tmp_path):
    model = weight_files.clip(SMALL / "clip.safetensors")
    run = made_run(tmp_path / "state.pt", "--steps", "3", "--start", str(SMALL / "clip.safetensors"))
    run.fill_trunk(model.visual.trunk, None, clip_model.prepared)
    assert (model.visual.trunk.deviation1 != 1).all()


def test_the_mean_of_two_runs_is_that_of_their_folded_weights():
    first, second = (weight_files.clip(SMALL / "clip.safetensors") for _ in range(2))
    with torch.no_grad():
        second.text_projection += 1
        second.visual.trunk.unfold(torch.rand(2, 3, 64, 64))  # other scales, the same weights
    alone, joined = export.halved_clip(first), export.halved_clip(first, second)
    torch.testing.assert_close(joined["text_projection"].float(), first.text_projection + 0.5, atol=2e-3, rtol=1e-3)
    for name, value in alone.items():
        if name != "text_projection":
            torch.testing.assert_close(joined[name].float(), value.float(), atol=1e-4, rtol=2e-3, msg=name)


def test_every_kind_of_defect_has_words_and_a_weight():
    assert set(KINDS) == set(words.SEEN) == set(defects.WEIGHTS) and defects.FAINT < set(KINDS)
    assert set(train_sam.THIN) < set(KINDS)


def test_nothing_is_made_beside_the_device_that_was_asked_for(pool):
    """What names no device is made on `meta` here, where it cannot be mixed with what is on the processor."""
    photographs = Photographs(pool)
    clip = weight_files.clip(SMALL / "clip.safetensors")
    maps = train_sam.MapPrompts(clip, SMALL / "merges.txt", "cpu")
    generator = Generator(6, Shares(photographs=0.4, objects=0.2), photographs=photographs, device="cpu")
    lot = random.Random(4)
    with torch.device("meta"):
        for kind in KINDS:
            for _ in range(3):
                drawing = generator.alike(2, 64, 64, kind=kind)
        for drawer in lookalikes.ODDS:
            drawer(Sheet(2, 64, 64, generator.source, generator.lot), drawing.pictures)
        points, labels, target = maps(lot, drawing)
        train_sam.point_prompts(lot, drawing)
        prompts.boxes(target, 0.1)
    assert points.device.type == labels.device.type == target.device.type == "cpu"
