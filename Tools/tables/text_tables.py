"""Facts about characters that the tokenizer's text repair needs, written as Swift data.

Writes Sources/UnicodeRepair/Tables/*.swift from Python's own tables (html.entities, unicodedata, codecs) and, for the
character classes of `CharacterClassTable`, from what ftfy's heuristic takes each character for. Run it again only to move
to another version of Python or ftfy; the result is checked in.

    .venv/bin/python Tools/tables/text_tables.py
"""

import html.entities
import platform
import textwrap
import unicodedata
from pathlib import Path

import ftfy
from ftfy.badness import MOJIBAKE_CATEGORIES

FOLDER = Path(__file__).resolve().parents[2] / "Sources" / "UnicodeRepair" / "Tables"
# In the order in which ftfy tries them.
ENCODINGS = [
    "latin-1", "sloppy-windows-1252", "sloppy-windows-1251", "sloppy-windows-1250", "sloppy-windows-1253",
    "sloppy-windows-1254", "sloppy-windows-1257", "iso-8859-2", "macroman", "cp437",
]
CLASSES = {
    "common": "common", "c1": "control", "bad": "bad", "law": "law", "currency": "currency",
    "start_punctuation": "opening", "end_punctuation": "closing", "numeric": "numeric", "kaomoji": "face",
    "upper_accented": "upperAccented", "lower_accented": "lowerAccented", "upper_common": "upperCommon",
    "lower_common": "lowerCommon", "box": "box",
}


def codes(text):
    return "+".join(f"{ord(character):X}" for character in text)


def write(name, doc, constants):
    """One enum of string constants, each a list of words."""
    lines = ["// Made by Tools/tables/text_tables.py; not edited by hand.", ""]
    lines += [f"/// {line}" for line in textwrap.wrap(doc, 112)]
    lines.append(f"enum {name} {{")
    for constant, constant_doc, words in constants:
        lines += [f"    /// {line}" for line in textwrap.wrap(constant_doc, 108)]
        lines.append(f'    static let {constant} = """')
        lines += textwrap.wrap(" ".join(words), 112, initial_indent=" " * 8, subsequent_indent=" " * 8)
        lines.append('        """')
        lines.append("")
    lines[-1] = "}"
    path = FOLDER / f"{name}.swift"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(path, path.stat().st_size, "bytes")


def entities():
    table = html.entities.html5
    bare = {name for name in table if not name.endswith(";")}
    assert all(table[name] == table[name + ";"] for name in bare)
    words = []
    for name in sorted(name[:-1] for name in table if name.endswith(";")):
        words.append(f"{'*' if name in bare else ''}{name}:{codes(table[name + ';'])}")
    write(
        "HTMLEntityTable",
        f"The {len(words)} named character references of HTML 5.",
        [("names", "`name:code` or `name:code+code`; a star marks those that also count without a semicolon.", words)],
    )


def composition():
    words = []
    for value in range(0x110000):
        character = chr(value)
        decomposition = unicodedata.decomposition(character)
        if not decomposition or decomposition.startswith("<"):
            continue
        mark = "" if unicodedata.normalize("NFC", character) == character else "!"
        words.append(f"{mark}{value:X}:{'+'.join(f'{int(part, 16):X}' for part in decomposition.split())}")
    write(
        "CompositionTable",
        f"Canonical decompositions of Unicode {unicodedata.unidata_version}, one step each, without Hangul syllables.",
        [("decompositions", "`character:first+second`; an exclamation mark: never composed again.", words)],
    )


def widths():
    standard = {form: unicodedata.normalize("NFKC", form) for form in map(chr, range(0xFF5F, 0xFFF0))}
    words = [f"{codes(form)}:{codes(character)}" for form, character in standard.items() if character != form]
    write(
        "WidthTable",
        "Characters of half and full width behind the ASCII ones, and the ordinary characters for them.",
        [("forms", "`form:character`.", words)],
    )


def encodings():
    import ftfy.bad_codecs  # noqa: F401  registers the encodings

    constants = []
    for encoding in ENCODINGS:
        upper = bytes(range(0x80, 0x100)).decode(encoding)
        name = encoding.replace("sloppy-windows-", "windows").replace("-", "").replace("iso88592", "iso8859Part2")
        name = {"macroman": "macRoman", "cp437": "codePage437"}.get(name, name)
        if name == "latin1":
            continue
        constants.append((name, f"{encoding}: the characters of the bytes 80 to FF.", [f"{ord(c):X}" for c in upper]))
    write(
        "SingleByteTable",
        "Encodings with one byte for a character. Bytes that Windows leaves unused stand for themselves.",
        constants,
    )


def expanded(text):
    """A character class as a regular expression spells it, as single characters."""
    result, index = set(), 0
    while index < len(text):
        if text[index + 1 : index + 2] == "-" and index + 2 < len(text):
            result |= {chr(value) for value in range(ord(text[index]), ord(text[index + 2]) + 1)}
            index += 3
        else:
            result.add(text[index])
            index += 1
    return result


def ranges(characters):
    values = sorted(map(ord, characters))
    words, start = [], 0
    for index in range(1, len(values) + 1):
        if index == len(values) or values[index] != values[index - 1] + 1:
            first, last = values[start], values[index - 1]
            words.append(f"{first:X}" if first == last else f"{first:X}-{last:X}")
            start = index
    return words


def classes():
    constants = [
        (CLASSES[name], f"`{name}`.", ranges(expanded(text))) for name, text in MOJIBAKE_CATEGORIES.items()
    ]
    write(
        "CharacterClassTable",
        f"What ftfy {ftfy.__version__} (Robyn Speer, Apache 2.0) takes the characters for that wrongly decoded text "
        "consists of: code points and ranges of them.",
        constants,
    )


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    print("Python", platform.python_version())
    entities()
    composition()
    widths()
    encodings()
    classes()
