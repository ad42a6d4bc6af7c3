"""The magic itself, in a shell of this process."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import torch
from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell
from torch import nn
from traitlets.config import Config

from archc.notebook.magic import OPTIONS, CellError, arch

BODY = (
    "{\n  input image: [N, 3, H = 8, W = 8]\n  conv(width, 3) -> relu\n  flatten -> linear(10)\n}\n"
)
CELL = f"model net(width = 4) {BODY}"


@pytest.fixture
def shell(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Any]:
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path_factory.mktemp("ipython")))
    config = Config()
    config.HistoryManager.enabled = False
    made = InteractiveShell.instance(config=config)
    made.run_line_magic("load_ext", "archc")
    yield made
    made.run_line_magic("unload_ext", "archc")
    InteractiveShell.clear_instance()


def test_the_module_is_that_of_the_text(shell: Any) -> None:
    shell.run_cell_magic("arch", "net --view none", CELL)
    made = shell.user_ns["net"]
    assert isinstance(made, nn.Module)
    assert made(torch.zeros(2, 3, 8, 8)).shape == (2, 10)
    # 3 x 3 from 3 to 4 channels, and 6 x 6 places of 4 channels to 10 numbers, with biases
    assert sum(p.numel() for p in made.parameters()) == 4 * 3 * 9 + 4 + 4 * 36 * 10 + 10


def test_the_card_and_the_picture_are_shown(shell: Any, capsys: pytest.CaptureFixture[str]) -> None:
    published: list[Any] = []
    shell.display_pub.publish = lambda data, *_, **__: published.append(data)
    shell.display_formatter.active_types = ["text/plain", "image/svg+xml"]
    shell.run_cell_magic("arch", 'net --set "width = 2 * 4" --check', CELL)
    said = capsys.readouterr().out
    assert "settings    width = 2 * 4" in said and "[N, 10]" in said
    assert [each["image/svg+xml"][:4] for each in published] == ["<svg"]
    assert "net" not in shell.user_ns


def test_the_model_is_the_one_that_is_meant(shell: Any) -> None:
    two = f"{CELL}\nmodel wide = net(width = 16)\n"
    for line, width in (("wide", 16), ("other --model net", 4), ("net", 4)):
        shell.run_cell_magic("arch", f"{line} --view none", two)
        assert shell.user_ns[line.split()[0]][0].out_channels == width
    with pytest.raises(CellError, match="2 models"):
        shell.run_cell_magic("arch", "other --view none", two)
    with pytest.raises(CellError, match="did you mean wide"):
        shell.run_cell_magic("arch", "other --model wid --view none", two)


def test_a_mistake_has_the_line_of_the_cell_and_binds_nothing(shell: Any) -> None:
    shell.user_ns["net"] = "what it was"
    with pytest.raises(CellError) as raised:
        shell.run_cell_magic("arch", "net", CELL.replace("relu", "rellu"))
    shown = "\n".join(raised.value._render_traceback_())
    # the magic's line is the first, so the convolution stands in the fourth
    assert "%%arch net:4:" in shown and "did you mean relu?" in shown
    assert shell.user_ns["net"] == "what it was"


def test_a_warning_is_shown_beside_the_model(
    shell: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    shell.run_cell_magic("arch", "net --view none", CELL.replace("width = 4", "width = 4, p = 1"))
    assert "warning" in capsys.readouterr().out
    assert isinstance(shell.user_ns["net"], nn.Module)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("", "name"),
        ("3net", "no name of Python"),
        ("net --sat width=3", "unrecognized"),
        ("net --view cube", "stages"),
        ("net 'open", "quotation"),
    ],
)
def test_a_wrong_line_is_said_as_ipython_says_it(shell: Any, line: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        shell.run_cell_magic("arch", line, CELL)


def test_wrong_settings_are_named(shell: Any) -> None:
    for setting in ("widths=3", "width", "width=)"):
        with pytest.raises(CellError, match="width"):
            shell.run_cell_magic("arch", f"net --set {setting}", CELL)


def test_without_torch_the_model_is_shown(
    shell: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "torch", None)
    monkeypatch.delitem(__import__("sys").modules, "archc.torch", raising=False)
    with pytest.raises(CellError, match="torch"):
        shell.run_cell_magic("arch", "net --view none", CELL)
    assert "parameters" in capsys.readouterr().out
    assert "net" not in shell.user_ns


def test_the_options_that_are_completed_are_those_that_it_takes() -> None:
    assert arch.__doc__ is not None
    assert all(option in arch.__doc__ for option in OPTIONS)
    assert arch.__doc__.split("\n")[2].count("--") == len(OPTIONS)
