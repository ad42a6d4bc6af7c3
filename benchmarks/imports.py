"""Which modules of torchvision, timm and transformers come in by ``archc import``, and how.

``python benchmarks/imports.py torchvision timm`` imports each target of ``imports.txt`` that is of
these libraries, each in a process of its own, and says one line of each: whether it was proven, at
how many sizes, the lines of its text against those of its classes in Python, and the seconds; or
why it was refused. ``--into FILE`` keeps what was found, and what stands there is not run again;
``--only WORD`` takes the targets that have this word; ``--limit SECONDS`` is for each (300). At the
end come the counts, those that have more than a quarter of their classes' lines, and the reasons by
how often they were met. What came in is written to ``--texts FOLDER``.
"""

from __future__ import annotations

import argparse
import inspect
import json
import os
import re
import select
import signal
import time
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from models import arch_lines, python_lines

LIST = Path(__file__).with_suffix(".txt")


@dataclass(frozen=True)
class Target:
    """One line of the list: what is imported, with which inputs and arguments."""

    library: str
    name: str
    inputs: tuple[str, ...]
    arguments: tuple[str, ...]

    def make(self) -> tuple[Any, Mapping[int, Any], str]:
        """The module, what its constructors were given, and what it is called."""
        from archc.api import importing, reference
        from archc.cli.python_values import arguments
        from archc.torch.tracing.constructors import made

        if self.library == "transformers":
            net, known = made(lambda: of_transformers(self.name))
            return net, known, re.sub(r"\W", "_", self.name)
        function, shown = importing.callable_of(self.name)
        given = arguments(self.arguments)
        net, known = made(lambda: reference.call(function, self.name, given))
        return net, known, shown


@dataclass(frozen=True)
class Result:
    """What came of a target."""

    library: str
    name: str
    reason: str = ""
    """Why it was refused; empty where it came in."""

    sizes: int = 0
    variables: str = ""
    form: str = ""
    lines: int = 0
    source: int = 0
    seconds: float = 0.0

    def shown(self) -> str:
        if self.reason:
            return f"{self.name}: refused after {self.seconds:.1f} s: {self.reason}"
        return (
            f"{self.name}: equal at {self.sizes} sizes ({self.variables}), {self.form}, "
            f"{self.lines} lines of {self.source}, {self.seconds:.1f} s"
        )


def targets() -> Iterator[Target]:
    """All targets of the list."""
    for line in LIST.read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            library, name, inputs, *arguments = line.split()
            yield Target(library, name, tuple(inputs.split(",")), tuple(arguments))


def of_transformers(name: str) -> nn.Module:
    """A small model of transformers: ``Bert`` with a configuration of few, narrow layers."""
    from importlib import import_module

    transformers: Any = import_module("transformers")
    config_class = getattr(transformers, f"{name}Config")
    small = {
        "vocab_size": 99,
        "hidden_size": 32,
        "d_model": 32,
        "n_embd": 32,
        "dim": 32,
        "num_hidden_layers": 2,
        "num_layers": 2,
        "n_layer": 2,
        "n_layers": 2,
        "encoder_layers": 2,
        "decoder_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "n_head": 4,
        "n_heads": 4,
        "num_heads": 4,
        "intermediate_size": 48,
        "d_ff": 48,
        "d_kv": 8,
        "head_dim": 8,
        "hidden_dim": 48,
        "use_cache": False,
        "image_size": 32,
        "patch_size": 8,
        "embedding_size": 16,
    }
    known = inspect.signature(config_class.__init__).parameters
    names = {**getattr(config_class, "attribute_map", {})}
    plain = config_class()
    given = {
        key: value
        for key, value in small.items()
        if (key in known or hasattr(plain, key)) and key not in names and _scalar(plain, key)
    }
    config = config_class(**given)
    config._attn_implementation = "eager"
    model: nn.Module = transformers.AutoModel.from_config(config, attn_implementation="eager")
    return model


def _scalar(config: Any, key: str) -> bool:
    return not isinstance(getattr(config, key, None), list | tuple | dict)


def source_lines(net: nn.Module) -> int:
    """Lines of code of the classes of a module's parts, but for torch's own."""
    kinds = {
        base
        for module in net.modules()
        for base in type(module).__mro__
        if base.__module__.partition(".")[0] not in ("torch", "builtins", "typing", "abc")
    }
    return sum(_lines_of(kind) for kind in kinds)


def _lines_of(kind: type) -> int:
    try:
        return python_lines(inspect.cleandoc("\n" + inspect.getsource(kind)))[1]
    except (OSError, TypeError, SyntaxError):
        return 0


def run(target: Target, texts: Path | None) -> Result:
    """Import one target."""
    from archc.api import importing
    from archc.errors import ArchError

    warnings.filterwarnings("ignore")
    torch.set_num_threads(1)
    began = time.perf_counter()

    def took() -> float:
        return round(time.perf_counter() - began, 1)

    try:
        net, known, name = target.make()
        given = [importing.described(each) for each in target.inputs]
        text = importing.imported(net, given, name, known)
    except ArchError as error:
        return Result(target.library, target.name, f"{error}", seconds=took())
    except Exception as error:
        said = f"{type(error).__name__}: {error}".split("\n", 1)[0]
        return Result(target.library, target.name, f"FAULT {said} {_where(error)}", seconds=took())
    if texts is not None:
        (texts / f"{re.sub(r'[^a-zA-Z0-9_.-]', '_', target.name)}.arch").write_text(
            str(text), "utf-8"
        )
    report = text.report
    return Result(
        target.library,
        target.name,
        "",
        len(report.proofs),
        " ".join(report.variables),
        report.form,
        arch_lines(str(text)),
        source_lines(net),
        took(),
    )


def _where(error: Exception) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return (
        ""
        if trace is None
        else f"({Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno})"
    )


def apart(target: Target, texts: Path | None, limit: float) -> Result:
    """The same in a process of its own, which may take so many seconds."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        with os.fdopen(writing, "w", encoding="utf-8") as to:
            json.dump(asdict(run(target, texts)), to)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as back:
        if not select.select([back], [], [], limit)[0]:
            os.kill(child, signal.SIGKILL)
        said = back.read()
    os.waitpid(child, 0)
    if not said:
        return Result(target.library, target.name, f"FAULT no answer within {limit:g} s")
    return Result(**json.loads(said))


def kind_of(reason: str) -> str:
    """A reason without what it says of one model alone."""
    plain = re.sub(r"^\w+ cannot be imported: ", "", reason)
    plain = re.sub(r" in [\w.]+ \(.*?\)$| \(/.*?\)$", "", plain)
    return re.sub(r"\[.*|\d+", "#", plain)[:90]


def summary(results: Sequence[Result]) -> str:
    """How many came in, of each library, and why the others did not."""
    lines: list[str] = []
    for library in dict.fromkeys(each.library for each in results):
        own = [each for each in results if each.library == library]
        came = [each for each in own if not each.reason]
        lines.append(f"{library}: {len(came)} of {len(own)}")
        if came:
            longer = [each for each in came if 4 * each.lines > each.source]
            shorter = len(came) - len(longer)
            lines.append(f"  at least 4 times fewer lines than their classes: {shorter}")
            for each in sorted(longer, key=lambda each: each.source / each.lines):
                times = f"{each.source / each.lines:.1f} times"
                lines.append(f"    {each.name}: {times}, {each.lines} of {each.source}")
        reasons = Counter(kind_of(each.reason) for each in own if each.reason)
        lines += [f"  {count} x {reason}" for reason, count in reasons.most_common()]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("libraries", nargs="+", help="torchvision, timm, transformers")
    parser.add_argument("--into", type=Path, help="a file that keeps the results")
    parser.add_argument("--texts", type=Path, help="a folder for the texts")
    parser.add_argument("--only", default="", help="a regular expression of the targets' names")
    parser.add_argument("--limit", type=float, default=300.0)
    given = parser.parse_args()
    known: dict[tuple[str, str], Result] = {}
    if given.into is not None and given.into.exists():
        for line in given.into.read_text("utf-8").splitlines():
            result = Result(**json.loads(line))
            known[result.library, result.name] = result
    if given.texts is not None:
        given.texts.mkdir(parents=True, exist_ok=True)
    results: list[Result] = []
    for target in targets():
        if target.library not in given.libraries or not re.search(given.only, target.name):
            continue
        found = known.get((target.library, target.name))
        if found is None:
            found = apart(target, given.texts, given.limit)
            print(found.shown(), flush=True)
            if given.into is not None:
                with given.into.open("a", encoding="utf-8") as to:
                    to.write(json.dumps(asdict(found)) + "\n")
        results.append(found)
    print(summary(results))


if __name__ == "__main__":
    main()
