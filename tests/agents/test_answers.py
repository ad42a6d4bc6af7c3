"""``archc mcp`` as the SDK's own client hears it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from asking import Asked, started
from mcp_types import TextContent

WRONG = """model net() {
  input image: [N, 3, H = 32, W = 32]
  conv(16, 3) -> rellu
  global_avg_pool -> liner(10)
}
"""
RIGHT = WRONG.replace("rellu", "relu").replace("liner", "linear")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    folder = tmp_path_factory.mktemp("served")
    (folder / "net.arch").write_text(RIGHT)
    (folder / "wide.arch").write_text(RIGHT.replace("16", "32").replace("net", "wide"))
    (folder / "user.arch").write_text(
        'import "./wide.arch": wide\n\nmodel user() {\n  input x: [N, 3, H = 8, W = 8]\n  wide\n}\n'
    )
    with started(folder) as made:
        yield made


def test_the_tools_say_what_they_take_and_give(server: Asked) -> None:
    told = {each.name: each for each in server.tools()}
    asked = {"check", "summary", "sizes", "diff", "explain", "examples", "draw", "import"}
    assert told.keys() == asked
    for each in told.values():
        assert each.description
        assert each.input_schema["additionalProperties"] is False
        assert each.output_schema is not None and each.output_schema["required"] == ["ok"]
        assert each.annotations is not None and each.annotations.read_only_hint is True


def applied(text: str, found: dict[str, Any]) -> str:
    """The text with the edits of all fixes, by their lines and columns, the last one first."""
    edits = [edit for each in found["diagnostics"] for edit in each["fix"]["edits"]]
    lines = text.split("\n")
    for edit in sorted(edits, key=lambda each: -each["place"]["line"]):
        place = edit["place"]
        line = lines[place["line"] - 1]
        assert line[place["column"] - 1 : place["end_column"] - 1] == edit["old"]
        lines[place["line"] - 1] = (
            line[: place["column"] - 1] + edit["text"] + line[place["end_column"] - 1 :]
        )
    return "\n".join(lines)


def test_edits_make_a_wrong_text_right(server: Asked) -> None:
    wrong = server.answer("check", text=WRONG)
    assert wrong["ok"] is False and wrong["models"] == [{"name": "net", "ok": False}]
    names = [each["name"] for each in wrong["diagnostics"]]
    assert names == ["unknown-name", "unknown-name"]
    assert applied(WRONG, wrong) == RIGHT
    right = server.answer("check", text=RIGHT)
    # a convolution of 3 x 3 from 3 to 16 channels and a layer from 16 to 10, each with biases
    assert right["models"][0]["parameters"] == 16 * 3 * 9 + 16 + 16 * 10 + 10
    fixed = server.answer("check", text=WRONG, fix=True)
    assert fixed["ok"] is True and fixed["text"] == RIGHT


def test_answers_are_what_their_schemas_say(server: Asked) -> None:
    asked: list[tuple[str, dict[str, Any]]] = [
        ("check", {"text": WRONG}),
        ("check", {"path": "user.arch", "sizes": {"H": 2}}),
        ("summary", {"path": "net.arch", "sizes": {"H": 64}, "batch": 8}),
        ("sizes", {"path": "unet", "at": {"H": 100}}),
        ("diff", {"old": "net.arch", "new": "wide.arch"}),
        ("explain", {}),
        ("explain", {"word": "conv"}),
        ("explain", {"word": "ConvNormAct"}),
        ("explain", {"word": "unknown-name"}),
        ("examples", {"query": "resnet"}),
        ("draw", {"path": "net.arch"}),
        ("import", {"target": "torchvision.models.resnet18"}),
        ("check", {"path": "nothing.arch"}),
    ]
    schemas = {each.name: each.output_schema for each in server.tools()}
    for name, arguments in asked:
        result = server.result(name, **arguments)
        assert result.structured_content is not None
        jsonschema.validate(result.structured_content, schemas[name])
        # Clients without a sense for data are told the same, and it is short.
        (said,) = result.content
        assert isinstance(said, TextContent)
        assert json.loads(said.text) == result.structured_content
        assert len(said.text) < 12_000


def test_numbers_are_those_of_arithmetic(server: Asked) -> None:
    found = server.answer("summary", path="net.arch", batch=2)
    assert found["sizes"] == {"N": 2, "H": 32, "W": 32}
    assert found["macs"] == 2 * (16 * 3 * 9 * 30 * 30 + 16 * 10)
    assert found["parameter_bytes"] == 4 * found["parameters"]
    assert found["rows"][0]["op"] == "conv(16, 3)"


def test_sizes_are_judged_with_the_nearest(server: Asked) -> None:
    # U-Net halves its input four times and puts it together again
    found = server.answer("sizes", path="unet", at={"H": 100})
    assert found["runs"] is False and found["nearest"]["H"] == 96
    assert found["diagnostics"][0]["place"]["file"].endswith("unet.arch")
    assert server.answer("sizes", path="unet", at={"H": 112})["runs"] is True
    assert server.result("sizes", path="unet", at={"Q": 1}).is_error


def test_differences_are_counted(server: Asked) -> None:
    assert server.answer("diff", old="net.arch", new_text=RIGHT)["equal"] is True
    found = server.answer("diff", old="net.arch", new="wide.arch")
    assert found["equal"] is False
    assert found["keys"] == {"kept": 1, "renamed": 0, "reshaped": 3, "added": 0, "gone": 0}
    shown = [(each["before"], each["after"]) for each in found["changes"]]
    assert ("conv(16, 3)", "conv(32, 3)") in shown


def test_settings_are_values_or_expressions(server: Asked) -> None:
    found = server.answer("summary", path="vgg16", settings={"norm": "batch_norm", "p": 0.1})
    # VGG-16 has 138,357,544 parameters, and batch norm two for each of 4,224 channels
    assert found["parameters"] == 138_357_544 + 2 * 4_224
    wrong = server.answer("summary", path="vgg16", settings={"norms": 1})
    assert wrong["ok"] is False and wrong["diagnostics"][0]["severity"] == "error"


def test_words_and_examples_are_looked_up(server: Asked) -> None:
    words = server.answer("explain")
    assert "conv" in words["ops"] and "ConvNormAct" in words["blocks"]["std.blocks"]
    assert server.answer("explain", word="ConvNormAct")["kind"] == "block"
    assert "linear" in server.answer("explain", word="Linear")["diagnostics"][0]["hint"]
    example = server.answer("examples", name="vgg16")
    assert server.answer("check", text=example["text"])["ok"] is True


def test_what_is_asked_wrongly_is_refused(server: Asked) -> None:
    for arguments in ({}, {"path": "net.arch", "text": RIGHT}, {"path": "net.arch", "model": "q"}):
        result = server.result("check", **arguments)
        assert result.is_error and result.structured_content is not None
        assert result.structured_content["diagnostics"][0]["message"]
    unknown = server.result("check", path="net.arch", txt="")
    assert unknown.is_error and "txt" in str(unknown.content)


def test_a_long_picture_is_refused_in_words(server: Asked) -> None:
    assert server.answer("draw", path="net.arch", form="svg")["picture"].startswith("<svg")
    result = server.result("draw", path="fasterrcnn_resnet50_fpn", form="svg")
    assert result.is_error or len(result.structured_content["picture"]) <= 60_000
