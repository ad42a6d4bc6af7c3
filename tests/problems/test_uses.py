"""What is wrong inside of a block names the uses that led there, as far as the user's own file."""

from __future__ import annotations

from pathlib import Path

import archc
from archir.base.diagnostics import Diagnostic

MODEL = "model m() {{\n  input x: [N, 3, H = 32, W = 32]\n  {}\n}}\n"


def only(text: str, folder: Path | None = None, **files: str) -> Diagnostic:
    """The only error of a text, which may stand in a folder with other files."""
    if folder is None:
        result = archc.check(archc.Source("m.arch", text))
    else:
        for name, other in {**files, "m": text}.items():
            (folder / f"{name}.arch").write_text(other, "utf-8")
        result = archc.check(folder / "m.arch")
    assert len(result.errors) == 1, result
    return result.errors[0]


def uses(found: Diagnostic) -> list[tuple[str, str]]:
    """The texts of the uses, and what is said of each, outwards."""
    return [(each.span.text, each.text) for each in found.related]


def test_a_block_of_the_library() -> None:
    found = only("import std.mobile: SqueezeExcite\n" + MODEL.format("SqueezeExcite(0)"))
    assert found.span.source.name != "m.arch"
    assert uses(found) == [("SqueezeExcite(0)", "in this use of SqueezeExcite")]


def test_an_own_block() -> None:
    found = only("block B(k: int) { conv(4, k) }\n" + MODEL.format("B(0)"))
    assert found.span.text == "k"
    assert uses(found) == [("B(0)", "in this use of B")]


def test_blocks_in_blocks_and_loops() -> None:
    text = "block B(k) { conv(4, k) }\nblock Stage(ks) { for k in ks { B(k) } }\n" + MODEL.format(
        "repeat 2 { net: Stage([1, 0]) }"
    ).replace("net: ", "")
    expected = [("B(k)", "in this use of B"), ("Stage([1, 0])", "in this use of Stage")]
    assert uses(only(text)) == expected


def test_a_spliced_block_and_a_module() -> None:
    assert uses(only("block B(k) { conv(4, k) }\n" + MODEL.format("*B(0)"))) == [
        ("*B(0)", "in this use of B")
    ]
    found = only(MODEL.format("conv(4, 1)\n  module head = conv(_.channels - 4, 1)\n  head"))
    assert uses(found) == [("head", "in this use of head")]
    found = only(MODEL.format("conv(4, 1)\n  module h = { conv(_.channels - 4, 1) }\n  relu -> h"))
    assert uses(found) == [("h", "in this use of h")]


def test_a_function() -> None:
    text = "fn share(n) = 8 // n\nblock C(n) { conv(share(n), 3) }\n" + MODEL.format("C(0)")
    assert uses(only(text)) == [("share(n)", "in this call of share"), ("C(0)", "in this use of C")]


def test_the_user_s_file_is_named_however_deep_it_is(tmp_path: Path) -> None:
    deep = "block B0(k) { conv(4, k) }\n" + "".join(
        f"block B{at}(k) {{ B{at - 1}(k) }}\n" for at in range(1, 7)
    )
    found = only('import "deep.arch": B6\n' + MODEL.format("B6(0)"), tmp_path, deep=deep)
    names = [words.split()[-1] for _, words in uses(found)]
    assert names == ["B0", "B1", "B2", "B6"]
    assert uses(found)[-1][0] == "B6(0)"


def test_the_same_of_shapes(tmp_path: Path) -> None:
    deep = "block B0(k) { conv(4, k) }\n" + "".join(
        f"block B{at}(k) {{ B{at - 1}(k) }}\n" for at in range(1, 7)
    )
    found = only('import "deep.arch": B6\n' + MODEL.format("B6(99)"), tmp_path, deep=deep)
    assert found.problem.name == "kernel-does-not-fit"
    assert uses(found)[-1] == ("B6(99)", "in this use of B6")


def test_a_variant_of_a_model_of_another_file(tmp_path: Path) -> None:
    base = "model net(k) {\n  input x: [N, 3, H = 32, W = 32]\n  conv(4, k)\n}\n"
    for given in ("0", "99"):
        text = f'import "base.arch": net\nmodel mine = net({given})\n'
        found = only(text, tmp_path, base=base)
        assert uses(found)[-1] == (f"net({given})", "in this variant of net")


def test_a_place_in_the_use_itself_names_only_what_is_around_it() -> None:
    text = "block B(k: int) { conv(4, k) }\nblock C() { B(0.5) }\n" + MODEL.format("C")
    found = only(text)
    assert found.span.text == "0.5"
    assert uses(found) == [("C", "in this use of C")]


def test_a_constant_of_a_file_has_no_uses() -> None:
    text = "let n = 8 // 0\nblock B() { conv(n, 1) }\n" + MODEL.format("B")
    assert uses(only(text)) == []


def test_a_limit_that_is_passed_in_a_block() -> None:
    inner = "block A() { repeat 1000 { relu } }\nblock B() { repeat 1000 { A } }\n"
    found = only(inner + "block C(n) { for i in 1..n { B } }\n" + MODEL.format("C(100)"))
    assert found.problem.name == "limit-exceeded"
    assert uses(found) == [("C(100)", "in this use of C")]
