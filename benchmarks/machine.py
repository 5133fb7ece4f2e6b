"""One thread for everybody, and the line that says what was measured on what."""

import os
import platform
from importlib.metadata import PackageNotFoundError, version

import numpy as np

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS", "NPROC")
XLA = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
PACKAGES = ("numpy", "jax", "torch", "autograd")


def environment(alone: bool = True) -> dict[str, str]:
    """The environment of every measured process. alone: one thread; otherwise as many as each takes by itself."""
    if not alone:
        return {name: value for name, value in os.environ.items() if name not in (*THREADS, "XLA_FLAGS")}
    kept = {name: value for name, value in os.environ.items() if name != "OPENBLAS_CORETYPE"}
    return {**kept, **dict.fromkeys(THREADS, "1"), "XLA_FLAGS": XLA, "JAX_PLATFORMS": "cpu"}


def described() -> str:
    """The machine and the versions, as one sentence."""
    found = [f"{name} {v}" for name in PACKAGES if (v := version_of(name))]
    system = f"{processor()}, {os.cpu_count()} cores, {platform.system()}"
    return f"{system}; Python {platform.python_version()}, {', '.join(found)}; float64, one thread"


def busy() -> str:
    """A sentence where other processes want the cores too; empty where they do not, or nobody knows."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    return f"THE MACHINE IS BUSY: load {load:.1f} on {os.cpu_count()} cores" if load > 0.5 else ""


def version_of(package: str) -> str:
    try:
        return np.__version__ if package == "numpy" else version(package)
    except PackageNotFoundError:
        return ""


def processor() -> str:
    """The model of the processor, where the system tells it."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()
