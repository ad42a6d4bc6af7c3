"""The words of the language that are no problems, each in a few lines: for ``archc explain``."""

from __future__ import annotations

from typing import Final

from archir.base.record import Record

_FORMS: Final = {
    "arch": ("`arch 1`", "the edition of the language, on the first line"),
    "import": ("`import std.blocks: ConvNormAct`", "names from a library or another file"),
    "block": ("`block Name(width, stride = 1) { … }`", "a reusable part"),
    "model": ("`model net() { … }`", "a part that can be built by itself; `= Other(…)` a variant"),
    "let": ("`let width = 64`", "a name for what is known at compile time, or for a value"),
    "fn": ("`fn double(n) = 2 * n`", "a function of numbers, strings and lists"),
    "for": ("`for width in [64, 128] { … }`", "the body once for each item"),
    "in": ("`for i in 1..3`, `if x in list`", "what a loop goes over, or whether a list has it"),
    "repeat": ("`repeat 3 { … }`", "the body so many times"),
    "if": ("`if deep { … } else { … }`", "one of the bodies, chosen at compile time"),
    "else": ("`if deep { … } else { … }`, `a if deep else b`", "the other case"),
    "assert": ('`assert D % heads == 0, "message"`', "a condition of a block's own"),
    "input": ("`input image: [N, 3, H = 224, W = 224]`", "what comes in, with its shape"),
    "output": ("`output logits = y`", "what comes out, where it is not the last value"),
    "param": ("`param token: [1, 1, 64] = zeros`", "a raw parameter, which is learned"),
    "buffer": ("`buffer mask: [16, 16] = ones`", "a raw tensor that is not learned"),
    "module": ("`module head = linear(10)`", "one module that may be applied several times"),
    "init": ("`init { conv.weight: kaiming_normal }`", "rules for initial weights"),
    "with": ("`linear(8) with weight = zeros`", "a layer's own initial weights"),
    "as": ("`conv(8, 3) as skip`", "a name for what a stage gives"),
    "when": ("`output aux = a when training`", "an output in training mode alone"),
    "residual": ("`residual { … } shortcut { … }`", "what the body gives is added to what came in"),
    "shortcut": ("`residual { … } shortcut { … }`", "what is added instead of what came in"),
    "dense": ("`dense { … }`", "what the body gives is joined to what came in"),
    "train_only": ("`train_only { … }`", "modules that exist always and run only in training"),
    "and": ("`a and b`", "whether both hold"),
    "or": ("`a or b`", "whether one holds"),
    "not": ("`not a`", "whether it does not hold"),
    "true": ("`bias = true`", "a constant"),
    "false": ("`bias = false`", "a constant"),
    "none": ("`norm = none`", "a constant, which stands for what is absent"),
    "upto": ("`resnet50 upto [layer3, layer4]`", "what labels within a part give"),
    "step": ("`1..9 step 2`", "by how much a range goes up"),
    "of": ("`depths: list[int] of 4`", "how many items a list has"),
}
"""Each word of the grammar: how it is written, and what that is."""


class Word(Record):
    """What a word is, and the lines that say more."""

    name: str
    kind: str
    lines: tuple[str, ...]


def word(name: str) -> Word | None:
    """What a word of the language or its libraries is; None of an op, or of what is none."""
    if name in _FORMS:
        form, meaning = _FORMS[name]
        return Word(name, "word of the language", (f"{form}: {meaning}.",))
    return _function(name) or _declared(name) or _elsewhere(name)


def _function(name: str) -> Word | None:
    from archir.init.initialisers import INITIALISERS, NORMALISATIONS
    from archir.program.builtins import BUILTINS

    if name in INITIALISERS:
        known = INITIALISERS[name]
        where = "It stands behind a rule of `init`, `with weight =`, or the shape of a `param`."
        return Word(name, "initialiser", (f"`{known.usage}`: {known.meaning}.", where))
    if name in NORMALISATIONS:
        known = NORMALISATIONS[name]
        where = "It stands behind `with weight =` of a convolution, a `linear` or an `embedding`."
        return Word(name, "form of a weight", (f"`{known.usage}`: {known.meaning}.", where))
    if name in BUILTINS:
        function = BUILTINS[name]
        return Word(name, "function", (f"`{function.usage}`: {function.meaning}.",))
    return None


def _declared(name: str) -> Word | None:
    from archdsl.project.locate import EXAMPLES, example_names, library_names

    if name in library_names():
        from archc.pages.library import declared, signature
        from archdsl.syntax.docs import prose

        found = declared(name)
        if found is not None:
            library, member = found
            doc = prose(member.doc).strip().split("\n\n")
            texts = [" ".join(each.split()) for each in doc if each.strip()]
            lines = (f"`{signature(member)}`", *texts, f"`import {library.name}: {name}`")
            return Word(name, f"{getattr(member, 'kind', 'function')} of the library", lines)
    if name in example_names():
        shown = f"`archc examples {name}` prints it, `import {EXAMPLES}.{name}: {name}` takes it."
        return Word(name, "example", (shown,))
    return None


def _elsewhere(name: str) -> Word | None:
    from archir.base.elsewhere import form_elsewhere
    from archir.base.missing import not_yet
    from archir.base.synonyms import synonym

    other = synonym(name)
    if other is not None:
        said = f"It is called `{other}` here; `archc explain {other}` shows it."
        return Word(name, "word of other libraries", (said,))
    said = form_elsewhere(name) or not_yet(name) or ""
    return (
        Word(name, "word of other libraries", (f"{said[0].upper()}{said[1:]}.",)) if said else None
    )
