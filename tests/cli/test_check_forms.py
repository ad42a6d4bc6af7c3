"""What ``archc check`` prints for other programs, held to what these programs read."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from jsonschema import Draft7Validator
from running import Run

SCHEMA = json.loads(Path(__file__).with_name("sarif_schema.json").read_text("utf-8"))

WRONG = """\
block Half(groups) {
  input x: [N, C, H, W]
  conv(C, 1, groups = groups)
}

model net() {
  input image: [N, 3, H = 32, W = 32]
  conv(8, 3, bias = true) -> Half(3) -> batch_norm(8)
  concat [_, relu -> max_pool(2)]
  conv(8, 1) as left
}
"""
UNREADABLE = (
    "model net() {\n  input x: [N, 3, H = 8, W = 8]\n  conv(4, 3, bias = False) && relu\n}\n"
)

FORMS = ("text", "json", "sarif", "github", "concise")
LINE = re.compile(
    r"(?P<file>[^:]+):(?P<line>\d+):(?P<column>\d+): (error|warning)\[([a-z0-9-]+)\]: .+"
)
"""What editors look for in the lines of a compiler."""

COMMAND = re.compile(r"::(?P<level>error|warning) (?P<properties>[^:]*)::(?P<message>.*)")
"""A command as GitHub's runner reads it: no colon and no comma in its properties."""


@pytest.fixture(params=[WRONG, UNREADABLE], ids=["wrong", "unreadable"])
def file(request: pytest.FixtureRequest, net: Path) -> Path:
    net.with_name("a net, 2.arch").write_text(request.param, "utf-8")
    return net.with_name("a net, 2.arch")


def as_json(archc: Run, file: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(archc("check", file.name, "--format", "json").out)[
        "diagnostics"
    ]
    assert found
    return found


def test_the_schema_is_one() -> None:
    Draft7Validator.check_schema(SCHEMA)
    assert list(Draft7Validator(SCHEMA).iter_errors({"version": "2.1.0"}))


def test_sarif(file: Path, archc: Run) -> None:
    outcome = archc("check", file.name, "--format", "sarif")
    assert (outcome.code, outcome.err) == (1, "")
    document = json.loads(outcome.out)
    assert list(Draft7Validator(SCHEMA).iter_errors(document)) == []
    (run,) = document["runs"]
    rules = run["tool"]["driver"]["rules"]
    text = file.read_text("utf-8")
    wanted = as_json(archc, file)
    assert [each["ruleId"] for each in run["results"]] == [each["name"] for each in wanted]
    for result, diagnostic in zip(run["results"], wanted, strict=True):
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert rules[result["ruleIndex"]]["fullDescription"]["text"]
        assert result["level"] == diagnostic["severity"]
        assert result["message"]["text"].startswith(diagnostic["message"])
        place = result["locations"][0]["physicalLocation"]
        assert unquote(place["artifactLocation"]["uri"]) == file.name
        region = place["region"]
        # Columns count from 1 in characters, and the end is behind the last one.
        lines = text.split("\n")
        start = sum(len(each) + 1 for each in lines[: region["startLine"] - 1])
        start += region["startColumn"] - 1
        assert start == region["charOffset"] == diagnostic["place"]["start"]["offset"]
        assert len(result.get("relatedLocations", [])) == len(diagnostic["related"])
        assert ("fixes" in result) == (diagnostic["fix"] is not None)


def test_the_edits_of_sarif_do_what_fix_does(net: Path, archc: Run) -> None:
    text = UNREADABLE.replace(" && relu", "")
    net.write_text(text, "utf-8")
    document = json.loads(archc("check", "net.arch", "--format", "sarif").out)
    (result,) = document["runs"][0]["results"]
    (change,) = result["fixes"][0]["artifactChanges"]
    for each in change["replacements"]:
        at = each["deletedRegion"]["charOffset"]
        end = at + each["deletedRegion"]["charLength"]
        text = text[:at] + each["insertedContent"]["text"] + text[end:]
    archc("check", "net.arch", "--fix")
    assert net.read_text("utf-8") == text


def test_a_right_file_is_a_document_without_results(net: Path, archc: Run) -> None:
    outcome = archc("check", "net.arch", "--format", "sarif")
    document = json.loads(outcome.out)
    assert outcome.code == 0
    assert list(Draft7Validator(SCHEMA).iter_errors(document)) == []
    assert document["runs"][0]["results"] == []
    for form in ("github", "concise"):
        assert archc("check", "net.arch", "--format", form).out == ""


def test_concise(file: Path, archc: Run) -> None:
    outcome = archc("check", file.name, "--format", "concise")
    assert (outcome.code, outcome.err) == (1, "")
    lines = outcome.out.splitlines()
    for line, wanted in zip(lines, as_json(archc, file), strict=True):
        match = LINE.fullmatch(line)
        assert match is not None, line
        start = wanted["place"]["start"]
        assert (int(match["line"]), int(match["column"])) == (start["line"], start["column"])
        assert match["file"] == file.name


def test_github(file: Path, archc: Run) -> None:
    outcome = archc("check", file.name, "--format", "github")
    assert (outcome.code, outcome.err) == (1, "")
    for line, wanted in zip(outcome.out.splitlines(), as_json(archc, file), strict=True):
        match = COMMAND.fullmatch(line)
        assert match is not None, line
        properties = dict(each.split("=", 1) for each in match["properties"].split(","))
        unescaped = {name: unquote(value) for name, value in properties.items()}
        assert unescaped["file"] == file.name
        assert int(unescaped["line"]) == wanted["place"]["start"]["line"]
        assert unquote(match["message"]).startswith(wanted["message"])
        if unescaped["line"] == unescaped["endLine"]:
            assert int(unescaped["col"]) == wanted["place"]["start"]["column"]


def test_each_form_has_fifty_and_counts_the_rest(net: Path, archc: Run) -> None:
    wrong = "".join(f"  no_such_{number}\n" for number in range(70))
    net.write_text(f"model net() {{\n  input x: [N, 3, H = 8, W = 8]\n{wrong}}}\n", "utf-8")
    said = {form: archc("check", "net.arch", "--format", form) for form in FORMS}
    assert {outcome.code for outcome in said.values()} == {1}
    document = json.loads(said["json"].out)
    assert (len(document["diagnostics"]), document["left_out"]) == (50, 20)
    (run,) = json.loads(said["sarif"].out)["runs"]
    assert list(Draft7Validator(SCHEMA).iter_errors(json.loads(said["sarif"].out))) == []
    assert len(run["results"]) == 50
    (invocation,) = run["invocations"]
    (notice,) = invocation["toolExecutionNotifications"]
    assert notice["message"]["text"] == "and 20 more"
    for form in ("concise", "github"):
        *lines, last = said[form].out.splitlines()
        assert (len(lines), last.removeprefix("::notice::")) == (50, "... and 20 more")
    assert said["text"].err.count("error[") == 50
    assert "... and 20 more\n\n70 errors\n" in said["text"].err


def test_standard_input_and_a_file_that_is_not_there(net: Path, archc: Run) -> None:
    outcome = archc("check", "-", "--format", "concise", stdin=UNREADABLE)
    assert outcome.out.startswith("<stdin>:3:21: error[python-constant]: ")
    outcome = archc("check", "nothing.arch", "net.arch", "--format", "sarif")
    assert outcome.code == 3
    assert "nothing.arch" in outcome.err
    assert json.loads(outcome.out)["runs"][0]["results"] == []


def test_an_unknown_format_is_a_wrong_use(net: Path, archc: Run) -> None:
    outcome = archc("check", "net.arch", "--format", "sarf")
    assert outcome.code == 2
    assert "sarif" in outcome.err
