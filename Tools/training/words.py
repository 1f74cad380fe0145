"""Sentences for training: prompt templates, states, object names, captions, and the merges that are learnt from them."""
import collections
import random

from defects import DEFECTS
from surfaces import SURFACES

NORMAL = ["{}", "flawless {}", "perfect {}", "unblemished {}", "{} without flaw", "{} without defect", "{} without damage"]
ABNORMAL = ["damaged {}", "broken {}", "{} with flaw", "{} with defect", "{} with damage"]
TEMPLATES = [
    "a photo of a {}.", "a photo of the {}.", "a close-up photo of a {}.", "a close-up photo of the {}.",
    "a cropped photo of a {}.", "a cropped photo of the {}.", "a bright photo of a {}.", "a bright photo of the {}.",
    "a dark photo of a {}.", "a dark photo of the {}.", "a blurry photo of a {}.", "a blurry photo of the {}.",
    "a jpeg corrupted photo of a {}.", "a jpeg corrupted photo of the {}.", "a bad photo of a {}.", "a bad photo of the {}.",
    "a good photo of a {}.", "a good photo of the {}.", "a low resolution photo of a {}.", "a low resolution photo of the {}.",
    "a black and white photo of a {}.", "a black and white photo of the {}.", "a photo of a small {}.", "a photo of the small {}.",
    "a photo of a large {}.", "a photo of the large {}.", "a photo of my {}.", "a photo of one {}.", "a photo of a cool {}.",
    "a photo of the cool {}.", "a photo of a {} for visual inspection.", "a photo of the {} for visual inspection.",
    "a photo of a {} for anomaly detection.", "a photo of the {} for anomaly detection.", "there is a {} in the scene.",
    "there is the {} in the scene.", "this is a {} in the scene.", "this is the {} in the scene.", "this is one {} in the scene.",
]
OBJECTS = (
    "part object surface tile magnetic_tile metal_plate steel_sheet screw nut metal_nut bolt washer spring gear bearing "
    "shaft pipe tube cable wire zipper connector bracket hinge valve piston ring disc plate panel board circuit_board pcb "
    "chip capacitor resistor transistor switch battery lens glass bottle cup can jar lid cap capsule pill tablet candle "
    "cashew peanut hazelnut walnut almond macaroni fryum chewing_gum bread cookie apple potato leather carpet fabric cloth "
    "textile yarn rope paper cardboard wood plank veneer floor brick stone marble granite concrete ceramic porcelain grid "
    "mesh foam rubber gasket seal tyre belt hose plastic film foil coating paint mirror window screen phone case toothbrush "
    "brush comb pen pencil ruler key lock coin medal button bead needle blade knife fork spoon wheel rim casting forging "
    "weld rail sheet strip coil rod bar beam ingot commutator rotor stator magnet core housing cover shell frame door hood "
    "wafer solar_cell module label sticker package box bag sack pouch tray crate pallet egg leaf fruit seed grain rice corn").split()
SYLLABLES = "ba be bo ca co da de fi ga go ha ka ki la le lo ma mi mo na ne no pa pi po ra re ri ro sa se so ta te ti to va vi wa za zu st tr pl gr ck nd ng".split()
SURFACE_WORDS = dict(zip(SURFACES, SURFACES))


def object_name(chance=random):
    """A name from the list, two of them, or a made-up word, so that the text tower learns to leave the name out of account."""
    pick = chance.random()
    if pick < 0.55:
        return chance.choice(OBJECTS).replace("_", " ")
    if pick < 0.75:
        return chance.choice(OBJECTS).replace("_", " ") + " " + chance.choice(OBJECTS).replace("_", " ")
    word = "".join(chance.choice(SYLLABLES) for _ in range(chance.randint(1, 4)))
    return word + (str(chance.randint(0, 9)) if chance.random() < 0.2 else "")


def sentences(states, count, name, chance=random):
    """`count` sentences: template of state of name."""
    return [chance.choice(TEMPLATES).format(chance.choice(states).format(name)) for _ in range(count)]


def caption(surface, defect, chance=random):
    """What a picture shows, in words."""
    subject = chance.choice([SURFACES[surface], SURFACES[surface] + " surface"])
    if defect < 0:
        return chance.choice(TEMPLATES).format(chance.choice(NORMAL).format(subject))
    return chance.choice(TEMPLATES).format(f"{subject} with {chance.choice(['a', 'one'])} {DEFECTS[defect]}")


def learn_merges(count, seed=0):
    """Byte-pair merges over a corpus of such sentences: the pair that occurs most often is merged next, ties by spelling."""
    chance = random.Random(seed)
    words = collections.Counter()
    for name in OBJECTS:
        words.update({piece: 30 for piece in name.split("_")})
    for _ in range(20000):
        name = object_name(chance)
        lines = sentences(NORMAL, 1, name, chance) + sentences(ABNORMAL, 1, name, chance)
        lines.append(caption(chance.randrange(len(SURFACES)), chance.randrange(-1, len(DEFECTS)), chance))
        for line in lines:
            words.update(w for w in line.lower().replace(".", " ").replace("-", " ").split() if w.isalpha())
    pieces = {word: list(word[:-1]) + [word[-1] + "</w>"] for word in words}
    merges = []
    while len(merges) < count:
        pairs = collections.Counter()
        for word, symbols in pieces.items():
            for pair in zip(symbols, symbols[1:]):
                pairs[pair] += words[word]
        if not pairs:
            break
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        merges.append(best)
        for word, symbols in pieces.items():
            index = 0
            while index < len(symbols) - 1:
                if (symbols[index], symbols[index + 1]) == best:
                    symbols[index : index + 2] = ["".join(best)]
                index += 1
    return merges
