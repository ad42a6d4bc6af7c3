"""Dropout."""

from typing import TYPE_CHECKING, Annotated

from archir.fields import Field
from archir.ops.activation import Elementwise
from archir.types import TensorType

if TYPE_CHECKING:
    from archir.storage import Tensor
    from archir.tape import Tape


class Dropout(Elementwise):
    """In training, puts 0 for a random part of the elements and scales the others up.

    In evaluation it does nothing.

    torch: `torch.nn.Dropout`.

    ```arch
    model example() {
      input features: [N, 512]
      dropout(0.2) -> linear(10)
    }
    ```
    """

    keyword = "dropout"
    torch_name = "torch.nn.Dropout"

    p: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = Field(
        0.5, description="the probability of an element to become 0"
    )
    inplace: bool = Field(False, description="whether the input's memory is used for the output")

    def accepted(self) -> tuple[str, ...]:
        # Scaling by 1 / (1 - p) gives floats; where nothing is scaled torch takes any dtype.
        return ("float32", "int64", "bool") if self.p in (0.0, 1.0) else ("float32",)

    def allocate(
        self, tape: "Tape", inputs: "tuple[Tensor, ...]", outputs: tuple[TensorType, ...]
    ) -> "tuple[Tensor, ...]":
        given = inputs[0]
        if not tape.training or self.p == 0:
            return inputs
        # With p = 1 torch multiplies by a zero, else by what it has drawn for each element.
        drawn = tape.new((), dtype=given.dtype) if self.p == 1 else tape.noise(given)
        made = tape.overwrite(given) if self.inplace else tape.new(given.shape, given, like=given)
        tape.keep(made, drawn)
        return (made,)
