"""What Rasa's OpenBLAS is told of the processor.

It is of 2022 and takes a processor that it does not know for one of 2004, which doubled the time of the equations of a
training. Its newer kernels run wherever the instructions are that they use, so they are named for those it knows, too.
"""

import os
from pathlib import Path

VARIABLE = "OPENBLAS_CORETYPE"
CPUINFO = Path("/proc/cpuinfo")

_KERNELS = {
    "SkylakeX": {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl", "avx2", "fma"},
    "Haswell": {"avx2", "fma"},
}
"""OpenBLAS's names of its kernels, the fastest first, with what they need, as Linux names it."""


def openblas_environment(cpuinfo: Path = CPUINFO) -> dict[str, str]:
    """Return what to set: nothing where it is set already, and where Linux tells nothing that helps."""
    if VARIABLE in os.environ or not cpuinfo.exists():
        return {}
    lines = cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines()
    flags = set(next((line for line in lines if line.startswith("flags")), "").split())
    fitting = [kernel for kernel, needed in _KERNELS.items() if needed <= flags]
    return {VARIABLE: fitting[0]} if fitting else {}
