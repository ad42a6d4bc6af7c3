"""The page about the examples, and how many lines they take against torchvision's Python.

``python benchmarks/models.py`` writes docs/models.md and the table in README.md; with ``--check``
it only says whether they are up to date. It needs torchvision, whose files it reads and does not
import. Of another release of torchvision than the table names, only our own side is checked.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import archc
from archc import pipeline
from archc.request import examples
from archdsl.project.program import Declared
from archdsl.resolve.resolved import References
from archir.base.source import Source
from references import REFERENCES, is_docstring, recorded

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "models.md"
README = ROOT / "README.md"
BEGIN, END = "<!-- lines: benchmarks/models.py -->\n", "<!-- end of lines -->\n"

_HEAD = """\
# The examples

<!-- Made from the examples by `python benchmarks/models.py`. -->

Every model here travels with archc: `archc examples` lists them, and a name can stand wherever a
file is asked for, as in `archc build resnet50` or `archc.load("resnet50")`. A variant of one is
started by `archc new my.arch --from resnet50`: a file that stands by itself.

Where a twin is named, the tests hold the model to it: the same keys, shapes and order in the state
dict, outputs and gradients equal to the last bit under random weights, the same initial weights
for the same seed. The others are held to the numbers of parameters that follow from their papers
or descriptions.
"""

_LINES = """\
## Lines

How long the text of each family is, for the models that torchvision has too. A line counts if it
holds more than blanks and comments. On our side these are the files of the models, and the blocks
of the standard library that they use (counted again for each family). On torchvision's side it is
the one file of the family. What is taken from another family, as a trunk is, is left out on both
sides. The last column leaves out docstrings and the tables of published weights, which have no
counterpart on our side: the files of every family are at most half as long, which a test holds.

"""

_COLUMNS = """\
| family | models | `.arch` files | library blocks | torchvision's file | its architecture |
| --- | ---: | ---: | ---: | ---: | ---: |"""


_OTHERS = """\
The same for models that other libraries have. On their side counts what the class is made of: the
classes and functions of its files that it mentions, directly or not, without docstrings, and
without the base class that loads weights (`python benchmarks/references.py`). Here too none takes
more than half.

| example | `.arch` files | library blocks | class | its architecture |
| --- | ---: | ---: | --- | ---: |
"""


@dataclass(frozen=True)
class Family:
    """One file of torchvision, and the examples that are models of it."""

    file: Path
    models: tuple[str, ...]
    elsewhere: frozenset[str] = frozenset()
    """The names of the examples that are other families'."""

    def ours(self) -> tuple[int, int]:
        """Lines in our files, and in the blocks that they take from the standard library."""
        files: dict[str, str] = {}
        blocks: dict[tuple[str, str], str] = {}
        for name in self.models:
            path = examples.folder() / f"{name}.arch"
            program, _ = pipeline.load(Source(path.name, examples.read(name)), path)
            assert program is not None, f"{name} is wrong"
            for declared in _used(program.models(), program.references, self.elsewhere):
                if declared.home.file.source.name.startswith("std."):
                    blocks[declared.home.file.source.name, declared.name] = declared.node.span.text
                else:
                    files[_example(declared)] = declared.home.file.source.text
        return sum(map(arch_lines, files.values())), sum(map(arch_lines, blocks.values()))

    def theirs(self) -> tuple[int, int]:
        """Lines in torchvision's file, and those that describe the architecture."""
        return python_lines(self.file.read_text("utf-8"))


def _used(
    models: Iterable[Declared], known: References, elsewhere: frozenset[str]
) -> set[Declared]:
    """The models and all that they refer to, directly or not, but for what stands elsewhere."""
    found = set(models)
    waiting = list(found)
    while waiting:
        for other, _ in known.get(waiting.pop(), ()):
            if other not in found and _example(other) not in elsewhere:
                found.add(other)
                waiting.append(other)
    return found


def _example(declared: Declared) -> str:
    """The name of the example where something stands, whichever way it is imported."""
    return declared.home.file.source.name.removeprefix("examples.").removesuffix(examples.ENDING)


def arch_lines(text: str) -> int:
    """Lines with more than blanks and comments, in the language."""
    lines = (line.strip() for line in text.splitlines())
    return sum(1 for line in lines if line and not line.startswith("#"))


def python_lines(text: str) -> tuple[int, int]:
    """The same in Python; and without docstrings and the tables of published weights."""
    lines = (line.strip() for line in text.splitlines())
    counted = {number for number, line in enumerate(lines, 1) if line and not line.startswith("#")}
    left_out: set[int] = set()
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if is_docstring(node) or _is_weights(node):
            assert isinstance(node, ast.stmt) and node.end_lineno is not None
            left_out.update(range(node.lineno, node.end_lineno + 1))
    return len(counted), len(counted - left_out)


def _is_weights(node: ast.AST) -> bool:
    """Whether it is a table of published weights, or what such tables share."""
    if isinstance(node, ast.ClassDef):
        return any(isinstance(base, ast.Name) and base.id == "WeightsEnum" for base in node.bases)
    return isinstance(node, ast.Assign) and any(
        isinstance(target, ast.Name) and target.id.startswith("_COMMON_") for target in node.targets
    )


def builders() -> dict[str, Path]:
    """The functions of torchvision that build models, and their files."""
    spec = find_spec("torchvision")
    if spec is None or spec.origin is None:
        raise SystemExit("benchmarks/models.py needs torchvision, to compare with")
    return {
        node.name: file
        for folder in ("models", "models/segmentation", "models/detection", "models/video")
        for file in sorted((Path(spec.origin).parent / folder).glob("*.py"))
        for node in ast.parse(file.read_text("utf-8")).body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    }


def families(known: dict[str, Path]) -> list[Family]:
    """The families that both sides have, in the order of torchvision's files."""
    by_file: dict[Path, list[str]] = {}
    for one in examples.listing():
        # Those of detection hold losses and the choice of boxes too, which are no part of a graph.
        if one.name in known and known[one.name].parent.name != "detection":
            by_file.setdefault(known[one.name], []).append(one.name)
    # What is no model of torchvision's is at home in the file that is called as it is.
    called = {"".join(_place(file).with_suffix("").parts): file for file in by_file}
    homes = {name: known.get(name) or _home(name, called) for name in examples.names()}
    return [
        Family(
            file,
            tuple(names),
            frozenset(n for n, home in homes.items() if home not in (None, file)),
        )
        for file, names in sorted(by_file.items())
    ]


def _home(example: str, called: dict[str, Path]) -> Path | None:
    """The file of torchvision to which an example belongs that several of its models share."""
    plain = example.replace("_", "")
    keys = (plain, f"segmentation{plain}", f"video{plain}", f"{plain}_transformer")
    return next((called[key] for key in keys if key in called), None)


def lines_table(known: dict[str, Path]) -> str:
    """The table of lines, in Markdown."""
    release = version("torchvision")
    rows = [_COLUMNS]
    for family in families(known):
        (files, blocks), (whole, architecture) = family.ours(), family.theirs()
        rows.append(
            f"| `{_place(family.file).as_posix()}` | {len(family.models)} | {files} | {blocks} "
            f"| {whole} | {architecture} |"
        )
    return "\n".join([*rows, "", f"(torchvision {release.partition('+')[0]})", ""])


def others_table() -> str:
    """The table of lines against other libraries, in Markdown."""
    rows, found = [], recorded()
    for name, reference in REFERENCES.items():
        files, blocks = Family(Path(), (name,), frozenset(reference.elsewhere)).ours()
        release, lines = found[name]
        rows.append(
            f"| `{name}` | {files} | {blocks} | `{reference.name}` of {reference.package} {release}"
            f" | {lines} |"
        )
    return _OTHERS + "\n".join([*rows, ""])


def models_table(known: dict[str, Path]) -> Iterator[str]:
    """What there is, by families, in Markdown."""
    family = None
    for one in examples.listing():
        if one.family != family:
            family = one.family
            yield f"\n## {family}\n"
            yield "| example | parameters | twin | what it is |\n| --- | ---: | --- | --- |"
        checked = archc.check(one.name)
        model = next((model for model in checked.models if model.name == one.name), None)
        count = f"{model.parameters:,}" if model is not None else "(for others to use)"
        twin = f"`torchvision.{_room(known[one.name])}.{one.name}`" if one.name in known else ""
        yield f"| [`{one.name}`](../examples/{one.name}.arch) | {count} | {twin} | {one.sentence} |"


def _room(file: Path) -> str:
    """The package of torchvision that gives what a file declares."""
    return ".".join(["models", *_place(file).parts[:-1]])


def _place(file: Path) -> Path:
    """A file of torchvision, seen from its folder of models."""
    folders = [parent.name for parent in file.parents]
    return Path(*file.parts[-1 - folders.index("models") :])


def page(known: dict[str, Path], lines: str) -> str:
    """The page about the examples."""
    return "\n".join([_HEAD.rstrip("\n"), *models_table(known), "", _LINES + lines, others_table()])


def readme(lines: str) -> str:
    """README.md with the table in its place."""
    before, _, rest = README.read_text("utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        raise SystemExit("README.md has lost the place of its table")
    return f"{before}{BEGIN}{lines}{END}{after}"


def main(arguments: list[str]) -> int:
    """Write both, or check that they are up to date."""
    known = builders()
    lines = lines_table(known)
    wanted = {PAGE: page(known, lines), README: readme(lines)}
    if "--check" not in arguments:
        for path, text in wanted.items():
            path.write_text(text, "utf-8", newline="\n")
        return 0
    late = [path for path, text in wanted.items() if not is_current(path, text)]
    for path in late:
        print(f"{path} is out of date: run python benchmarks/models.py", file=sys.stderr)
    return 1 if late else 0


def is_current(path: Path, wanted: str) -> bool:
    """Whether a page is as it would be written, but for another release of torchvision."""
    text = path.read_text("utf-8") if path.is_file() else ""
    if release_of(text) != release_of(wanted):
        text, wanted = without_theirs(text), without_theirs(wanted)
    return text == wanted


def release_of(text: str) -> str:
    """The release of torchvision that a page names."""
    _, _, rest = text.partition("(torchvision ")
    return rest.partition(")")[0]


def without_theirs(text: str) -> str:
    """A page without what depends on torchvision's release."""
    lines = (line for line in text.splitlines() if not line.startswith("(torchvision "))
    return "\n".join(
        "|".join(line.split("|")[:-3]) if line.startswith("| `") else line for line in lines
    )


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
