"""One graph for each op of ONNX that is read, in ONNX's own text form."""

from __future__ import annotations

from collections.abc import Mapping

import onnx
import onnx.parser
import onnx.shape_inference

MAP = "float[2, 4, 6, 8] x"
ROWS = "float[2, 5, 4] x"

NINTHS = ", ".join(str(number / 9) for number in range(32))

CASES: Mapping[str, tuple[str, str]] = {
    "Abs": (MAP, "y = Abs(x)"),
    "Add": (MAP, "c = Constant<value_float = 0.1>() y = Add(c, x)"),
    "And": (
        MAP,
        "z = Constant<value_float = 0.0>() a = Greater(x, z) b = Less(x, z) o = Or(a, b)"
        " p = And(a, b) q = Xor(o, p) n = Not(p) w = And(q, n) y = Where(w, x, z)",
    ),
    "ArgMax": (MAP, "i = ArgMax<axis = 1>(x) y = Cast<to = 1>(i)"),
    "ArgMin": (MAP, "i = ArgMin<axis = -1, keepdims = 0>(x) y = Cast<to = 1>(i)"),
    "AveragePool": (
        MAP,
        "y = AveragePool<kernel_shape = [3, 3], strides = [2, 2], pads = [1, 1, 1, 1]>(x)",
    ),
    "Cast": (MAP, "b = Cast<to = 9>(x) y = Cast<to = 1>(b)"),
    "Ceil": (MAP, "y = Ceil(x)"),
    "Celu": (MAP, "y = Celu<alpha = 0.5>(x)"),
    "Clip": (
        MAP,
        "l = Constant<value_float = -0.5>() h = Constant<value_float = 0.25>() y = Clip(x, l, h)",
    ),
    "Concat": (MAP, "r = Relu(x) y = Concat<axis = 1>(x, r)"),
    "Cos": (MAP, "y = Cos(x)"),
    "CumSum": (MAP, "a = Constant<value_int = 2>() y = CumSum(x, a)"),
    "DepthToSpace": (MAP, "y = DepthToSpace<blocksize = 2>(x)"),
    "Div": (MAP, "e = Exp(x) c = Constant<value_float = 2.0>() y = Div(c, e)"),
    "Einsum": (ROWS, 'y = Einsum<equation = "bij,bkj->bik">(x, x)'),
    "Elu": (MAP, "y = Elu<alpha = 0.5>(x)"),
    "Equal": (MAP, "r = Relu(x) b = Equal(r, x) y = Cast<to = 1>(b)"),
    "Erf": (MAP, "y = Erf(x)"),
    "Exp": (MAP, "y = Exp(x)"),
    "Expand": (MAP, "s = Constant<value_ints = [3, 1, 1, 1, 8]>() y = Expand(x, s)"),
    "Flatten": (MAP, "y = Flatten<axis = 2>(x)"),
    "Floor": (MAP, "y = Floor(x)"),
    "Gather": (MAP, "i = Constant<value_ints = [2, 0]>() y = Gather<axis = 1>(x, i)"),
    "GatherElements": (MAP, "i = ArgMax<axis = 1>(x) y = GatherElements<axis = 1>(x, i)"),
    "Gelu": (MAP, 'y = Gelu<approximate = "tanh">(x)'),
    "Gemm": (
        "float[3, 4] x",
        "c = Gemm<transB = 1>(x, x) y = Gemm<alpha = 0.5, beta = 2.0, transB = 1>(x, x, c)",
    ),
    "GlobalAveragePool": (MAP, "y = GlobalAveragePool(x)"),
    "GlobalMaxPool": (MAP, "y = GlobalMaxPool(x)"),
    "Greater": (MAP, "c = Constant<value_float = 0.1>() b = Greater(c, x) y = Cast<to = 1>(b)"),
    "GreaterOrEqual": (MAP, "r = Relu(x) b = GreaterOrEqual(x, r) y = Cast<to = 1>(b)"),
    "HardSigmoid": (MAP, "y = HardSigmoid<alpha = 0.25, beta = 0.25>(x)"),
    "HardSwish": (MAP, "y = HardSwish(x)"),
    "LRN": (MAP, "y = LRN<size = 3, alpha = 0.01, beta = 0.5, bias = 2.0>(x)"),
    "LeakyRelu": (MAP, "y = LeakyRelu<alpha = 0.2>(x)"),
    "Less": (MAP, "c = Constant<value_float = 0.1>() b = Less(c, x) y = Cast<to = 1>(b)"),
    "LessOrEqual": (MAP, "r = Relu(x) b = LessOrEqual(r, x) y = Cast<to = 1>(b)"),
    "Log": (MAP, "e = Exp(x) y = Log(e)"),
    "LogSoftmax": (MAP, "y = LogSoftmax<axis = 1>(x)"),
    "MatMul": (ROWS, "t = Transpose<perm = [0, 2, 1]>(x) y = MatMul(x, t)"),
    "Max": (MAP, "n = Neg(x) c = Constant<value_float = 0.5>() y = Max(x, n, c)"),
    "MaxPool": (
        MAP,
        "y = MaxPool<kernel_shape = [3, 2], strides = [2, 1],"
        " pads = [1, 0, 0, 1], ceil_mode = 1>(x)",
    ),
    "Min": (MAP, "n = Neg(x) c = Constant<value_float = -0.5>() y = Min(x, n, c)"),
    "Mish": (MAP, "y = Mish(x)"),
    "Mul": (MAP, "y = Mul(x, x)"),
    "Neg": (MAP, "y = Neg(x)"),
    "Not": (MAP, "c = Constant<value_float = 0.1>() b = Less(x, c) n = Not(b) y = Cast<to = 1>(n)"),
    "Or": (MAP, "a = Cast<to = 9>(x) b = Not(a) o = Or(a, b) y = Cast<to = 1>(o)"),
    "Pad": (
        MAP,
        "p = Constant<value_ints = [0, 0, 1, 2, 0, 0, 3, 0]>() c = Constant"
        "<value_float = 1.5>() y = Pad(x, p, c)",
    ),
    "Padded": (
        MAP,
        f"w = Constant<value = float[2, 4, 2, 2] {{{NINTHS}}}>()"
        " y = Conv<pads = [0, 0, 1, 1]>(x, w)",
    ),
    "Pow": (MAP, "c = Constant<value_float = 2.0>() y = Pow(x, c)"),
    "Reciprocal": (MAP, "e = Exp(x) y = Reciprocal(e)"),
    "ReduceL1": (MAP, "a = Constant<value_ints = [1]>() y = ReduceL1(x, a)"),
    "ReduceL2": (MAP, "a = Constant<value_ints = [2, 3]>() y = ReduceL2<keepdims = 0>(x, a)"),
    "ReduceLogSumExp": (MAP, "a = Constant<value_ints = [1]>() y = ReduceLogSumExp(x, a)"),
    "ReduceMax": (MAP, "a = Constant<value_ints = [-1]>() y = ReduceMax(x, a)"),
    "ReduceMean": (MAP, "a = Constant<value_ints = [2, 3]>() y = ReduceMean(x, a)"),
    "ReduceMin": (MAP, "y = ReduceMin(x)"),
    "ReduceProd": (MAP, "a = Constant<value_ints = [1]>() y = ReduceProd(x, a)"),
    "ReduceSum": (MAP, "a = Constant<value_ints = [1, 2]>() y = ReduceSum<keepdims = 0>(x, a)"),
    "Relu": (MAP, "y = Relu(x)"),
    "Reshape": (MAP, "s = Constant<value_ints = [0, -1, 8]>() y = Reshape(x, s)"),
    "Resize": (
        MAP,
        'e = Constant<value_ints = [2, 4, 12, 24]>() y = Resize<mode = "linear",'
        ' coordinate_transformation_mode = "half_pixel">(x, , , e)',
    ),
    "Round": (MAP, "y = Round(x)"),
    "Selu": (MAP, "y = Selu(x)"),
    "Sigmoid": (MAP, "y = Sigmoid(x)"),
    "Sign": (MAP, "y = Sign(x)"),
    "Sin": (MAP, "y = Sin(x)"),
    "Slice": (
        MAP,
        "s = Constant<value_ints = [1, 0]>() e = Constant<value_ints = [-1, 100]>()"
        " a = Constant<value_ints = [2, 3]>() t = Constant<value_ints = [1, 2]>()"
        " y = Slice(x, s, e, a, t)",
    ),
    "Softmax": (MAP, "y = Softmax<axis = 1>(x)"),
    "Softplus": (MAP, "y = Softplus(x)"),
    "Softsign": (MAP, "y = Softsign(x)"),
    "Split": (MAP, "s = Constant<value_ints = [1, 3]>() a, y = Split<axis = 1>(x, s)"),
    "Sqrt": (MAP, "e = Exp(x) y = Sqrt(e)"),
    "Squeeze": ("float[2, 1, 4, 1] x", "y = Squeeze(x)"),
    "Sub": (MAP, "c = Constant<value_float = 2.0>() y = Sub(c, x)"),
    "Swish": (MAP, "s = Sigmoid(x) y = Mul(x, s)"),
    "Tanh": (MAP, "y = Tanh(x)"),
    "Tile": (MAP, "r = Constant<value_ints = [1, 2, 1, 3]>() y = Tile(x, r)"),
    "Transpose": (MAP, "y = Transpose<perm = [0, 2, 3, 1]>(x)"),
    "Trilu": (MAP, "k = Constant<value_int = 1>() y = Trilu<upper = 0>(x, k)"),
    "Unsqueeze": (MAP, "a = Constant<value_ints = [0, -1]>() y = Unsqueeze(x, a)"),
    "Where": (MAP, "z = Constant<value_float = 0.0>() b = Less(x, z) y = Where(b, z, x)"),
    "Xor": (MAP, "a = Cast<to = 9>(x) b = Not(a) o = Xor(a, b) y = Cast<to = 1>(o)"),
    "GELU": (
        MAP,
        "d = Constant<value_float = 1.4142135>() q = Div(x, d) e = Erf(q)"
        " o = Constant<value_float = 1.0>() p = Add(e, o) m = Mul(x, p)"
        " h = Constant<value_float = 0.5>() y = Mul(m, h)",
    ),
    "sizes": (
        MAP,
        "s = Shape(x) i = Constant<value_int = 1>() c = Gather(s, i)"
        " z = Constant<value_ints = [0]>() t = Constant<value_int = 2>() h = Div(c, t)"
        " u = Unsqueeze(h, z) b = Constant<value_ints = [0, 2]>()"
        " l = Constant<value_ints = [-1]>() g = Concat<axis = 0>(b, u, l)"
        " y = Reshape(x, g)",
    ),
    "pooled": (
        MAP,
        "y = MaxPool<kernel_shape = [3, 3], strides = [1, 1], pads = [1, 1, 1, 1],"
        " ceil_mode = 1>(x)",
    ),
}  # fmt: skip
"""By op, or by what is read as one, the graph's input and its nodes; ``y`` is its output."""


def model_of(text: str) -> onnx.ModelProto:
    """A model with the shapes that it has, of ``(inputs) => (outputs) { nodes }``."""
    made = onnx.parser.parse_model(f'<ir_version: 9, opset_import: ["" : 20]>\nnet {text}')
    for each in made.graph.output:
        each.type.tensor_type.ClearField("shape")
    return onnx.shape_inference.infer_shapes(made, data_prop=True)


def case_of(name: str) -> onnx.ModelProto:
    """The model of a case."""
    port, nodes = CASES[name]
    return model_of(f"({port}) => (float y) {{\n{nodes}\n}}")
