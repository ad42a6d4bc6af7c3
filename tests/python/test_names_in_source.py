"""Names that Python or torch keep for themselves, wherever a text may have them."""

from __future__ import annotations

import ast
import builtins
import keyword

import pytest
from printed import compiled, differences, expression, namespace
from torch import nn

from archc.python import source
from archc.python.constructor.statements import LISTS
from archdsl.syntax.keywords import KEYWORDS
from archir.base.reserved import RESERVED, is_pythons

OURS = ["self", "torch", "nn", "F", "x", "Tensor", "out", "y", "channels", "layers", "module"]
OURS += ["name", "model", "output", "block", "partial", "OrderedDict", "NamedTuple", "math", "re"]
OURS += ["in_channels", "out_channels", "_init_weights", "__mangled", "__dunder__", "_"]
WORDS = sorted(
    {*dir(nn.Module()), *keyword.kwlist, *keyword.softkwlist, *dir(builtins), *OURS}
    - {"_", "None", "True", "False", "true", "false", "none"}
)
NAMES = [word for word in WORDS if word not in KEYWORDS]
LABELS = [word for word in WORDS if word not in RESERVED and not is_pythons(word)]
ODD_LABELS = ["block1-0", "a b", "ä", "0x", "7", 'with \\"quotes\\"', "{{x}}", "tab\\t", "back\\\\"]
GROUPS = 6


def chunks(words: list[str]) -> list[list[str]]:
    return [words[start::GROUPS] for start in range(GROUPS)]


@pytest.mark.parametrize("number", range(GROUPS))
def test_labels(number: int) -> None:
    stages = "\n".join(f'"{word}": conv(2, 1)' for word in chunks(LABELS + ODD_LABELS)[number])
    text = f"""
        block B(w = 2) {{ {stages}
        }}
        model m() {{ input image: [N, 2, H = 2, W = 2]
          {stages}
          "{chunks(LABELS)[number][0]}-": {{ {stages}
            B }}
        }}"""
    typed = compiled(text)
    assert list(differences(typed, source(typed))) == []


@pytest.mark.parametrize("number", range(GROUPS))
def test_parameters_and_values(number: int) -> None:
    words = chunks(NAMES)[number]
    parameters = ", ".join(f"{word} = {index + 1}" for index, word in enumerate(words))
    stages = "\n".join(f"c{index}: conv({word}, 1)" for index, word in enumerate(words))
    values = "\n".join(f"d{i}: conv(2, 1) as {word}" for i, word in enumerate(words))
    text = f"""
        block B({parameters}) {{ {stages}
        }}
        block C(k) {{ input inner: [N, Q, H, W]
          {values}
          add [{", ".join(words)}] -> last: conv(k, 1) }}
        model m() {{ input image: [N, 2, H = 2, W = 2]
          a: B -> b: B({words[0]} = 7) -> c: C(3) -> d: C(4) }}"""
    typed = compiled(text)
    assert list(differences(typed, source(typed))) == []


@pytest.mark.parametrize("word", NAMES[::7])
def test_blocks_models_and_inputs(word: str) -> None:
    text = f"""
        block {word}(w) {{ conv(w, 1) }}
        model {word}_() {{ input {word}: [N, 2, H = 2, W = 2]
          {word if word != "x" else "x"} -> a: relu as other
          b: conv(2, 1)
          concat [other, _] }}
        model m() {{ input {word}: [N, 2, H = 2, W = 2]
          a: {word}_block(2) -> b: {word}_block(3) }}
        block {word}_block(w) {{ conv(w, 1) }}"""
    for model in ("m", f"{word}_"):
        typed = compiled(text, model)
        assert list(differences(typed, source(typed))) == []


@pytest.mark.parametrize("word", LISTS[:2])
def test_lists_of_layers_hide_no_name_of_the_text(word: str) -> None:
    text = f"""
        block Deep({word}, k = 2) {{
          body: {{ for i in range({word}) {{ "layer_{{i}}": linear(k) }} }} }}
        block Wide(k) {{ let {word} = [k, k + 1]
          body: {{ for i, w in enumerate({word}) {{ "layer_{{i}}": linear(w) }} }} }}
        block Each(k) {{
          body: {{ for {word} in [k, 4] {{ "layer_{{{word}}}": linear({word}) }} }}
          rest: {{ for {word} in [k, 4] {{ linear({word}) -> relu }}
            repeat 2 {{ linear(8) }} }} }}
        block Grown({word}) {{ linear(_.features + {word}) -> relu }}
        model m({word} = 3) {{ input x: [N, 6]
          a: Deep({word}) -> b: Deep(4) -> c: Each(5) -> d: Each(7)
          g: Wide(5) -> h: Wide(7)
          for i in range({word}) {{ "{{i}}-th": Grown({word}) }}
          last: linear(2) }}"""
    typed = compiled(text)
    assert list(differences(typed, source(typed))) == []


def test_a_list_has_a_name_where_the_text_has_all_of_ours() -> None:
    words = ", ".join(f"{word} = 2" for word in LISTS)
    text = f"""
        model m({words}) {{ input x: [N, 6]
          body: {{ for i in range({" + ".join(LISTS)}) {{ "layer_{{i}}": linear(3 + i) }} }} }}"""
    typed = compiled(text)
    assert list(differences(typed, source(typed))) == []


def test_classes_do_not_hide_each_other() -> None:
    text = """
        block net(w) { conv(w, 1) }
        block Net(w) { linear(w) }
        block NET(w) { relu -> conv(w, 1) }
        model NeT() { input x: [N, 2, 4, 4]
          net(2) -> Net(4) -> NET(3) }
        model relu_() { input x: [N, 2]
          linear(2) }"""
    for model in ("NeT", "relu_"):
        typed = compiled(text, model)
        assert list(differences(typed, source(typed))) == []


def test_a_variant_is_a_function() -> None:
    text = """
        model net(width = 4) { input x: [N, 2, 4, 4]
          conv(width, 1) }
        ## The wide one.
        model wide = net(width = 8)"""
    printed = source(compiled(text, "wide"))
    assert expression(printed) == "wide()"
    assert namespace(printed)["wide"].__doc__ == "The wide one."


def test_numbers_without_words_have_the_names_of_the_text() -> None:
    """What sizes decide that are read nowhere is a parameter, called what the text calls it."""
    typed = compiled("""
        block Cut(side) { input x: [N, C, H, W]
          let down = H // side
          let counts = [W // side, 1]
          reshape(N, C, down, side, counts[0], side) -> permute(0, 1, 3, 5, 2, 4)
          reshape(N, C, H, W) -> relu }
        model m() { input x: [N, 4, 8, 12]
          a: Cut(2) -> max_pool(2) -> b: Cut(2) }""")
    printed = source(typed)
    assert list(differences(typed, printed)) == []
    heads = [
        [argument.arg for argument in node.args.args]
        for node in ast.walk(ast.parse(printed))
        if isinstance(node, ast.FunctionDef) and node.name == "__init__"
    ]
    assert heads[0] == ["self", "in_channels", "in_features", "side", "down", "count", "h"]
