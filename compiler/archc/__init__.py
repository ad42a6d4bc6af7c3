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
    from archc.api.costing import Summary as Summary
    from archc.api.differing import DiffResult as DiffResult
    from archc.api.differing import diff as diff
    from archc.api.foreign.configs import from_config as from_config
    from archc.api.foreign.onnx import from_onnx as from_onnx
    from archc.api.foreign.programs import from_program as from_program
    from archc.api.foreign.weighted import FileText as FileText
    from archc.api.formatting import format as format  # noqa: A004 (the word for it)
    from archc.api.functions import check as check
    from archc.api.functions import load as load
    from archc.api.functions import loads as loads
    from archc.api.functions import source as source
    from archc.api.functions import summary as summary
    from archc.api.functions import verify as verify
    from archc.api.importing import ImportedText as ImportedText
    from archc.api.importing import ImportReport as ImportReport
    from archc.api.importing import from_module as from_module
    from archc.api.partial import PartialText as PartialText
    from archc.api.partial import PartsReport as PartsReport
    from archc.api.partial import parts_of_module as parts_of_module
    from archc.api.pictures.diagrams import diagram as diagram
    from archc.api.plans.applying import apply as apply
    from archc.api.plans.planning import TrainingPlan as TrainingPlan
    from archc.api.plans.planning import plan as plan
    from archc.api.results import CheckedModel as CheckedModel
    from archc.api.results import CheckResult as CheckResult
    from archc.api.sizes import ValidSizes as ValidSizes
    from archc.api.spaces import space as space
    from archc.api.verifying import VerifyResult as VerifyResult
    from archc.api.weights import load_weights as load_weights
    from archc.api.weights.plan import plan_weights as plan_weights
    from archc.errors import ArchError as ArchError
    from archc.errors import ImportRefusedError as ImportRefusedError
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
    from archc.render.weights import WeightsReport as WeightsReport
    from archc.render.weights.plan import WeightsPlan as WeightsPlan
    from archc.request.settings import Expression as Expression
    from archc.searching.search import Search as Search
    from archc.searching.search import Trial as Trial
    from archc.searching.search import resume as resume
    from archc.searching.search import search as search
    from archc.searching.search import searched as searched
    from archc.spaces.space import Space as Space
    from archc.torch.training.loop import Epoch as Epoch
    from archc.torch.training.loop import Trained as Trained
    from archc.torch.training.loop import train as train
    from archc.torch.training.proxies import gradient_norm as gradient_norm
    from archc.torch.training.proxies import naswot as naswot
    from archc.torch.training.proxies import synflow as synflow
    from archir.base.diagnostics import Diagnostic as Diagnostic
    from archir.base.source import Source as Source
    from archir.check.summary import ModelSummary as ModelSummary

__version__ = "0.1.0"

__all__ = [
    "ArchError",
    "CheckResult",
    "CheckedModel",
    "Diagnostic",
    "DiffResult",
    "Epoch",
    "Expression",
    "FileText",
    "ImportRefusedError",
    "ImportReport",
    "ImportedText",
    "MissingFileError",
    "ModelChoiceError",
    "ModelSummary",
    "OwnOpError",
    "PackageMissingError",
    "PartialText",
    "PartsReport",
    "Search",
    "SettingError",
    "SettingTypeError",
    "Source",
    "Space",
    "Summary",
    "ToolError",
    "TorchMissingError",
    "Trained",
    "TrainingPlan",
    "Trial",
    "UnknownPathError",
    "ValidSizes",
    "VerifyResult",
    "WeightsError",
    "WeightsPlan",
    "WeightsReport",
    "__version__",
    "apply",
    "check",
    "diagram",
    "diff",
    "format",
    "from_config",
    "from_module",
    "from_onnx",
    "from_program",
    "gradient_norm",
    "load",
    "load_weights",
    "loads",
    "naswot",
    "parts_of_module",
    "plan",
    "plan_weights",
    "resume",
    "search",
    "searched",
    "source",
    "space",
    "summary",
    "synflow",
    "train",
    "verify",
]

_HOMES = {
    "archc.api.functions": ("check", "load", "loads", "source", "summary", "verify"),
    "archc.api.costing": ("Summary",),
    "archc.api.pictures.diagrams": ("diagram",),
    "archc.api.importing": ("ImportReport", "ImportedText", "from_module"),
    "archc.api.partial": ("PartialText", "PartsReport", "parts_of_module"),
    "archc.api.formatting": ("format",),
    "archc.api.foreign.onnx": ("from_onnx",),
    "archc.api.foreign.programs": ("from_program",),
    "archc.api.foreign.weighted": ("FileText",),
    "archc.api.foreign.configs": ("from_config",),
    "archc.errors": (
        "ArchError",
        "ImportRefusedError",
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
    "archc.api.differing": ("DiffResult", "diff"),
    "archc.api.plans.applying": ("apply",),
    "archc.api.plans.planning": ("TrainingPlan", "plan"),
    "archc.api.results": ("CheckResult", "CheckedModel"),
    "archc.request.settings": ("Expression",),
    "archc.api.sizes": ("ValidSizes",),
    "archc.api.spaces": ("space",),
    "archc.api.verifying": ("VerifyResult",),
    "archc.api.weights": ("load_weights",),
    "archc.api.weights.plan": ("plan_weights",),
    # What IPython calls for %load_ext archc and %unload_ext archc.
    "archc.notebook": ("load_ipython_extension", "unload_ipython_extension"),
    "archc.render.weights.plan": ("WeightsPlan",),
    "archc.render.weights": ("WeightsReport",),
    "archc.searching.search": ("Search", "Trial", "resume", "search", "searched"),
    "archc.spaces.space": ("Space",),
    "archc.torch.training.loop": ("Epoch", "Trained", "train"),
    "archc.torch.training.proxies": ("gradient_norm", "naswot", "synflow"),
    "archir.base.diagnostics": ("Diagnostic",),
    "archir.base.source": ("Source",),
    "archir.check.summary": ("ModelSummary",),
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
