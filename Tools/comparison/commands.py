"""Whole commands, from the start of a process to its last file: one picture from a cold start, and folders of pictures.

Unlike the works of works.py these run the `vitrine` binary, and a peer is another program that does the same.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image

HERE = Path(__file__).resolve().parent
SAMPLES = HERE.parent / "samples"
OBJECT = "metal plate"


# A new process counts the memory of the one that started it as its own peak. So a small process starts it.
STARTER = """
import resource, subprocess, sys, time
start = time.perf_counter()
status = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode
print(status, time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


# A start is cold: no text vectors of an earlier run are used.
ENVIRONMENT = {**os.environ, "VITRINE_TEXT_CACHE": ""}


def run(arguments):
    """Seconds of wall time and the peak of resident memory in bytes of one process, which must succeed."""
    starter = subprocess.run(
        [sys.executable, "-I", "-S", "-c", STARTER, *map(str, arguments)], stdout=subprocess.PIPE, text=True, check=True,
        env=ENVIRONMENT)
    status, seconds, kilobytes = starter.stdout.split()
    if status != "0":
        raise RuntimeError(f"{arguments[0]} ended with {status}")
    return float(seconds), 1024 * int(kilobytes)


def segment(binary, pictures, output, threads, *flags):
    return [binary, "segment", pictures, "--object", OBJECT, "--output", output, "--threads", threads, "--quiet", *flags]


def spread(values):
    """Largest less smallest, as a share of the median."""
    return (max(values) - min(values)) / statistics.median(values)


def cold_start(binary, threads, rounds):
    """One picture of 1024 x 1024, both processes in turn, the files already in the system's cache."""
    with tempfile.TemporaryDirectory(prefix="vitrine-compare-") as name:
        folder = Path(name)
        picture, sentences, ours_out, theirs_out = (
            folder / part for part in ("picture.png", "sentences.txt", "ours", "theirs"))
        sample = Image.open(sorted(SAMPLES.glob("*.png"))[0]).convert("RGB")
        sample.resize((1024, 1024), Image.BICUBIC).save(picture)
        with open(sentences, "wb") as file:
            subprocess.run([binary, "segment", "--object", OBJECT, "--show-prompts"], stdout=file, check=True)
        ours = segment(binary, picture, ours_out, threads)
        theirs = [sys.executable, HERE / "cold_start.py", picture, "--sentences", sentences, "--output", theirs_out,
                  "--threads", threads]
        # Once to warm the caches, and to see that both make the same map.
        run(segment(binary, picture, ours_out, threads, "--fusion", "clip"))
        run(theirs)
        found, expected = np.load(ours_out / picture.name / "map.npy"), np.load(theirs_out / "map.npy")
        error = float(np.abs(found - expected).max() / np.abs(expected).max())
        times, memory = {"Vitrine": [], "Python, PyTorch": []}, {}
        for _ in range(rounds or 7):
            for engine, command in (("Vitrine", ours), ("Python, PyTorch", theirs)):
                time.sleep(0.25)
                seconds, memory[engine] = run(command)
                times[engine].append(seconds)
    medians = {engine: statistics.median(values) for engine, values in times.items()}
    own = medians.pop("Vitrine")
    yield {
        "work": "cold-start", "title": "One picture of 1024 x 1024, from a cold start", "batch": 1, "ours_s": own,
        "peers": medians, "ratio": min(medians.values()) / own, "max_rel_error": error,
        "spread": {engine: spread(values) for engine, values in times.items()},
        "peak_memory_bytes": memory,
    }


def folder(binary, threads, rounds):
    """The sample pictures, again and again until there are 20 and 200; the sizes in turn."""
    samples = sorted(SAMPLES.glob("*.png"))
    counts = (20, 200)
    times, memory = {count: [] for count in counts}, {count: [] for count in counts}
    with tempfile.TemporaryDirectory(prefix="vitrine-compare-") as name:
        for count in counts:
            # 20 is no multiple of 8: the same pictures in both, so that the counts can be compared.
            pictures = Path(name) / str(count)
            pictures.mkdir()
            for index in range(count):
                shutil.copy(samples[index % 20 % len(samples)], pictures / f"{index:03}.png")
        for _ in range(rounds or 3):
            for count in counts:
                seconds, peak = run(segment(binary, Path(name) / str(count), Path(name) / "out", threads))
                times[count].append(seconds)
                memory[count].append(peak)
                shutil.rmtree(Path(name) / "out")
    for count in counts:
        seconds = statistics.median(times[count])
        yield {
            "work": "folder", "title": f"A folder of {count} pictures", "batch": count, "ours_s": seconds, "peers": {},
            "ratio": None, "max_rel_error": None, "pictures_per_s": count / seconds,
            "spread": {"Vitrine": spread(times[count])},
            "peak_memory_bytes": {"Vitrine": statistics.median(memory[count])},
        }


# name -> generator of rows for (binary, threads, rounds)
COMMANDS = {"cold-start": cold_start, "folder": folder}


def table(rows):
    lines = ["| command | engine | seconds | pictures/s | peak memory | ratio |", "|---|---|---|---|---|---|"]
    for entry in rows:
        for engine, seconds in {"Vitrine": entry["ours_s"], **entry["peers"]}.items():
            megabytes = entry["peak_memory_bytes"][engine] / 1e6
            ratio = f"**{entry['ratio']:.1f}**" if engine == "Vitrine" and entry["ratio"] else ""
            lines.append(
                f"| {entry['title']} | {engine} | {seconds:.2f} ±{50 * entry['spread'][engine]:.0f} % "
                f"| {entry['batch'] / seconds:.2f} | {megabytes:.0f} MB | {ratio} |")
    return "\n".join(lines)
