"""A broken ONNX file is an error that says where, and costs nothing."""

from __future__ import annotations

import random
from pathlib import Path

import onnx
import pytest
from onnx import TensorProto, helper
from onnx_cases import model_of

import archc
from archc.torch.onnx_files.graph_file import OnnxError, read_onnx
from archc.torch.onnx_files.net import net_of

NET = """(float[1, 3, 8, 8] x) => (float y)
<float[4, 3, 1, 1] w = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}>
{
    c = Conv(x, w)
    r = Relu(c)
    s = Shape(r)
    i = Constant<value_ints = [0]>()
    b = Gather(s, i)
    m = Constant<value_ints = [-1]>()
    g = Concat<axis = 0>(b, m)
    y = Reshape(r, g)
}"""


@pytest.fixture
def model() -> onnx.ModelProto:
    """A small network, whose nodes have names."""
    made = model_of(NET)
    for node in made.graph.node:
        node.name = f"/net/{node.op_type}"
    return made


def refused(model: onnx.ModelProto, folder: Path) -> str:
    """What is said of a model's file."""
    onnx.save(model, folder / "net.onnx")
    with pytest.raises(archc.ImportRefusedError) as found:
        archc.from_onnx(folder / "net.onnx")
    said = str(found.value)
    assert said.startswith("net.onnx cannot be imported: ") or "net cannot be imported" in said
    return said


def test_it_is_right_as_it_stands(model: onnx.ModelProto, tmp_path: Path) -> None:
    onnx.save(model, tmp_path / "net.onnx")
    assert "conv(4, 1, bias = false) -> relu" in archc.from_onnx(tmp_path / "net.onnx")


def test_a_file_that_is_cut_off_says_so_wherever_that_is(
    model: onnx.ModelProto, tmp_path: Path
) -> None:
    whole = model.SerializeToString()
    file = tmp_path / "net.onnx"
    for length in range(len(whole)):
        file.write_bytes(whole[:length])
        with pytest.raises(OnnxError):
            read_onnx(file)


def test_no_byte_of_a_file_ends_in_a_traceback(model: onnx.ModelProto, tmp_path: Path) -> None:
    whole = model.SerializeToString()
    drawn = random.Random(1)
    file = tmp_path / "net.onnx"
    right = 0
    for _ in range(300):
        changed = bytearray(whole)
        changed[drawn.randrange(len(whole))] = drawn.randrange(256)
        file.write_bytes(changed)
        try:
            net_of(read_onnx(file), file.name)
            right += 1
        except OnnxError as error:
            assert error.message()
    assert right < 150


def test_nodes_in_a_circle_are_named(model: onnx.ModelProto, tmp_path: Path) -> None:
    model.graph.node[1].input[0] = "y"
    said = refused(model, tmp_path)
    assert "node 1, Relu /net/Relu: it takes y, which node 7, Reshape /net/Reshape makes" in said


def test_a_value_that_nothing_makes_is_named(model: onnx.ModelProto, tmp_path: Path) -> None:
    model.graph.node[1].input[0] = "gone"
    assert "node 1, Relu /net/Relu: it takes gone, which nothing makes" in refused(model, tmp_path)


def test_a_value_that_is_made_twice_is_named(model: onnx.ModelProto, tmp_path: Path) -> None:
    model.graph.node[1].output[0] = "c"
    assert "node 1, Relu /net/Relu: it makes c, which is there already" in refused(model, tmp_path)


def test_shapes_that_do_not_fit_are_said_at_their_node(
    model: onnx.ModelProto, tmp_path: Path
) -> None:
    model.graph.input[0].type.tensor_type.shape.dim[1].dim_value = 5
    model.graph.ClearField("value_info")
    assert "node 0, Conv /net/Conv" in refused(model, tmp_path)


def test_a_shape_that_is_wrong_as_it_runs_is_said_at_its_node(tmp_path: Path) -> None:
    made = model_of("""(float[1, 3, 8, 8] x) => (float y) {
        s = Shape(x) i = Constant<value_ints = [1]>() b = Gather(s, i)
        m = Constant<value_ints = [7]>() g = Concat<axis = 0>(b, m) y = Reshape(x, g) }""")
    assert "Reshape" in refused(made, tmp_path) and "node 5" in refused(made, tmp_path)


@pytest.mark.parametrize("outside", [False, True])
def test_a_tensor_that_claims_more_than_there_is(
    outside: bool, model: onnx.ModelProto, tmp_path: Path
) -> None:
    claimed = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[512, 1024, 32, 32])
    if outside:
        (tmp_path / "w.bin").write_bytes(b"\0" * 16)
        claimed.data_location = TensorProto.EXTERNAL
        claimed.external_data.add(key="location", value="w.bin")
    else:
        claimed.raw_data = b"\0" * 16
    model.graph.initializer[0].CopyFrom(claimed)
    said = refused(model, tmp_path)
    assert "tensor w: it claims 2,147,483,648 bytes, and there are 16" in said


@pytest.mark.parametrize("place", ["/etc/hostname", "../w.bin", "away/w.bin", ".", ""])
def test_elements_are_in_no_file_but_one_beside_it(
    place: str, model: onnx.ModelProto, tmp_path: Path
) -> None:
    tensor = model.graph.initializer[0]
    tensor.ClearField("float_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value=place)
    assert "tensor w: its elements are in" in refused(model, tmp_path)


def test_elements_beside_the_file_are_read(model: onnx.ModelProto, tmp_path: Path) -> None:
    wanted = [tuple(each.dims) for each in model.graph.initializer]
    onnx.save(
        model, tmp_path / "net.onnx", save_as_external_data=True, location="w.bin",
        size_threshold=0, convert_attribute=False,
    )  # fmt: skip
    text = archc.from_onnx(tmp_path / "net.onnx")
    assert [tuple(each.shape) for each in text.weights.values()] == wanted


def test_numbers_that_would_fill_the_memory_are_not_made(tmp_path: Path) -> None:
    made = model_of("""(float[1, 4] x) => (float y) {
        n = Constant<value_ints = [1000000, 1000000]>() z = ConstantOfShape(n)
        s = Shape(z) r = Reshape(x, s) y = Relu(r) }""")
    assert "node 1, ConstantOfShape: it is to make 1,000,000,000,000 elements" in refused(
        made, tmp_path
    )


def test_what_hangs_on_elements_is_said_at_its_node(tmp_path: Path) -> None:
    made = model_of("""(float[4] x) => (float y) { z = NonZero(x) y = Cast<to = 1>(z) }""")
    assert "NonZero is an op that is not read" in refused(made, tmp_path)
    branch = helper.make_graph([helper.make_node("Relu", ["x"], ["z"])], "b", [], [
        helper.make_tensor_value_info("z", TensorProto.FLOAT, [4])])  # fmt: skip
    made = model_of("(float[4] x, bool c) => (float y) { y = Relu(x) }")
    node = helper.make_node("If", ["c"], ["y"], "pick", then_branch=branch, else_branch=branch)
    made.graph.node[0].CopyFrom(node)
    assert "node 0, If pick: which nodes run hangs on the elements" in refused(made, tmp_path)


def test_ops_of_others_and_old_ones_are_said(model: onnx.ModelProto, tmp_path: Path) -> None:
    model.opset_import[0].version = 9
    assert "it is of opset 9, and 13 and newer are read" in refused(model, tmp_path)
    model.opset_import[0].version = 20
    model.graph.node[1].domain = "com.example"
    assert "node 1, Relu /net/Relu: com.example.Relu is an op" in refused(model, tmp_path)
    with pytest.raises(archc.SettingError, match="there is no file"):
        archc.from_onnx(tmp_path / "gone.onnx")


def test_an_input_is_of_the_shape_that_the_file_says(
    model: onnx.ModelProto, tmp_path: Path
) -> None:
    onnx.save(model, tmp_path / "net.onnx")
    with pytest.raises(archc.SettingError, match="the input x of the file is 1 x 3 x 8 x 8"):
        archc.from_onnx(tmp_path / "net.onnx", ["1x3x16x16"])
    with pytest.raises(archc.SettingError, match="the file has no input z; it has x"):
        archc.from_onnx(tmp_path / "net.onnx", ["z=1x3x8x8"])
