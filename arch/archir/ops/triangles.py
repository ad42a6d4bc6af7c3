"""Triangles of matrices."""

from typing import ClassVar

from archir import rules
from archir.op.contract import Int, Keeps
from archir.op.fields import Field
from archir.ops.activation import ElementwiseFunction
from archir.shapes.conditions import Check
from archir.shapes.types import TensorType


class Tril(ElementwiseFunction):
    """Keeps the lower triangle of the matrices in the last two dims, and puts 0 for the rest.

    The diagonal is kept too, and as many above it as `diagonal` says; a negative number leaves
    that many out.

    torch: `torch.tril`.

    ```arch
    model example() {
      input scores: [N, 8, L = 16, L]
      tril -> softmax(-1)
    }
    ```
    """

    keyword = "tril"
    torch_name = "torch.tril"
    dtypes = ("float32", "int64", "bool")
    keeps: ClassVar[Keeps] = ()
    keeps_layout = False

    diagonal: Int = Field(0, description="the last diagonal that is kept, counted to the right")

    def infer(self, inputs: tuple[TensorType, ...], check: Check) -> tuple[TensorType, ...] | None:
        if inputs[0].rank < 2:
            check.report(rules.shapes.WrongRank(self.keyword, ("[…, M, N]",), str(inputs[0])))
        return super().infer(inputs, check)


class Triu(Tril):
    """Keeps the upper triangle of the matrices in the last two dims, and puts 0 for the rest.

    The diagonal is kept too; a `diagonal` above 0 leaves out that many, one below 0 keeps more.

    torch: `torch.triu`.

    ```arch
    model example() {
      input scores: [N, 8, L = 16, L]
      triu(1)
    }
    ```
    """

    keyword = "triu"
    torch_name = "torch.triu"
