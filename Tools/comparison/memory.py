"""How much memory each engine takes for a work, every engine in a process of its own.

The number is how far the largest resident size lies above that of the process before it saw the model. It holds the weights,
what the engine makes of them, and the memory of two runs. ONNX Runtime and OpenVINO load an ONNX file and Vitrine a file of
weights, and their peak counts from there. PyTorch's model is made in the process itself, so its peak counts from the first
run.
"""

import gc
import json
import subprocess
import sys
from pathlib import Path

import numpy as np

import engines


def status(name):
    """Bytes of an entry of this process's status."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(name):
            return 1024 * int(line.split()[1])
    return 0


def forget_peak():
    Path("/proc/self/clear_refs").write_text("5")


def measure(name, make, runner, threads):
    """Bytes of the weights, and by engine the bytes taken."""
    work = make(1)
    with engines.scratch() as folder:
        folder = Path(folder)
        engines.export_all(work.graphs, folder)
        np.savez(folder / "inputs.npz", **next(iter(work.graphs.values())).inputs)
        weights = sum(
            value.numel() * value.element_size() for graph in work.graphs.values()
            for value in graph.module.state_dict().values())
        if work.kind == "clip-image":
            visual = [value for key, value in work.state.items() if key.startswith("visual.")]
            weights = sum(value.numel() * value.element_size() for value in visual)
        taken = {}
        for engine in ("PyTorch", "ONNX Runtime", "OpenVINO"):
            child = subprocess.run(
                [sys.executable, "-W", "ignore", __file__, engine, name, str(folder), str(threads)],
                stdout=subprocess.PIPE, text=True, check=True)
            taken[engine] = json.loads(child.stdout.splitlines()[-1])
        own = engines.Runner(runner)
        before = own.ask("memory")["peakBytes"]
        vitrine = engines.Vitrine(work, folder, own, threads)
        for _ in range(2):
            vitrine.run()
        taken["Vitrine"] = own.ask("memory")["peakBytes"] - before
        own.close()
    return {"work": work.name, "title": work.title, "weights_bytes": weights, "taken_bytes": taken}


def table(rows):
    names = ("Vitrine", "PyTorch", "ONNX Runtime", "OpenVINO")
    lines = ["| work | weights | " + " | ".join(names) + " |", "|" + "---|" * (len(names) + 2)]
    for row in rows:
        cells = [f"{row['taken_bytes'][name] / 1e6:.0f} MB" for name in names]
        lines.append(f"| {row['title']} | {row['weights_bytes'] / 1e6:.0f} MB | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def child(engine, name, folder, threads):
    folder = Path(folder)
    if engine == "PyTorch":
        from works import WORKS

        before = status("VmRSS:")
        work = WORKS[name][0](1)
        model = engines.Torch(work, folder, threads)
        gc.collect()
        forget_peak()
        run = model.run
    else:
        inputs = dict(np.load(folder / "inputs.npz"))
        __import__({"ONNX Runtime": "onnxruntime", "OpenVINO": "openvino"}[engine])
        before = status("VmRSS:")
        forget_peak()
        graphs = {path.stem: engines.Inputs(inputs) for path in folder.glob("*.onnx")}
        kind = {"ONNX Runtime": engines.ONNXRuntime, "OpenVINO": engines.OpenVINO}[engine]
        model = kind(engines.Loaded(graphs), folder, threads)
        run = lambda: model.compiled[next(iter(graphs))](*inputs.values())  # noqa: E731
    for _ in range(2):
        run()
    print(json.dumps(status("VmHWM:") - before))


if __name__ == "__main__":
    child(*sys.argv[1:4], int(sys.argv[4]))
