"""archc: a language and compiler for neural-network architectures.

>>> import archc
>>> archc.check("examples/vgg16.arch").ok
True
>>> model = archc.load("examples/vgg16.arch", num_classes=10)  # a torch.nn.Module

Importing this package loads next to nothing: each function brings in what it needs when it is
first used, and only those that make or fill modules import torch.
"""

from __future__ import annotations

# As typing has it, which takes longer to import than all else of a small command does; and until
# the command has begun, Ctrl-C shows where Python is.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from archc.api import check as check
    from archc.api import diagram as diagram
    from archc.api import load as load
    from archc.api import loads as loads
    from archc.api import source as source
    from archc.api import summary as summary
    from archc.api import verify as verify
    from archc.costing import Summary as Summary
    from archc.errors import ArchError as ArchError
    from archc.errors import MissingFileError as MissingFileError
    from archc.errors import ModelChoiceError as ModelChoiceError
    from archc.errors import OwnOpError as OwnOpError
    from archc.errors import PackageMissingError as PackageMissingError
    from archc.errors import SettingError as SettingError
    from archc.errors import SettingTypeError as SettingTypeError
    from archc.errors import ToolError as ToolError
    from archc.errors import TorchMissingError as TorchMissingError
    from archc.errors import UnknownPathError as UnknownPathError
    from archc.errors import WeightsError as WeightsError
    from archc.results import CheckedModel as CheckedModel
    from archc.results import CheckResult as CheckResult
    from archc.settings import Expression as Expression
    from archc.sizes import ValidSizes as ValidSizes
    from archc.verifying import VerifyResult as VerifyResult
    from archc.weights import WeightsReport as WeightsReport
    from archc.weights import load_weights as load_weights
    from archir.diagnostics import Diagnostic as Diagnostic
    from archir.source import Source as Source
    from archir.summary import ModelSummary as ModelSummary

__version__ = "0.1.0"

__all__ = [
    "ArchError",
    "CheckResult",
    "CheckedModel",
    "Diagnostic",
    "Expression",
    "MissingFileError",
    "ModelChoiceError",
    "ModelSummary",
    "OwnOpError",
    "PackageMissingError",
    "SettingError",
    "SettingTypeError",
    "Source",
    "Summary",
    "ToolError",
    "TorchMissingError",
    "UnknownPathError",
    "ValidSizes",
    "VerifyResult",
    "WeightsError",
    "WeightsReport",
    "__version__",
    "check",
    "diagram",
    "load",
    "load_weights",
    "loads",
    "source",
    "summary",
    "verify",
]

_HOMES = {
    "archc.api": ("check", "diagram", "load", "loads", "source", "summary", "verify"),
    "archc.costing": ("Summary",),
    "archc.errors": (
        "ArchError",
        "MissingFileError",
        "ModelChoiceError",
        "OwnOpError",
        "PackageMissingError",
        "SettingError",
        "SettingTypeError",
        "ToolError",
        "TorchMissingError",
        "UnknownPathError",
        "WeightsError",
    ),
    "archc.results": ("CheckResult", "CheckedModel"),
    "archc.settings": ("Expression",),
    "archc.sizes": ("ValidSizes",),
    "archc.verifying": ("VerifyResult",),
    "archc.weights": ("WeightsReport", "load_weights"),
    "archir.diagnostics": ("Diagnostic",),
    "archir.source": ("Source",),
    "archir.summary": ("ModelSummary",),
}


def __getattr__(name: str) -> object:
    for home, exported in _HOMES.items():
        if name in exported:
            from importlib import import_module

            value: object = getattr(import_module(home), name)
            globals()[name] = value
            return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
