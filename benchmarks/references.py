"""How many lines of Python the libraries other than torchvision take for what examples are.

``python benchmarks/references.py`` reads the files of timm, transformers and
segmentation_models_pytorch where they are installed (a folder of ``pip install --target`` may stand
in PYTHONPATH; none of them is imported) and writes benchmarks/references.json, out of which
``python benchmarks/models.py`` makes a table. Of a reference counts what its model's class is made
of: the classes and functions of its files that the class mentions, directly or not, without
docstrings and comments, and without the base class that loads weights and makes initial ones.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import TypeAlias

RECORD = Path(__file__).with_name("references.json")
BASE = "PreTrainedModel"
"""What the names of such base classes end with, in transformers."""

Definition: TypeAlias = "ast.ClassDef | ast.FunctionDef"


@dataclass(frozen=True)
class Reference:
    """A class of a package, and the files in which it and its parts stand."""

    package: str
    files: tuple[str, ...]
    name: str

    elsewhere: tuple[str, ...] = ()
    """The examples of which ours takes parts that theirs has in files that are not among these."""

    def lines(self) -> int | None:
        """How many it takes; None where the package is not installed."""
        spec = find_spec(self.package)
        if spec is None or spec.origin is None:
            return None
        folder = Path(spec.origin).parent
        texts = [(folder / file).read_text("utf-8") for file in self.files]
        return sum(count for _, count in architecture(texts, self.name))


REFERENCES = {
    "gpt2": Reference("transformers", ("models/gpt2/modeling_gpt2.py",), "GPT2LMHeadModel"),
    "bert_base": Reference("transformers", ("models/bert/modeling_bert.py",), "BertModel"),
    "llama": Reference("transformers", ("models/llama/modeling_llama.py",), "LlamaForCausalLM"),
    "t5_small": Reference(
        "transformers", ("models/t5/modeling_t5.py",), "T5ForConditionalGeneration"
    ),
    "clip_vit_b_32": Reference("transformers", ("models/clip/modeling_clip.py",), "CLIPModel"),
    "mixer_b16_224": Reference("timm", ("models/mlp_mixer.py",), "MlpMixer"),
    "xception": Reference("timm", ("models/xception.py",), "Xception"),
    "seresnet50": Reference("timm", ("models/resnet.py",), "ResNet"),
    "nasnet_cell": Reference("timm", ("models/nasnet.py",), "NormalCell"),
    "unet_resnet34": Reference(
        "segmentation_models_pytorch",
        ("decoders/unet/decoder.py", "decoders/unet/model.py", "base/modules.py", "base/heads.py"),
        "Unet",
        ("resnet", "resnet34"),
    ),
}
"""The examples that these have too."""


def architecture(texts: list[str], name: str) -> Iterator[tuple[str, int]]:
    """The classes and functions that one is made of, each with its lines."""
    known: dict[str, tuple[str, Definition]] = {}
    for text in texts:
        for node in ast.parse(text).body:
            if isinstance(node, ast.ClassDef | ast.FunctionDef) and not node.name.endswith(BASE):
                known.setdefault(node.name, (text, node))
    waiting, seen = [name], {name}
    while waiting:
        here = waiting.pop()
        text, node = known[here]
        yield here, _lines(text, node)
        mentioned = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
        new = sorted(mentioned & set(known) - seen)
        seen.update(new)
        waiting += new


def _lines(text: str, node: Definition) -> int:
    """Lines of a definition with more than blanks, comments and docstrings."""
    left_out: set[int] = set()
    for each in ast.walk(node):
        if is_docstring(each):
            assert isinstance(each, ast.stmt) and each.end_lineno is not None
            left_out.update(range(each.lineno, each.end_lineno + 1))
    first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
    assert node.end_lineno is not None
    lines = enumerate((line.strip() for line in text.splitlines()), 1)
    held = (line for at, line in lines if first <= at <= node.end_lineno and at not in left_out)
    return sum(1 for line in held if line and not line.startswith("#"))


def is_docstring(node: ast.AST) -> bool:
    """Whether it is a text that stands by itself."""
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def recorded() -> dict[str, tuple[str, int]]:
    """By examples: the release that was read, and its lines."""
    found: dict[str, list[str | int]] = json.loads(RECORD.read_text("utf-8"))
    return {name: (str(release), int(lines)) for name, (release, lines) in found.items()}


def main() -> None:
    """Write down what is installed; of what is not, what was written stays."""
    found = recorded() if RECORD.is_file() else {}
    for name, reference in REFERENCES.items():
        lines = reference.lines()
        if lines is None:
            continue
        try:
            found[name] = (version(reference.package), lines)
        except PackageNotFoundError:
            continue
    rows = [f"  {json.dumps(name)}: {json.dumps(found[name])}" for name in REFERENCES]
    RECORD.write_text("{\n" + ",\n".join(rows) + "\n}\n", "utf-8")


if __name__ == "__main__":
    main()
