"""Whole commands, from the start of a process to its last file: one picture from a cold start, folders of pictures, and one
picture with models of published size.

Unlike the works of works.py these run the `vitrine` binary, and a peer is another program that does the same.
"""

import shutil
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from processes import SAMPLES, entry, one_picture, run, segment
from published_segment import published_segment

HERE = Path(__file__).resolve().parent


def cold_start(binary, threads, rounds):
    """One picture of 1024 x 1024, both processes in turn, the files already in the system's cache."""
    with one_picture(binary) as (folder, picture, sentences):
        ours_out, theirs_out = folder / "ours", folder / "theirs"
        ours = segment(binary, picture, ours_out, threads)
        theirs = [sys.executable, HERE / "cold_start.py", picture, "--sentences", sentences, "--output", theirs_out,
                  "--threads", threads]
        # Once to warm the caches, and to see that both make the same map.
        run(segment(binary, picture, ours_out, threads, "--fusion", "clip"))
        run(theirs)
        found, expected = np.load(ours_out / picture.name / "map.npy"), np.load(theirs_out / "map.npy")
        error = float(np.abs(found - expected).max() / np.abs(expected).max())
        runs = {"Vitrine": [], "Python, PyTorch": []}
        for _ in range(rounds or 7):
            for engine, command in (("Vitrine", ours), ("Python, PyTorch", theirs)):
                time.sleep(0.25)
                runs[engine].append(run(command))
    yield entry("cold-start", "One picture of 1024 x 1024, from a cold start", 1, runs, max_rel_error=error)


def folder(binary, threads, rounds):
    """The sample pictures, again and again until there are 20 and 200; the sizes in turn."""
    samples = sorted(SAMPLES.glob("*.png"))
    counts = (20, 200)
    runs = {count: [] for count in counts}
    with tempfile.TemporaryDirectory(prefix="vitrine-compare-") as name:
        for count in counts:
            # 20 is no multiple of 8: the same pictures in both, so that the counts can be compared.
            pictures = Path(name) / str(count)
            pictures.mkdir()
            for index in range(count):
                shutil.copy(samples[index % 20 % len(samples)], pictures / f"{index:03}.png")
        for _ in range(rounds or 3):
            for count in counts:
                runs[count].append(run(segment(binary, Path(name) / str(count), Path(name) / "out", threads)))
                shutil.rmtree(Path(name) / "out")
    for count in counts:
        result = entry("folder", f"A folder of {count} pictures", count, {"Vitrine": runs[count]})
        yield {**result, "pictures_per_s": count / result["ours_s"]}


# name -> generator of rows for (binary, threads, rounds)
COMMANDS = {"cold-start": cold_start, "folder": folder, "segment": published_segment}


def table(rows):
    lines = ["| command | engine | seconds | processor seconds | pictures/s | peak memory | ratio |", "|" + "---|" * 7]
    for row in rows:
        for engine, seconds in {"Vitrine": row["ours_s"], **row["peers"]}.items():
            megabytes = row["peak_memory_bytes"][engine] / 1e6
            ratio = f"**{row['ratio']:.1f}**" if engine == "Vitrine" and row["ratio"] else ""
            lines.append(
                f"| {row['title']} | {engine} | {seconds:.2f} ±{50 * row['spread'][engine]:.0f} % "
                f"| {row['processor_s'][engine]:.2f} | {row['batch'] / seconds:.2f} | {megabytes:.0f} MB | {ratio} |")
    return "\n".join(lines)
