"""Limits every engine to AVX2 on a processor that has more.

PyTorch and OpenVINO are asked by environment variables, Vitrine by its own, and the C library may not use AVX-512 to copy
memory. ONNX Runtime has no such variable: it asks the processor, and then the system, with the instruction XGETBV, whether the
wide registers are kept. So a copy of it is loaded in which that instruction is replaced by another answer. OpenVINO gets such
a copy as well, because parts of it ask the processor themselves.

The kernel notes when a process last used AVX-512 (/proc/PID/arch_status). `used_wide_vectors` reads it, and a comparison
that is limited ends where one of the engines did.
"""

import importlib.util
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SETTINGS = {
    "VITRINE_KERNELS": "avx2",
    # oneDNN, in PyTorch and in OpenVINO.
    "ONEDNN_MAX_CPU_ISA": "AVX2",
    # PyTorch's own loops, and MKL, which multiplies its matrices.
    "ATEN_CPU_CAPABILITY": "avx2",
    "MKL_ENABLE_INSTRUCTIONS": "AVX2",
    # NumPy's loops, under the names of all its versions, and its matrix products.
    "NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL AVX512_SPR",
    "OPENBLAS_CORETYPE": "Haswell",
    "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX512F,-AVX512VL,-AVX512BW,-AVX512CD,-AVX512DQ",
}
LIMITED = "VITRINE_COMPARE_LIMITED"
XGETBV = b"\x0f\x01\xd0"
# push 7; pop rax: the system keeps the registers of SSE and AVX, and no wider ones.
ANSWER = b"\x6a\x07\x58"
# The three bytes occur inside other instructions, too. The real ones set ecx to 0 just before, or join both halves after.
ASKED_BEFORE, JOINED_AFTER = b"\x31\xc9", b"\x89\xc0\x48\xc1\xe2\x20"


def limited():
    return LIMITED in os.environ


def run_again_limited():
    """Runs this program again with everything limited, and ends with its status."""
    with tempfile.TemporaryDirectory(prefix="vitrine-compare-avx2-") as folder:
        for package in ("onnxruntime", "openvino"):
            copy_answering(package, Path(folder))
        paths = [folder, *filter(None, [os.environ.get("PYTHONPATH")])]
        environment = {**os.environ, **SETTINGS, LIMITED: "1", "PYTHONPATH": os.pathsep.join(paths)}
        sys.exit(subprocess.run([sys.executable, *sys.argv], env=environment).returncode)


def copy_answering(package, folder):
    """Links a package's files into a folder, and copies with another answer those libraries that ask with XGETBV."""
    source = Path(importlib.util.find_spec(package).submodule_search_locations[0])
    changed = 0
    for path in sorted(source.rglob("*")):
        target = folder / package / path.relative_to(source)
        if path.is_dir():
            target.mkdir(parents=True, exist_ok=True)
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        contents = answering(path.read_bytes()) if ".so" in path.name else None
        if contents is None:
            target.symlink_to(path)
        else:
            target.write_bytes(contents)
            changed += 1
    if not changed:
        raise RuntimeError(f"no library of {package} asks with XGETBV; look at how this version finds out what there is")


def answering(contents):
    """The library with the other answer; None where it does not ask."""
    places = [
        match.start() for match in re.finditer(re.escape(XGETBV), contents)
        if contents[match.start() - 2:match.start()] == ASKED_BEFORE or contents[match.end():match.end() + 6] == JOINED_AFTER
    ]
    if not places:
        return None
    changed = bytearray(contents)
    for place in places:
        changed[place:place + 3] = ANSWER
    return changed


def used_wide_vectors(process, since):
    """Whether a process, an entry of /proc, used AVX-512 after `since` (time.monotonic).

    The kernel looks each time that the process's first thread is set aside.
    """
    status = Path("/proc", process, "arch_status")
    if not status.exists():
        raise RuntimeError(f"{status} is missing: this kernel does not tell whether AVX-512 was used")
    time.sleep(0.05)
    ago = int(status.read_text().split()[1])
    return ago >= 0 and ago / 1000 < time.monotonic() - since
