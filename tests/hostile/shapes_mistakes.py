"""Shapes of files with many mistakes."""

from __future__ import annotations

from shaping import lines, model, shape


@shape
def unknown_names(n: int) -> str:
    return model(lines(f"unknown{i}" for i in range(n)))


@shape
def same_unknown_name(n: int) -> str:
    return model("rleu\n" * n)


@shape
def same_declaration(n: int) -> str:
    return model("relu", above="block b() { relu }\n" * n)


@shape
def same_let(n: int) -> str:
    return model("let a = 1\n" * n + "relu")


@shape
def wrong_layers(n: int) -> str:
    return model("conv(8, 99)\n" * n)


@shape
def wrong_merges(n: int) -> str:
    return model("add [_, conv(4, 1)]\n" * n)


@shape
def wrong_syntax(n: int) -> str:
    return model("relu relu\n" * n)


@shape
def wrong_lines(n: int) -> str:
    return ") = (\n" * n


@shape
def brackets_left_open(n: int) -> str:
    return "model m() {\n" + "{\n" * n


@shape
def declarations_left_open(n: int) -> str:
    return "block b() { relu\n" * n


@shape
def quotes_left_open(n: int) -> str:
    return model('"abc\n' * n)


@shape
def forbidden_characters(n: int) -> str:
    return model("\x00\u200b" * n)


@shape
def unknown_characters(n: int) -> str:
    return model("$ " * n)


@shape
def unused_values(n: int) -> str:
    return model(lines(f"relu as a{i}" for i in range(n)))


@shape
def modules_not_applied(n: int) -> str:
    return model(lines(f"module a{i} = relu" for i in range(n)) + "relu")


@shape
def failing_uses(n: int) -> str:
    return model(lines(f"b({i + 90})" for i in range(n)), above="block b(k) { conv(3, k) }\n")


@shape
def pieces_of_a_statement(n: int) -> str:
    return model("x = 3 " + "{ relu } " * n)


@shape
def lines_in_what_is_left_open(n: int) -> str:
    return model("concat [\n" + "relu\n" * n + "]\nconv(3\n")


@shape
def uses_of_what_is_refused(n: int) -> str:
    return model(lines(f"conv(A[{i}], 1)" for i in range(n)), above="let A = [1\n")
