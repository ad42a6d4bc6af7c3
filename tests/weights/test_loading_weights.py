"""Weights that fit are in the module afterwards, to the bit; those that do not leave it alone."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import nn

import archc

if TYPE_CHECKING:
    from tests.weights.conftest import Net, State


def state(net: nn.Module) -> State:
    return {key: tensor.clone() for key, tensor in net.state_dict().items()}


def same(left: State, right: State) -> bool:
    return list(left) == list(right) and all(torch.equal(left[k], right[k]) for k in left)


# --- all ------------------------------------------------------------------------------------------


def test_a_safetensors_file_is_loaded_to_the_bit(net: Net) -> None:
    given = net(1)
    save_file(given.state_dict(), "net.safetensors")
    assert same(state(archc.load("net.arch", weights="net.safetensors")), state(given))
    other = net(2)
    report = archc.load_weights(other, Path("net.safetensors"))
    assert same(state(other), state(given))
    assert report.complete and report.match == "all" and report.source == "net.safetensors"
    assert [pair.model.key for pair in report.loaded] == list(given.state_dict())


def test_a_state_dict_in_hand_is_loaded(net: Net) -> None:
    given = net(1)
    assert same(state(archc.load("net.arch", weights=given.state_dict())), state(given))


def test_what_it_loads_is_what_torch_loads(net: Net) -> None:
    given, ours, theirs = net(1), net(2), net(3)
    save_file(given.state_dict(), "net.safetensors")
    archc.load_weights(ours, "net.safetensors")
    theirs.load_state_dict(load_file("net.safetensors"), strict=True)
    assert same(state(ours), state(theirs))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_numbers_of_another_width_are_converted(net: Net, dtype: torch.dtype) -> None:
    given = {
        key: tensor.to(dtype) if tensor.is_floating_point() else tensor
        for key, tensor in net(1).state_dict().items()
    }
    save_file(given, "net.safetensors")
    loaded, theirs = net(2), net(3)
    report = archc.load_weights(loaded, "net.safetensors")
    theirs.load_state_dict(given)
    assert same(state(loaded), state(theirs))
    word = str(dtype).removeprefix("torch.")
    assert f"converted   10 of them: {word} to float32" in str(report)


def test_integers_are_not_taken_for_floats(net: Net) -> None:
    module = net(1)
    before = state(module)
    given = {**before, "head.bias": torch.zeros(10, dtype=torch.int64)}
    with pytest.raises(archc.WeightsError) as caught:
        archc.load_weights(module, given)
    report = caught.value.report
    assert report is not None
    assert [pair.model.key for pair in report.mismatched] == ["head.bias"]
    assert "head.bias    int64[10] in the file, float32[10] in the model" in str(report)


def test_every_clash_is_told_at_once_and_the_module_is_left_alone(net: Net) -> None:
    module = net(1)
    before = state(module)
    given = state(net(2, classes=3))
    given["features.0.wieght"] = given.pop("features.0.weight")
    save_file(given, "other.safetensors")
    with pytest.raises(archc.WeightsError) as caught:
        archc.load_weights(module, "other.safetensors")
    assert same(state(module), before)
    report = caught.value.report
    assert report is not None
    clashes = {pair.model.key: (pair.file.shape, pair.model.shape) for pair in report.mismatched}
    assert clashes == {"head.weight": ((3, 8), (10, 8)), "head.bias": ((3,), (10,))}
    assert [entry.key for entry in report.missing] == ["features.0.weight"]
    assert [entry.key for entry in report.unexpected] == ["features.0.wieght"]
    text = str(caught.value)
    assert text.startswith("other.safetensors does not fit the model\n")
    assert "[3, 8] in the file, [10, 8] in the model" in text
    assert "[8, 3, 3, 3] in the model; the file has features.0.wieght" in text
    assert 'weights_match="backbone"' in text


def test_a_long_table_is_cut_and_the_report_is_not(net: Net) -> None:
    given = {**state(net(1)), **{f"more.{index}": torch.zeros(1) for index in range(50)}}
    with pytest.raises(archc.WeightsError) as caught:
        archc.load_weights(net(2), given)
    report = caught.value.report
    assert report is not None and len(report.unexpected) == 50
    assert str(report).count("in the file alone") == 20
    assert "... and 30 more" in str(report)


def test_keys_of_a_module_within_another_are_recognised(net: Net) -> None:
    wrapped = nn.DataParallel(net(1)).state_dict()
    with pytest.raises(archc.WeightsError, match=r"the file's keys begin with 'module\.'"):
        archc.load_weights(net(2), wrapped)


def test_counts_of_batches_may_be_missing_as_torch_allows(net: Net) -> None:
    given = {key: t for key, t in state(net(1)).items() if not key.endswith("tracked")}
    ours, theirs = net(2), net(2)
    archc.load_weights(ours, given)
    theirs.load_state_dict(given, strict=True)
    assert same(state(ours), state(theirs))


def test_names_with_a_dot_of_old_torch_are_read() -> None:
    # As in torchvision's published DenseNets: denselayer1.norm.1.weight.
    text = """model m() {
      input x: [N, 4, H = 8, W = 8]
      denselayer1: { norm1: batch_norm -> relu1: relu -> conv1: conv(4, 1, bias = false) }
    }"""
    net = archc.loads(text)
    given = {
        "denselayer1.norm.1.weight": torch.rand(4),
        "denselayer1.norm.1.bias": torch.rand(4),
        "denselayer1.norm.1.running_mean": torch.rand(4),
        "denselayer1.norm.1.running_var": torch.rand(4),
        "denselayer1.conv.1.weight": torch.rand(4, 4, 1, 1),
    }
    report = archc.load_weights(net, given)
    assert report.complete
    for key, tensor in given.items():
        assert torch.equal(net.state_dict()[key.replace(".1.", "1.")], tensor)


def test_a_module_on_the_meta_device_cannot_hold_numbers(net: Net) -> None:
    given = net(1).state_dict()
    with torch.device("meta"), pytest.raises(archc.WeightsError, match="holds no numbers"):
        archc.load("net.arch", weights=given)


# --- backbone -------------------------------------------------------------------------------------


def test_a_backbone_takes_what_fits_and_keeps_the_new_head(net: Net) -> None:
    given = state(net(1))
    given["aux.weight"] = torch.zeros(2, 2)
    save_file(given, "net.safetensors")
    tuned = net(2, classes=3)
    before = state(tuned)
    report = archc.load_weights(tuned, "net.safetensors", match="backbone")
    after = state(tuned)
    for key in before:
        assert torch.equal(after[key], (before if key.startswith("head") else given)[key])
    assert not report.complete
    assert [pair.model.key for pair in report.mismatched] == ["head.weight", "head.bias"]
    assert [entry.key for entry in report.unexpected] == ["aux.weight"]
    assert str(report) == (
        "weights from net.safetensors\n"
        "  loaded      9 of 11 keys, 841 numbers\n"
        "  skipped     3 of the file's keys\n"
        "    head.weight    [10, 8] in the file, [3, 8] in the model\n"
        "    head.bias      [10] in the file, [3] in the model\n"
        "    aux.weight     [2, 2] in the file alone"
    )


def test_what_is_missing_keeps_its_initial_weights(net: Net) -> None:
    given = {key: t for key, t in state(net(1)).items() if not key.startswith("head")}
    tuned = net(2)
    before = state(tuned)
    report = archc.load_weights(tuned, given, match="backbone")
    assert [entry.key for entry in report.missing] == ["head.weight", "head.bias"]
    assert torch.equal(tuned.state_dict()["head.weight"], before["head.weight"])
    assert "missing     2 keys that keep their initial weights" in str(report)


def test_a_backbone_of_which_nothing_fits_is_an_error(net: Net) -> None:
    module = net(1)
    before = state(module)
    with pytest.raises(archc.WeightsError, match="nothing in the state dict fits the model"):
        archc.load_weights(module, {"fc.weight": torch.zeros(3, 3)}, match="backbone")
    assert same(state(module), before)


def test_load_logs_what_a_backbone_left_out(net: Net, caplog: pytest.LogCaptureFixture) -> None:
    save_file(net(1).state_dict(), "net.safetensors")
    with caplog.at_level(logging.INFO, "archc"):
        archc.load("net.arch", weights="net.safetensors", weights_match="backbone", classes=3)
        archc.load("net.arch", weights="net.safetensors", weights_match="backbone")
    levels = [(record.name, record.levelno) for record in caplog.records]
    assert levels == [("archc", logging.WARNING), ("archc", logging.INFO)]
    assert "skipped     2 of the file's keys" in caplog.records[0].getMessage()


# --- files of torch.save --------------------------------------------------------------------------


@pytest.mark.parametrize("is_zip", [True, False])
def test_a_file_of_torch_save_is_read_when_asked_for(net: Net, is_zip: bool) -> None:
    given = net(1)
    torch.save(given.state_dict(), "net.pth", _use_new_zipfile_serialization=is_zip)
    with pytest.raises(archc.WeightsError, match="allow_pth=True"):
        archc.load("net.arch", weights="net.pth")
    loaded = archc.load("net.arch", weights="net.pth", allow_pth=True)
    assert same(state(loaded), state(given))


class Trap:
    """Whoever unpickles it runs code."""

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (Path("sprung"),)


@pytest.mark.parametrize("is_zip", [True, False])
def test_nothing_but_tensors_is_ever_unpickled(net: Net, is_zip: bool) -> None:
    module = net(1)
    given = {**module.state_dict(), "trap": Trap()}
    torch.save(given, "net.pth", _use_new_zipfile_serialization=is_zip)
    with pytest.raises(archc.WeightsError, match="Python objects beside tensors"):
        archc.load_weights(module, "net.pth", allow_pth=True)
    assert not Path("sprung").exists()


def test_a_checkpoint_of_a_training_says_where_its_weights_are(net: Net) -> None:
    module = net(1)
    torch.save({"epoch": 3, "state_dict": module.state_dict()}, "net.pth")
    with pytest.raises(archc.WeightsError, match="its 'state_dict' may be the weights"):
        archc.load_weights(module, "net.pth", allow_pth=True)


def test_a_file_of_torch_save_that_claims_too_much_is_refused(net: Net) -> None:
    import zipfile

    torch.save({"head.bias": torch.zeros(10)}, "small.pth")
    with zipfile.ZipFile("small.pth") as small, zipfile.ZipFile("huge.pth", "w") as huge:
        for item in small.infolist():
            data = small.read(item)
            if item.filename.endswith("data.pkl"):
                assert data.count(b"K\n\x85") >= 1, "the shape (10,) in pickle's words"
                size = b"\x8a\x06" + (2**40).to_bytes(6, "little") + b"\x85"
                data = data.replace(b"K\n\x85", size)
            huge.writestr(item.filename, data)
    with pytest.raises(archc.WeightsError):
        archc.load_weights(net(1), "huge.pth", allow_pth=True, match="backbone")


def test_a_compressed_file_is_not_unpacked(net: Net) -> None:
    import zipfile

    with zipfile.ZipFile("bomb.pth", "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("bomb/data.pkl", b"\0" * 10_000_000)
    with pytest.raises(archc.WeightsError, match="it is compressed"):
        archc.load_weights(net(1), "bomb.pth", allow_pth=True)


def test_a_file_that_was_cut_short_is_named(net: Net, capfd: pytest.CaptureFixture[str]) -> None:
    module = net(1)
    torch.save(module.state_dict(), "net.pth")
    whole = Path("net.pth").read_bytes()
    Path("half.pth").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(archc.WeightsError, match=r"half\.pth is no whole file .*\n.*cut short"):
        archc.load_weights(module, "half.pth", allow_pth=True)
    Path("junk.pth").write_bytes(b"\x80\x02junk")
    with pytest.raises(archc.WeightsError, match=r"junk\.pth is broken: torch.load says of it: "):
        archc.load_weights(module, "junk.pth", allow_pth=True)
    assert capfd.readouterr() == ("", "")


def test_zip_files_of_others_are_told_apart(net: Net) -> None:
    import zipfile

    module = net(1)
    with zipfile.ZipFile("arrays.npz", "w") as arrays:  # as numpy.savez writes it
        arrays.writestr("a.npy", b"\x93NUMPY")
    with pytest.raises(archc.WeightsError, match=r"arrays\.npz is a zip file, and not one of"):
        archc.load_weights(module, "arrays.npz", allow_pth=True)
    # What torch.jit.save writes: its inner names, and compressed code.
    with zipfile.ZipFile("script.pt", "w", zipfile.ZIP_DEFLATED) as script:
        for name in ("data.pkl", "constants.pkl", "code/__torch__.py", "version"):
            script.writestr(f"script/{name}", b"")
    with pytest.raises(archc.WeightsError, match=r"is a TorchScript file(.|\n)*state_dict\(\)"):
        archc.load_weights(module, "script.pt", allow_pth=True)


def test_the_bytes_say_what_a_file_is_and_not_its_name(net: Net) -> None:
    given = net(1)
    torch.save(given.state_dict(), "net.safetensors")
    with pytest.raises(archc.WeightsError, match="allow_pth=True"):
        archc.load_weights(net(2), "net.safetensors")
    loaded = net(2)
    archc.load_weights(loaded, "net.safetensors", allow_pth=True)
    assert same(state(loaded), state(given))


def test_tensors_without_numbers_are_refused(net: Net) -> None:
    empty = {key: value.to("meta") for key, value in net(1).state_dict().items()}
    torch.save(empty, "net.pth")
    for weights in ("net.pth", empty):
        with pytest.raises(archc.WeightsError, match=r"has no numbers in .* the meta device"):
            archc.load_weights(net(2), weights, allow_pth=True)


def test_what_torch_warns_of_is_no_word_of_ours(net: Net, recwarn: Any) -> None:
    import pickle

    Path("net.pth").write_bytes(pickle.dumps(Trap(), protocol=4))
    with pytest.raises(archc.WeightsError, match="Python objects beside tensors"):
        archc.load_weights(net(1), "net.pth", allow_pth=True)
    assert not recwarn.list


# --- uses of the functions ------------------------------------------------------------------------


def test_files_that_are_none(net: Net) -> None:
    module = net(1)
    with pytest.raises(FileNotFoundError):
        archc.load_weights(module, "nothing.safetensors")
    with pytest.raises(IsADirectoryError):
        archc.load_weights(module, ".")
    with pytest.raises(archc.WeightsError, match="is no regular file"):
        archc.load_weights(module, "/dev/zero")
    with pytest.raises(archc.WeightsError, match=r"net\.arch is no safetensors file"):
        archc.load_weights(module, "net.arch")


def test_wrong_calls(net: Net) -> None:
    with pytest.raises(ValueError, match='"all" or "backbone"'):
        archc.load_weights(net(1), {}, match="most")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="there are no weights"):
        archc.load("net.arch", weights_match="backbone")
    with pytest.raises(archc.WeightsError, match="'a' is of type int, not a tensor"):
        archc.load_weights(net(1), {"a": 3})
    with pytest.raises(archc.WeightsError, match="it has the key 3"):
        archc.load_weights(net(1), {3: torch.zeros(1)})  # type: ignore[dict-item]
    for wrong in (3, [1], b"net.safetensors"):
        with pytest.raises(TypeError, match=r"a state dict, not of type (int|list|bytes)$"):
            archc.load_weights(net(1), wrong)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"give its state_dict\(\)"):
        archc.load("net.arch", weights=net(1))  # type: ignore[arg-type]
    for module in (3, nn.Linear):
        with pytest.raises(TypeError, match=r"^weights go into a torch\.nn\.Module, not into "):
            archc.load_weights(module, {})  # type: ignore[arg-type]
