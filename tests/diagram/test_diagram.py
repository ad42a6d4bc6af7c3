"""Diagrams: what is drawn, read back from the SVG that Graphviz lays out."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest
import resvg_py
from hash_seeds import under_hash_seeds

from archc.drawing import DiagramTooLargeError, LayoutError, dot, svg
from archc.drawing import graphviz as layout_module
from archc.drawing.capacity import MAX_EDGES, MAX_NESTING, MAX_NODES
from archc.drawing.rules import DiagramTooLarge
from archc.pipeline import compile_source
from archir.base.source import Source
from archir.graph.typed import TypedGraph

EXAMPLES = Path(__file__).parents[2] / "examples"
SVG = "{http://www.w3.org/2000/svg}"
LINK = "{http://www.w3.org/1999/xlink}"


def checked(text: str, path: Path | None = None) -> TypedGraph:
    typed, found = compile_source(Source("model.arch", text), path)
    assert [item.problem.message() for item in found if item.is_error] == []
    assert typed is not None
    return typed


class Drawn:
    """An SVG taken apart: the text of each node and box, and each arrow with its label."""

    def __init__(self, typed: TypedGraph) -> None:
        self.root = ElementTree.fromstring(svg(typed))
        self.nodes: dict[str, str] = {}
        self.boxes: list[str] = []
        self.arrows: list[tuple[str, str, str]] = []
        self.dashed: list[str] = []
        self.tips: dict[str, str] = {}
        for group in self.root.iter(f"{SVG}g"):
            kind = group.get("class")
            title = group.findtext(f"{SVG}title", "")
            words = " ".join(" ".join((t.text or "").split()) for t in group.iter(f"{SVG}text"))
            words = words.replace("\N{NO-BREAK SPACE}", " ").replace("\N{MULTIPLICATION SIGN}", "x")
            text = " ".join(words.split())
            if kind == "node":
                self.nodes[title] = text
                links = [a.get(f"{LINK}title", "") for a in group.iter(f"{SVG}a")]
                self.tips[text] = links[0] if links else ""
                if any(shape.get("stroke-dasharray") for shape in group.iter()):
                    self.dashed.append(text)
            elif kind == "cluster":
                self.boxes.append(text)
            elif kind == "edge":
                tail, head = title.split("->")
                self.arrows.append((tail, head, text))

    def edges(self) -> set[tuple[str, str, str]]:
        """Arrows by the texts of their ends."""
        return {(self.nodes[tail], self.nodes[head], label) for tail, head, label in self.arrows}


def test_a_chain_with_shapes_on_its_edges() -> None:
    drawn = Drawn(
        checked(
            """model net() {
              input image: [N, 3, H = 32, W = 48]
              stem: { conv(8, 3, padding = 1, bias = false) -> batch_norm -> relu }
              max_pool(2, ceil_mode = true)
            }"""
        )
    )
    conv = "0 conv 8, 3, padding = 1, bias = false"
    assert drawn.edges() == {
        ("image Nx3x32x48", conv, "Nx3x32x48"),
        (conv, "1 batch_norm", "Nx8x32x48"),
        ("1 batch_norm", "2 relu", "Nx8x32x48"),
        ("2 relu", "max_pool 2, ceil_mode = true", "Nx8x32x48"),
        ("max_pool 2, ceil_mode = true", "output Nx8x16x24", "Nx8x16x24"),
    }
    assert drawn.boxes == ["stem"]
    assert drawn.tips[conv] == "stem.0: conv(8, 3, padding = 1, bias = false)\nweight [8, 3, 3, 3]"


def test_a_residual_edge_goes_around_the_body() -> None:
    drawn = Drawn(
        checked(
            """block Basic() { residual { conv1: conv(4, 1) -> conv2: conv(4, 1) } }
            model net() {
              input x: [N, 4, H = 8, W = 8]
              relu
              for i in 1..2 { "layer{i}": Basic }
            }"""
        )
    )
    shape = "Nx4x8x8"
    sums = [node for node, text in drawn.nodes.items() if text == "+"]
    assert len(sums) == 2
    relu = next(node for node, text in drawn.nodes.items() if text == "relu")
    assert (relu, sums[0], shape) in drawn.arrows
    assert (sums[0], sums[1], shape) in drawn.arrows
    assert drawn.boxes == ["layer1 Basic", "layer2 Basic"]
    assert sum(head == sums[0] for _, head, _ in drawn.arrows) == 2


def test_branches_meet_in_one_node() -> None:
    drawn = Drawn(
        checked(
            """model net() {
              input x: [N, 4, H = 8, W = 8]
              concat [conv(2, 1), conv(3, 1), _]
            }"""
        )
    )
    into = sorted(label for _, head, label in drawn.edges() if head == "concat")
    assert into == ["Nx2x8x8", "Nx3x8x8", "Nx4x8x8"]
    assert ("concat", "output Nx9x8x8", "Nx9x8x8") in drawn.edges()


def test_what_runs_in_training_alone_is_dashed() -> None:
    drawn = Drawn(
        checked(
            """model net() {
              input x: [N, 4, H = 8, W = 8]
              stem: conv(4, 1) as y
              train_only { aux: conv(2, 1) as hint }
              head: conv(3, 1) as z
              output logits = z
              output hint = hint when training
            }"""
        )
    )
    assert sorted(drawn.dashed) == ["aux conv 2, 1", "hint Nx2x8x8"]


def test_shared_modules_and_raw_parameters() -> None:
    drawn = Drawn(
        checked(
            """model net() {
              input x: [N, 4, H = 8, W = 8]
              module head = conv(4, 1)
              head -> head
              param scale: [1, 4, 1, 1] = ones
              multiply [_, scale]
            }"""
        )
    )
    texts = sorted(drawn.nodes.values())
    assert texts.count("head (shared) conv 4, 1") == 2
    assert "scale param [1, 4, 1, 1]" in texts
    assert ("scale param [1, 4, 1, 1]", "x", "1x4x1x1") in drawn.edges()


def test_labels_are_text_whatever_they_hold() -> None:
    label = '<b>&amp;\\\\N \\"é→'
    drawn = Drawn(
        checked(
            f"""model net() {{
              input x: [N, 4, H = 8, W = 8]
              "{label}": conv(4, 1)
              "{label}2": {{ relu }}
            }}"""
        )
    )
    plain = '<b>&amp;\\N "é→'
    assert f"{plain} conv 4, 1" in drawn.nodes.values()
    assert drawn.boxes == [f"{plain}2"]


def test_vgg16_has_all_its_layers() -> None:
    path = EXAMPLES / "vgg16.arch"
    drawn = Drawn(checked(path.read_text(), path))
    words = [text.split()[1] for text in drawn.nodes.values() if text[0].isdigit()]
    counts = {word: words.count(word) for word in set(words)}
    assert counts == {"conv": 13, "relu": 15, "max_pool": 5, "linear": 3, "dropout": 2}
    assert drawn.boxes == ["features", "classifier"]
    assert len(drawn.arrows) == len(drawn.nodes) - 1


def test_it_is_drawn_without_a_word_on_stderr(capfd: pytest.CaptureFixture[str]) -> None:
    svg(checked("model net() {\n input x: [N, 3, H = 8, W = 8]\n relu\n}"))
    assert capfd.readouterr() == ("", "")


def test_the_same_bytes_under_any_hash_seed() -> None:
    program = (
        "import sys; from pathlib import Path; from archir.base.source import Source\n"
        "from archc.pipeline import compile_source; from archc.drawing import svg\n"
        "path = Path(sys.argv[1]); typed, _ = compile_source(Source('m', path.read_text()), path)\n"
        "sys.stdout.buffer.write(svg(typed).encode())"
    )
    assert b"<svg" in under_hash_seeds("-c", program, str(EXAMPLES / "vgg11_bn.arch"))


# --- limits ---------------------------------------------------------------------------------------


def test_the_problem_has_a_file_that_raises_it_and_one_that_does_not() -> None:
    with pytest.raises(DiagramTooLargeError) as caught:
        dot(checked(DiagramTooLarge.bad))
    problem = caught.value.diagnostic.problem
    assert isinstance(problem, DiagramTooLarge)
    assert problem.message() == f"m has 10,000 steps, and a diagram can show at most {MAX_NODES:,}"
    assert problem.hint()
    assert "relu" in dot(checked(DiagramTooLarge.good))


def test_a_folded_loop_is_refused_before_it_is_unrolled() -> None:
    typed = checked("model net() {\n input x: [N, 3, H = 8, W = 8]\n repeat 1_000_000 { relu }\n}")
    with pytest.raises(DiagramTooLargeError, match="1,000,000 steps"):
        dot(typed)


def test_the_largest_models_that_are_drawn() -> None:
    text = "model net() {{\n input x: [N, 3, H = 8, W = 8]\n repeat {count} {{ relu }}\n}}"
    picture = dot(checked(text.format(count=MAX_NODES)))
    assert picture.count("<b>relu</b>") == MAX_NODES
    with pytest.raises(DiagramTooLargeError):
        dot(checked(text.format(count=MAX_NODES + 1)))


def test_the_number_of_connections_is_bounded() -> None:
    inputs = ", ".join("_" for _ in range(100))
    body = f"repeat {MAX_EDGES // 100 + 1} {{ add [{inputs}] }}"
    typed = checked(f"model net() {{\n input x: [N, 3, H = 8, W = 8]\n {body}\n}}")
    with pytest.raises(DiagramTooLargeError, match="connections"):
        dot(typed)


def test_nesting_is_bounded() -> None:
    count = MAX_NESTING + 1
    blocks = ["block B0() { relu }"]
    blocks += [f"block B{i}() {{ B{i - 1} }}" for i in range(1, count)]
    model = f"model net() {{\n input x: [N, 3, H = 8, W = 8]\n B{count - 1}\n}}"
    with pytest.raises(DiagramTooLargeError, match="inside each other"):
        dot(checked("\n".join([*blocks, model])))
    shallow = model.replace(f"B{count - 1}", f"B{MAX_NESTING - 1}")
    assert svg(checked("\n".join([*blocks[:-1], shallow]))).count('class="cluster"') == MAX_NESTING


# --- the program ----------------------------------------------------------------------------------


def test_a_missing_program_is_an_error_that_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("shutil.which", lambda *_args, **_more: None)
    with pytest.raises(LayoutError, match="pip install"):
        layout_module.svg_of("digraph {}")


def test_a_failing_program_is_an_error_with_its_words() -> None:
    with pytest.raises(LayoutError, match=r"failed: .*syntax error"):
        layout_module.svg_of("digraph {")


def test_resvg_takes_it() -> None:
    """It refuses a size in points, of which it cannot know how large one is."""
    picture = svg(checked("model net() {\n input x: [N, 3, H = 8, W = 8]\n relu\n}"))
    assert bytes(resvg_py.svg_to_bytes(svg_string=picture)).startswith(b"\x89PNG")
    root = ElementTree.fromstring(picture)
    _x, _y, wide, high = map(float, root.get("viewBox", "").split())
    assert (root.get("width"), root.get("height")) == (f"{wide:g}", f"{high:g}")
