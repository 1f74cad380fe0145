"""Runs whole commands as processes of their own, and says how long each took and how much memory."""

import os
import statistics
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

SAMPLES = Path(__file__).resolve().parent.parent / "samples"
OBJECT = "metal plate"


# A new process counts the memory of the one that started it as its own peak. So a small process starts it.
STARTER = """
import resource, subprocess, sys, time
start = time.perf_counter()
status = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode
wall, used = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
print(status, wall, used.ru_utime + used.ru_stime, used.ru_maxrss)
"""


@dataclass
class Taken:
    seconds: float
    # Of all threads, in the program and in the system.
    processor_seconds: float
    peak_memory_bytes: int


def run(arguments, text_cache="", packed_weights=""):
    """What one process took, which must succeed. A start is cold unless there are folders of what earlier ones kept."""
    starter = subprocess.run(
        [sys.executable, "-I", "-S", "-c", STARTER, *map(str, arguments)], stdout=subprocess.PIPE, text=True, check=True,
        env={**os.environ, "VITRINE_TEXT_CACHE": str(text_cache), "VITRINE_PACKED_WEIGHTS": str(packed_weights)})
    status, seconds, processor_seconds, kilobytes = starter.stdout.split()
    if status != "0":
        raise RuntimeError(f"{arguments[0]} ended with {status}")
    return Taken(float(seconds), float(processor_seconds), 1024 * int(kilobytes))


def segment(binary, pictures, output, threads, *flags):
    """The command, which does its pictures again whatever an earlier run left in the output folder."""
    return [binary, "segment", pictures, "--object", OBJECT, "--output", output, "--overwrite", "--threads", threads,
            "--quiet", *flags]


@contextmanager
def one_picture(binary):
    """A folder for a while, one of the sample pictures in it, enlarged to 1024 x 1024, and the file of the sentences."""
    with tempfile.TemporaryDirectory(prefix="vitrine-compare-") as name:
        folder = Path(name)
        picture, sentences = folder / "picture.png", folder / "sentences.txt"
        sample = Image.open(sorted(SAMPLES.glob("*.png"))[0]).convert("RGB")
        sample.resize((1024, 1024), Image.BICUBIC).save(picture)
        with open(sentences, "wb") as file:
            subprocess.run([binary, "segment", "--object", OBJECT, "--show-prompts"], stdout=file, check=True)
        yield folder, picture, sentences


def spread(values):
    """Largest less smallest, as a share of the median."""
    return (max(values) - min(values)) / statistics.median(values)


def entry(work, title, batch, runs, **more):
    """A row of the table, and of the JSON, from the runs of each engine. The ratio is above 1 where Vitrine is the faster."""
    def median(name):
        return {engine: statistics.median(getattr(taken, name) for taken in own) for engine, own in runs.items()}

    seconds = median("seconds")
    peers = {engine: value for engine, value in seconds.items() if engine != "Vitrine"}
    return {
        "work": work, "title": title, "batch": batch, "ours_s": seconds["Vitrine"], "peers": peers,
        "ratio": min(peers.values()) / seconds["Vitrine"] if peers else None, "max_rel_error": None,
        "processor_s": median("processor_seconds"), "peak_memory_bytes": median("peak_memory_bytes"),
        "spread": {engine: spread([taken.seconds for taken in own]) for engine, own in runs.items()}, **more,
    }
