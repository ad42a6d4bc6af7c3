"""Texts whose names and doc comments are those that printed Python could trip over."""

from __future__ import annotations

import builtins
import keyword
import random

from archdsl.syntax.keywords import KEYWORDS
from archir.base.reserved import RESERVED, is_pythons

_OF_THE_FILE = """
check_sizes check_sizes2 nearest nearest_sizes near below training n h w sizes boxes given
torch nn F Tensor NamedTuple OrderedDict partial Callable Sequence math re annotations
self super x y z out output outputs model shapes tensor p module name value in_channels
out_channels channels layers block forward helpers StochasticDepth count index namedtuple
M Net NetOutputs NetEvalOutputs Unit Other NET_WIDTH __init__ __mangled __dunder__ _ __name__
"""
"""What printed modules define, import or call, and what their functions call their variables."""

WORDS = sorted(
    {*_OF_THE_FILE.split(), *keyword.kwlist, *keyword.softkwlist, *(n for n in dir(builtins))}
    - {*KEYWORDS, "_", "None", "True", "False"}
)
_BUILT_IN = """
int float bool str len sum min max abs round ceil floor sqrt log range enumerate zip reversed
sorted any all
"""
"""What the texts below call by these names."""

NAMES = [word for word in WORDS if word not in _BUILT_IN.split()]
FIELDS = [name for name in NAMES if not name.startswith("_") and not keyword.iskeyword(name)]
"""Names that several outputs of a model can have."""

LABELS = [
    *(name for name in NAMES if name not in RESERVED and not is_pythons(name)),
    *(
        "\ufb01",
        "\u00aa",
        "\u017f",
        "\u212b",
        "ä",
        "0",
        "7x",
        "a b",
        "a-b",
        "{{x}}",
        '\\"',
        "\\\\",
        "\\n",
        "\\t",
    ),
    *("'", '\\"\\"\\"', "'''", "# no comment", 'r\\"', "\u00ad", "😀"),
]
DOCS = [
    'He said """',
    '"""',
    '"quoted"',
    'ends in a quote"',
    'four """" of them, and five """""',
    "ends in a backslash \\",
    "two of them \\\\",
    '\\"',
    '\\"""',
    "escapes: \\d \\N{DASH} \\x \\u12 \\0 \\\n## and a line",
    "{braces} {{}} %s",
    "'''",
    "a tab \t, a soft hyphen \u00ad, a no-break space \u00a0, a private one \ue000",
    "long " * 300,
    "l" * 3000,
    "ünïcödé \ufb01 😀",
    "# not a comment",
    "first\n##\n##     indented\n## less",
    "math. re. F. partial( OrderedDict( Tensor Callable (NamedTuple)",
]


def text_of(seed: int) -> str:
    """A file of two models: each name in it is one of the pool."""
    draw = random.Random(seed)
    names = draw.sample(NAMES, 24)
    take = names.pop

    def doc() -> str:
        lines = draw.choice([*DOCS, ""]).split("\n") if draw.random() < 0.7 else []
        return "".join(f"## {line}\n".replace("## ##", "##") for line in lines)

    def label() -> str:
        return f'"{labels.pop()}": '

    labels = draw.sample(LABELS, 6)
    block, other, constant, function, model = take(), take(), take(), take(), "net"
    width, depth, value, kept, size, token = take(), take(), take(), take(), take(), take()
    first, second, inner = take(), take(), take()
    one, two = draw.sample(FIELDS, 2)
    chain = draw.random() < 0.3
    ending = "" if chain else f"output {one} = _\n  output {two} = {kept}"
    several = (
        f"input {first}: [N, 4, {size} = 6, W = 5], {second}: [N, 4, {size}, W]\n"
        f"  add [{first}, {second}] -> conv(4, 1) as {kept}"
        if not chain
        else f"input {first}: [N, 4, {size} = 6, W = 5]"
    )
    param = "" if chain else f"param {token}: [4, 1, 1] = ones\n  multiply [_, {token}]"
    return f"""{doc()}
{doc()}let {constant} = 4
{doc()}fn {function}({inner}: int) = {inner} * 1
{doc()}block {block}({width} = {constant}) {{
  {label()}conv({width}, 3, padding = 1)
  {label()}relu
}}
{doc()}block {other}({width}, {depth} = 2) {{
  for {value} in range({depth}) {{ {block}({width}) }}
  residual {{ conv({function}({width}), 1) }}
}}
{doc()}model {model}({width} = 4) {{
  {several}
  {label()}{block}({width})
  {param}
  {other}({width}, {depth} = 3)
  {label()}{block}(4)
  {ending}
}}
{doc()}model variant = {model}({width} = 4)
"""
