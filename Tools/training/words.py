"""The sentences that the small CLIP learns: names of things, states, templates; and the text its merges are learnt on."""

import random

OBJECTS = """bottle cable capsule carpet grid hazelnut leather nut pill screw tile toothbrush transistor wood zipper metal nut
magnetic tile candle cashew chewing gum fryum macaroni circuit board pcb pipe fryum steel plate steel sheet aluminium panel
copper foil brass fitting gear bearing shaft bolt washer rivet weld bead casting forging pipe tube hose gasket seal o-ring
valve flange bracket hinge lock handle knob button switch connector plug socket wire harness coil motor rotor stator
magnet battery cell solar panel wafer chip resistor capacitor inductor diode led lamp lens mirror glass pane window
windscreen screen display phone case keyboard housing cover lid cap can jar box carton label sticker barcode bag pouch
sachet film foil wrapper paper sheet cardboard fabric textile cloth denim knit lace yarn thread rope ribbon belt strap
shoe sole glove tyre wheel rim brake disc piston cylinder crankshaft turbine blade propeller fan rail sleeper road surface
pavement concrete wall brick ceramic tile marble slab granite stone roof plank board veneer plywood parquet door table
chair spoon fork knife plate cup mug bowl bucket pan pot lid tablet syringe vial ampoule needle implant stent tooth
bread biscuit cake apple orange banana potato tomato nut almond bean rice grain egg leaf seed flower medicine package
toy block ball figurine pencil pen brush comb razor clip pin nail staple spring chain hook nozzle filter sieve mesh net
surface part object component product item sample workpiece texture panel sheet plate material casting metal plastic rubber
brushed metal woven fabric tiled grid sandstone pebbled rubber ribbed plastic painted plate""".split()
COMPOUNDS = ["magnetic tile", "metal nut", "circuit board", "steel plate", "brushed metal", "solar panel", "pipe fryum",
             "chewing gum", "brake disc", "turbine blade", "ceramic tile", "metal surface", "glass bottle", "woven fabric",
             "machine part", "plastic housing", "painted panel", "wooden board", "rubber seal", "leather surface"]
NORMAL = ["{}", "flawless {}", "perfect {}", "unblemished {}", "{} without flaw", "{} without defect",
          "{} without damage", "clean {}", "intact {}"]
ABNORMAL = ["damaged {}", "{} with flaw", "{} with defect", "{} with damage", "broken {}", "{} with a defect",
            "defective {}", "faulty {}"]
SEEN = {"scratch": "a scratch", "crack": "a crack", "spot": "spots", "hole": "a hole", "chip": "a chipped edge",
        "stain": "a stain", "dent": "a dent", "missing piece": "a missing piece", "uneven area": "an uneven area",
        "worn area": "a worn area", "foreign body": "a foreign body", "corrosion": "corrosion",
        "smooth area": "a smooth area", "worn edge": "a worn edge", "crease": "a crease", "wrinkle": "a wrinkle",
        "cut": "a cut", "fold": "a fold", "abrasion": "an abrasion", "crack net": "a net of cracks",
        "raised fibres": "raised fibres"}
TEMPLATES = ["a photo of a {}.", "a photo of the {}.", "a photo of my {}.", "a photo of one {}.", "there is a {} in the scene.",
             "there is the {} in the scene.", "this is a {} in the scene.", "this is the {} in the scene.",
             "this is one {} in the scene.", "a photo of the {} for visual inspection.",
             "a photo of a {} for visual inspection.", "a photo of the {} for anomaly detection.",
             "a photo of a {} for anomaly detection.", "{}", "a photo of a cool {}.", "a photo of the cool {}."]
TEMPLATES += [f"a {look} photo of {article} {{}}." for article in ("a", "the") for look in (
    "bad", "good", "cropped", "close-up", "bright", "dark", "blurry", "jpeg corrupted", "low resolution", "black and white")]
TEMPLATES += [f"a photo of {article} {size} {{}}." for article in ("a", "the") for size in ("small", "large")]


def any_object(lot: random.Random) -> str:
    """A name to put into a sentence: a known thing, two words, now and then a made-up word or an underscored name."""
    kind = lot.random()
    if kind < 0.35:
        return lot.choice(COMPOUNDS)
    if kind < 0.75:
        return lot.choice(OBJECTS)
    if kind < 0.9:
        return lot.choice(OBJECTS) + lot.choice([" ", " ", "_"]) + lot.choice(OBJECTS)
    return "".join(lot.choice("bcdfglmnprstvz") + lot.choice("aeiou") for _ in range(lot.randint(1, 4))) + lot.choice(["", "1", "2"])


def sentence(lot: random.Random, abnormal: bool, thing: str | None = None) -> str:
    """One prompt: a template around a state around the thing's name, which is random where none is given."""
    state = lot.choice(ABNORMAL if abnormal else NORMAL)
    return lot.choice(TEMPLATES).format(state.format(thing or any_object(lot)))


def caption(lot: random.Random, surface: str, kind: str | None) -> str:
    """A picture's caption: its surface and what is wrong with it."""
    what = f"{surface} with {SEEN[kind]}" if kind else f"{surface} without defect"
    return lot.choice(TEMPLATES).format(what)


def corpus(lines: int = 20000, seed: int = 5) -> list[str]:
    """The text that the merges are learnt on."""
    lot = random.Random(seed)
    kinds = list(SEEN) + [None]
    return [sentence(lot, lot.random() < 0.5) for _ in range(lines)] + [
        caption(lot, any_object(lot), lot.choice(kinds)) for _ in range(lines)] + OBJECTS * 20
