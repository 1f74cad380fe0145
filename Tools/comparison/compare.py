"""Times whole models in PyTorch, ONNX Runtime, OpenVINO and Vitrine, on the same weights and inputs, side by side.

In every round each engine runs in turn, and the machine's multiply-add peak is measured beside them: a busy machine slows all
of them alike. Before that all of them must agree.

With --precision int8 Vitrine computes in bytes, and ONNX Runtime and OpenVINO run twice, in full precision and in their own
dynamic quantisation. With --precision bf16 Vitrine computes in bfloat16, and PyTorch and OpenVINO run twice, in full precision
and in bfloat16; ONNX Runtime has no such form for processors. PyTorch in full precision is what all are checked against.

With --isa avx2 all engines keep to AVX2, on a processor that has AVX-512; instruction_sets.py says how. The kernel's own note
of who used AVX-512 is read, and an engine that did ends the run.

Three works are whole commands instead. cold-start is one picture, from the start of a process to its last file, beside a
Python program with PyTorch. folder is `vitrine segment` alone, on 20 and on 200 pictures. segment is one picture with models of
published size, CLIP ViT-L/14 at 336 px and SAM ViT-B, beside PyTorch, with and without text vectors of an earlier run; it
writes 2.1 GB of generated weights to the folder for temporary files.
"""

import argparse
import json
import math
import statistics
import sys
import time
from pathlib import Path

import numpy as np

import instruction_sets

# Before the engines are loaded, because they ask the processor then.
if __name__ == "__main__" and "--isa=avx2" in [*sys.argv, *map("=".join, zip(sys.argv, sys.argv[1:]))]:
    if not instruction_sets.limited():
        instruction_sets.run_again_limited()

import chart
import commands
import engines
import memory
from commands import COMMANDS
from processes import spread
from works import WORKS

# The largest difference from PyTorch that passes, relative to the largest magnitude.
AGREEMENT = {"full": 1e-3, "bf16": 0.1, "int8": 0.2}
PEERS = {"full": [engines.Torch, engines.ONNXRuntime, engines.OpenVINO]}
PEERS["bf16"] = PEERS["full"] + [engines.TorchBFloat16, engines.OpenVINOBFloat16]
PEERS["int8"] = PEERS["full"] + [engines.ONNXRuntimeBytes, engines.OpenVINOBytes]
PAUSE = 0.25
SHORTEST = 0.3


def measure(make, batch, runner, threads, rounds, precision):
    work = make(batch)
    with engines.scratch() as name:
        folder = Path(name)
        engines.export_all(work.graphs, folder)
        since = time.monotonic()
        everyone = [engine(work, folder, threads) for engine in PEERS[precision]]
        everyone.append(engines.Vitrine(work, folder, runner, threads, precision))
        seconds, errors = warmed_up(everyone, AGREEMENT[precision], since)
        times, peaks = timed(everyone, seconds, runner, rounds or work.rounds)
        for engine in everyone:
            engine.close()
    return work, times, peaks, errors


def warmed_up(everyone, agreement, since):
    """Runs each engine two or three times: its shortest time, and its error against the first, PyTorch.

    Where all are limited to AVX2, none may have used more since they were made.
    """
    seconds, outputs = {}, {}
    for engine in everyone:
        first, outputs[engine.name] = engine.run()
        seconds[engine.name] = min(engine.run()[0] for _ in range(1 if first > 2 else 2))
        if instruction_sets.limited() and instruction_sets.used_wide_vectors(engine.process, since):
            raise RuntimeError(f"{engine.name} used AVX-512, though it is limited to AVX2")
    ours = everyone[-1]
    outputs[ours.name] = ours.outputs()
    expected = outputs[everyone[0].name]
    errors = {engine.name: error(outputs[engine.name], expected) for engine in everyone[1:]}
    if max(errors.values()) > agreement:
        print(f"  DISAGREE: {errors}", file=sys.stderr)
    return seconds, errors


def timed(everyone, seconds, runner, rounds):
    """Seconds of a run of each engine in every round, and the machine's peak in every round."""
    repeats = {engine.name: max(1, math.ceil(SHORTEST / seconds[engine.name])) for engine in everyone}
    times = {engine.name: [] for engine in everyone}
    peaks = []
    for number in range(rounds):
        peaks.append(runner.peak())
        # The order turns, so that nobody always follows the same engine.
        start = number % len(everyone)
        for engine in everyone[start:] + everyone[:start]:
            time.sleep(PAUSE)
            total = sum(engine.run()[0] for _ in range(repeats[engine.name]))
            times[engine.name].append(total / repeats[engine.name])
    return times, peaks


def error(found, expected):
    """The largest difference of any output, relative to that output's largest magnitude."""
    worst = 0.0
    for name, value in expected.items():
        actual = np.asarray(found[name], dtype=np.float64).reshape(value.shape)
        worst = max(worst, float(np.abs(actual - value).max() / max(np.abs(value).max(), 1e-30)))
    return worst


def row(work, times, peaks, errors, precision):
    median = {name: statistics.median(values) for name, values in times.items()}
    ours = median["Vitrine"]
    peers = {name: value for name, value in median.items() if name != "Vitrine"}
    # Those of the same precision.
    alike = {name: value for name, value in peers.items() if precision == "full" or name.endswith(precision)}
    full = {name: value for name, value in peers.items() if not name.endswith(("bf16", "int8"))}
    fastest, fastest_full = min(alike, key=alike.get), min(full, key=full.get)
    peak = statistics.median(peaks)
    return {
        "work": work.name, "title": work.title, "batch": work.batch, "ours_s": ours, "peers": peers,
        "precision": precision, "ratio": peers[fastest] / ours, "fastest_peer": fastest,
        "ratio_to_full": full[fastest_full] / ours, "max_rel_error": errors["Vitrine"], "errors": errors,
        "spread": {name: spread(values) for name, values in times.items()},
        "fma_peak_gflops": peak, "gflop": work.gflop or None,
        "share_of_peak": work.gflop / ours / peak if work.gflop else None,
    }


def table(rows):
    peers = list(rows[0]["peers"])
    head = ["work", "batch", "Vitrine", *peers, "ratio", "to fp32", "of peak", "error"]
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for entry in rows:
        def cell(seconds, name):
            return f"{1000 * seconds:.1f} ms ±{50 * entry['spread'][name]:.0f} %"
        share = entry["share_of_peak"]
        lines.append("| " + " | ".join([
            entry["title"], str(entry["batch"]), cell(entry["ours_s"], "Vitrine"),
            *[cell(entry["peers"][name], name) for name in peers],
            f"**{entry['ratio']:.2f}**", f"{entry['ratio_to_full']:.2f}", f"{100 * share:.0f} %" if share else "", f"{entry['max_rel_error']:.0e}",
        ]) + " |")
    return "\n".join(lines)


def measure_memory(arguments):
    wanted = arguments.works.split(",") if arguments.works else ["clip-l14-336", "sam-b", "mobile-sam"]
    rows = []
    for name in (name for name in wanted if name in WORKS):
        rows.append(memory.measure(name, WORKS[name][0], arguments.runner, arguments.threads))
        if arguments.json:
            Path(arguments.json).write_text(json.dumps(rows, indent=1) + "\n")
    print(memory.table(rows))
    print("\nLargest resident size above that of the process before it saw the model; every engine in a process of its own.")


def main():
    parser = argparse.ArgumentParser(prog="Tools/compare", description=__doc__)
    parser.add_argument("--runner", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--vitrine", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--works", help=f"comma-separated, of: {', '.join([*WORKS, *COMMANDS])}")
    parser.add_argument("--batches", default="1,8", help="batch sizes, where a work has them")
    parser.add_argument("--precision", choices=list(PEERS), default="full", help="in which Vitrine computes")
    parser.add_argument("--isa", choices=["avx2"], help="keep all engines to these instructions, on a processor with more")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, help="rounds of each work, in place of its own number")
    parser.add_argument("--json", help="file for a list of {work, batch, ours_s, peers, ratio, max_rel_error, ...}")
    parser.add_argument(
        "--memory", action="store_true", help="measure memory instead of time, by default of the largest image encoders")
    parser.add_argument("--chart", help="file for a bar chart, SVG")
    arguments = parser.parse_args()
    known = [*WORKS, *COMMANDS]
    wanted = arguments.works.split(",") if arguments.works else known
    unknown = [name for name in wanted if name not in known]
    if unknown:
        parser.error(f"no work is called {', '.join(unknown)}; known are {', '.join(known)}")
    batches = [int(size) for size in arguments.batches.split(",")]
    if arguments.memory:
        measure_memory(arguments)
        return

    runner = engines.Runner(arguments.runner)
    runner.ask("threads", count=arguments.threads)
    machine = runner.ask("machine")["machine"]
    print(f"{machine['cpu']}, {arguments.threads} threads, {arguments.precision} precision; Vitrine: {machine['kernels']} kernels, "
          f"OpenBLAS {machine['blas']}\n", flush=True)
    rows, whole = [], []

    def keep():
        if arguments.json:
            Path(arguments.json).write_text(json.dumps(rows + whole, indent=1) + "\n")

    for name in wanted:
        if name in COMMANDS:
            for entry in COMMANDS[name](arguments.vitrine, arguments.threads, arguments.rounds):
                whole.append(entry)
                print(f"{entry['title']}: {entry['ours_s']:.2f} s", flush=True)
                keep()
            continue
        make, sizes = WORKS[name]
        for batch in (size for size in sizes if size in batches):
            entry = row(
                *measure(make, batch, runner, arguments.threads, arguments.rounds, arguments.precision),
                arguments.precision)
            rows.append(entry)
            print(f"{entry['title']}, batch {entry['batch']}: {entry['ratio']:.2f} x {entry['fastest_peer']}", flush=True)
            keep()
    runner.close()
    if whole:
        print("\n" + commands.table(whole))
    if not rows:
        return
    print("\n" + table(rows))
    print("\nMedians of the rounds, ± half the spread; ratio: the median of the fastest peer of the same precision over ours; to "
          "fp32: that of the fastest in full precision; of peak: useful arithmetic over the multiply-add peak measured in the "
          "same rounds; error: ours against PyTorch, relative to the largest magnitude.")
    if arguments.chart:
        chart.write(rows, machine, arguments.threads, arguments.chart)


if __name__ == "__main__":
    main()
