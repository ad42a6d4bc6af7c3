"""Elementary functions."""

from archir.ops.activation import RealFunction


class Exp(RealFunction):
    """Raises e to the power of every element.

    torch: `torch.exp`.

    ```arch
    model example() {
      input features: [N, 64]
      linear(8) as logvar
      multiply(0.5) -> exp -> multiply [_, logvar]
    }
    ```
    """

    keyword = "exp"
    torch_name = "torch.exp"
    read_calls = ("exp(input)",)
    keeps = ("outputs",)


class Expm1(RealFunction):
    """Gives `exp(x) - 1` for every element, exact also near 0.

    torch: `torch.expm1`.

    ```arch
    model example() {
      input features: [N, 64]
      linear(8) -> expm1
    }
    ```
    """

    keyword = "expm1"
    torch_name = "torch.expm1"
    read_calls = ("expm1(input)",)
    keeps = ("outputs",)


class Log(RealFunction):
    """Gives the natural logarithm of every element.

    That of a negative number is not a number, and that of 0 is minus infinity. As a stage `log` is
    this op; where it is called in an expression it is the function of a number.

    torch: `torch.log`.

    ```arch
    model example() {
      input features: [N, 64]
      softmax(1) -> log
    }
    ```
    """

    keyword = "log"
    torch_name = "torch.log"
    read_calls = ("log(input)",)


class Log1p(RealFunction):
    """Gives the natural logarithm of `1 + x` for every element, exact also near 0.

    torch: `torch.log1p`.

    ```arch
    model example() {
      input image: [N, 3, H = 32, W = 32]
      conv(8, 3) -> relu -> log1p
    }
    ```
    """

    keyword = "log1p"
    torch_name = "torch.log1p"
    read_calls = ("log1p(input)",)


class Sqrt(RealFunction):
    """Gives the square root of every element; that of a negative number is not a number.

    As a stage `sqrt` is this op; where it is called in an expression it is the function of a
    number.

    torch: `torch.sqrt`.

    ```arch
    model example() {
      input image: [N, 3, H = 32, W = 32]
      conv(8, 3) -> square -> mean([2, 3]) -> add(1e-6) -> sqrt
    }
    ```
    """

    keyword = "sqrt"
    torch_name = "torch.sqrt"
    read_calls = ("sqrt(input)",)
    keeps = ("outputs",)


class Rsqrt(RealFunction):
    """Gives 1 divided by the square root of every element.

    torch: `torch.rsqrt`.

    ```arch
    model example() {
      input tokens: [N, L = 16, 64]
      square -> mean(-1, keepdim = true) -> add(1e-6) -> rsqrt as scale
      multiply [tokens, scale] -> linear(64)
    }
    ```
    """

    keyword = "rsqrt"
    torch_name = "torch.rsqrt"
    read_calls = ("rsqrt(input)",)
    keeps = ("outputs",)


class Reciprocal(RealFunction):
    """Gives 1 divided by every element.

    torch: `torch.reciprocal`.

    ```arch
    model example() {
      input features: [N, 64]
      sigmoid -> add(1) -> reciprocal
    }
    ```
    """

    keyword = "reciprocal"
    torch_name = "torch.reciprocal"
    read_calls = ("reciprocal(input)",)
    keeps = ("outputs",)


class Sin(RealFunction):
    """Gives the sine of every element, in radians.

    torch: `torch.sin`.

    ```arch
    model example() {
      input position: [N, 2]
      linear(256) -> multiply(30) -> sin -> linear(3)
    }
    ```
    """

    keyword = "sin"
    torch_name = "torch.sin"
    read_calls = ("sin(input)",)


class Cos(RealFunction):
    """Gives the cosine of every element, in radians.

    torch: `torch.cos`.

    ```arch
    model example() {
      input angles: [N, 64]
      concat(-1) [sin, cos]
    }
    ```
    """

    keyword = "cos"
    torch_name = "torch.cos"
    read_calls = ("cos(input)",)


class Erf(RealFunction):
    """Gives the error function of every element: `gelu` is `x * (1 + erf(x / sqrt(2))) / 2`.

    torch: `torch.erf`.

    ```arch
    model example() {
      input features: [N, 64]
      divide(sqrt(2)) -> erf -> add(1) -> divide(2) -> multiply [_, features]
    }
    ```
    """

    keyword = "erf"
    torch_name = "torch.erf"
    read_calls = ("erf(input)",)
