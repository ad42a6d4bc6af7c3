"""Shapes of blocks: inside each other, used often, needing themselves."""

from __future__ import annotations

from shaping import lines, model, shape


@shape
def deep_blocks(n: int) -> str:
    blocks = lines(f"block b{i}() {{ l: b{i - 1} }}" for i in range(1, n))
    return model(f"b{n - 1}", above=f"block b0() {{ a: conv(3, 1) }}\n{blocks}")


@shape
def deep_nameless_blocks(n: int) -> str:
    blocks = lines(f"block b{i}() {{ b{i - 1} }}" for i in range(1, n))
    return model(f"b{n - 1}", above=f"block b0() {{ conv(3, 1) }}\n{blocks}")


@shape
def deep_blocks_in_braces(n: int) -> str:
    blocks = lines(f"block b{i}() {{ {{ a: {{ b{i - 1} }} }} }}" for i in range(1, n))
    return model(f"b{n - 1}", above=f"block b0() {{ conv(3, 1) }}\n{blocks}")


@shape
def deep_splices(n: int) -> str:
    blocks = lines(f"block b{i}() {{ *b{i - 1} }}" for i in range(1, n))
    return model(f"b{n - 1}", above=f"block b0() {{ conv(3, 1) }}\n{blocks}")


@shape
def deep_blocks_with_residuals(n: int) -> str:
    blocks = lines(f"block b{i}() {{ residual {{ b{i - 1} }} }}" for i in range(1, n))
    return model(f"b{n - 1}", above=f"block b0() {{ conv(3, 1) }}\n{blocks}")


@shape
def blocks_that_hold_blocks(n: int) -> str:
    return model("b(" * n + "relu" + ")" * n, above="block b(p) { p }\n")


@shape
def equal_uses(n: int) -> str:
    return model("b(3)\n" * n, above="block b(w) { conv(w, 1) -> relu }\n")


@shape
def unequal_uses(n: int) -> str:
    uses = lines(f"b({i + 1})" for i in range(n))
    return model(uses, above="block b(w) { conv(w, 1) -> relu }\n")


@shape
def doubling_blocks(n: int) -> str:
    blocks = lines(
        f"block b{i}(w) {{ b{i - 1}(2 * w) -> b{i - 1}(2 * w + 1) }}" for i in range(1, n)
    )
    return model(f"b{n - 1}(1)", above=f"block b0(w) {{ conv(w, 1) }}\n{blocks}")


@shape
def doubling_equal_blocks(n: int) -> str:
    blocks = lines(f"block b{i}() {{ b{i - 1} -> b{i - 1} }}" for i in range(1, n))
    return model(f"b{n - 1}", above=f"block b0() {{ conv(3, 1) }}\n{blocks}")


@shape
def doubling_splices(n: int) -> str:
    blocks = lines(f"block b{i}() {{ *b{i - 1} -> *b{i - 1} }}" for i in range(1, n))
    return model(f"b{n - 1}", above=f"block b0() {{ conv(3, 1) }}\n{blocks}")


@shape
def doubling_outputs(n: int) -> str:
    blocks = lines(f"block b{i}() {{ [b{i - 1}, b{i - 1}] -> add }}" for i in range(1, n))
    return model(f"b{n - 1}", above=f"block b0() {{ relu }}\n{blocks}")


@shape
def unused_blocks(n: int) -> str:
    return model("relu", above=lines(f"block b{i}() {{ conv(3, 1) }}" for i in range(n)))


@shape
def used_blocks(n: int) -> str:
    blocks = lines(f"block b{i}() {{ conv(3, 1) }}" for i in range(n))
    return model(lines(f"b{i}" for i in range(n)), above=blocks)


@shape
def cycle_of_blocks(n: int) -> str:
    return model("b0", above=lines(f"block b{i}() {{ b{(i + 1) % n} }}" for i in range(n)))


@shape
def cycle_of_lets(n: int) -> str:
    return model("relu", above=lines(f"let a{i} = a{(i + 1) % n}" for i in range(n)))


@shape
def cycles_everywhere(n: int) -> str:
    some = min(n, 40)
    uses = " -> ".join(f"b{i}" for i in range(some))
    return model("b0", above=lines(f"block b{i}() {{ {uses} }}" for i in range(some)))
