"""The packages that some functions need, and what is said where one is missing.

Importing this imports none of them.
"""

from __future__ import annotations


class PackageMissingError(ImportError):
    """A package that is needed is not installed; ``name`` is the package's."""


class TorchMissingError(PackageMissingError):
    """torch is needed and is not installed."""

    def __init__(self) -> None:
        super().__init__(
            'a live module needs torch, which is not installed: pip install "archc-lang[torch]"',
            name="torch",
        )


def require(package: str) -> None:
    """Raise PackageMissingError where a package is not installed."""
    from importlib.util import find_spec

    try:
        if find_spec(package) is not None:
            return
    except ValueError:  # a module without a specification, as in sys.modules["torch"] = None
        pass
    if package == "torch":
        raise TorchMissingError
    wanted = {
        "safetensors": ("files of weights need safetensors", 'pip install "archc-lang[torch]"'),
        "hypothesis": ("a strategy needs hypothesis", "pip install hypothesis"),
        "pypdfium2": ("pictures in pixels need pypdfium2", 'pip install "archc-lang[pictures]"'),
        "onnx": ("ONNX files need onnx", 'pip install "archc-lang[onnx]"'),
        "optuna": ("a search needs optuna", 'pip install "archc-lang[search]"'),
        "ray": ("the engine ray needs ray", 'pip install "archc-lang[search]"'),
        "submitit": ("the engine submitit needs submitit", 'pip install "archc-lang[slurm]"'),
        "torchvision": ("published weights need torchvision", "pip install torchvision"),
    }
    why, command = wanted[package]
    raise PackageMissingError(f"{why}, which is not installed: {command}", name=package)
