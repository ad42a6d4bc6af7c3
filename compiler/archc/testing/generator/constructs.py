"""The constructs of docs/language.md, section by section: each must be made, or a run fails."""

from __future__ import annotations

SECTIONS: dict[str, tuple[str, ...]] = {
    "text": (
        "edition line", "comment", "doc comment", "chain over lines", "number with underscore",
        "comma behind the last", "keyword as label", "keyword as argument name",
    ),
    "declarations": (
        "import of a library", "import of a file", "block", "model", "several models", "variant",
        "variant of a variant", "variant replaces argument", "let in a file",
        "let of several in a file", "fn", "fn with default", "fn of a list",
        "no parentheses", "model used as a block",
        "model parameter", "model parameter without default", "argument from outside",
    ),
    "parameters": (
        "parameter", "typed parameter", "list parameter", "domain list", "domain range",
        "range with step", "items of a list parameter",
        "parameter default", "default of earlier parameter", "argument by position",
        "argument by name", "part without parentheses", "op as argument",
        "op with arguments filled in",
        "none as op", "block as argument", "block with arguments filled in", "part in a list",
        "part named by let", "init as argument", "op of a list of parts",
    ),
    "bodies": (
        "as", "as several", "as with discard", "for over list", "for over range",
        "for over several", "repeat", "if", "else", "else if", "let", "let of several",
        "let of values", "assert", "assert over sizes", "input of a block", "several block inputs",
        "several model inputs", "int input", "bool input", "number in input shape",
        "expression in input shape", "repeated name in input shape", "batch with default",
        "output", "several outputs", "output by name", "output in if", "output when training",
        "param", "weight that flows in", "buffer", "elements of a tensor", "int buffer",
        "bool buffer", "buffer that is not persistent", "module", "module with label",
        "module with weights", "module used twice",
        "module before it stands", "train_only", "train_only values",
        "named in a loop", "list of values looped over", "list of values zipped",
        "list of values reversed", "list of values indexed", "list of values sliced",
        "indexed value at head", "several values as a list", "list of modules",
        "names of rows in rows",
        "list of lists of values", "index over stages",
    ),
    "stages": (
        "op", "named value at head", "sequence", "branches", "one branch", "branch passes on",
        "empty branch", "for in brackets", "repeat in brackets", "if in brackets",
        "let in brackets", "merge before", "merge behind", "several values flow",
        "number as second value", "residual", "residual with condition", "shortcut",
        "dense", "loop as a stage", "splice", "upto", "upto several", "label",
        "label with expression", "label without name", "label of digits", "label on braces",
        "label on a merge", "with", "several with", "condition", "false condition",
        "block of several outputs", "empty braces", "incoming tuple",
    ),
    "expressions": (
        "sum", "product", "floor division", "remainder", "division", "power", "minus",
        "comparison", "in", "not in", "and", "or", "not", "conditional", "list", "list sum",
        "list repeated",
        "index", "slice of a list", "comprehension", "comprehension with condition", "string",
        "string with expression", "call", "int()", "float()", "bool()", "str()", "len()", "sum()",
        "min()", "max()", "abs()", "round()", "ceil()", "floor()", "sqrt()", "log()", "range()",
        "enumerate()", "zip()", "reversed()", "sorted()", "any()", "all()",
    ),
    "shapes": (
        "size variable", "channels", "features", "height", "width", "rank", "shape[i]",
        "attribute of a named value", "size as argument", "size expression as argument",
        "size of a block's input behind an op", "open extent", "ascription", "ascription with name",
        "ascription with expression", "ascription with wildcard", "weights at default sizes",
    ),
    "initial weights": (
        "init", "init in a block", "init of an op", "init of all", "init of a path",
        "init of a param", "init with arguments", "init with fan", "conditional init",
        "tied weights", "tied to a turn", "tied in a loop", "init of a turn", "normalised weight",
    ),
    "mistakes": (
        "argument beyond its bounds", "argument at its bound", "argument that does not fit",
        "value that does not fit", "static mistake",
    ),
}  # fmt: skip

CONSTRUCTS: tuple[str, ...] = tuple(name for names in SECTIONS.values() for name in names)
