"""Problems of attention: queries, keys, values and masks that do not go together."""

from __future__ import annotations

from archir.base import argument_fixes as fixes
from archir.base.diagnostics import Diagnostic, Problem
from archir.base.fixes import Fix


def _model(inputs: str, body: str) -> str:
    return f"model m() {{\n  input {inputs}\n  {body}\n}}\n"


_APART = "query: [N, 8, 16, 64], memory: [N, 8, 20, 64]"
_MASKED = "x: [N, 8, 16, 64], mask: bool[16, 16]"


class QueryAndKeyDiffer(Problem):
    """A query is multiplied with every key, so both have as many features, in the last dim."""

    name = "query-and-key-differ"
    bad = _model(_APART, "scaled_dot_product_attention [query -> linear(32), memory, memory]")
    good = _model(_APART, "scaled_dot_product_attention [query -> linear(64), memory, memory]")
    callee: str
    query: str
    key: str
    shapes: tuple[str, str]

    def message(self) -> str:
        one, other = self.shapes
        return (
            f"{self.callee} takes queries of {self.query} features and keys of {self.key},"
            f" which have to be as many: {one} and {other}"
        )

    def hint(self) -> str:
        return "bring both to the same number with linear(…); values may have another"


class KeysWithoutValues(Problem):
    """Each key has a value: both have the same length, in the dim before the last."""

    name = "keys-without-values"
    bad = _model(_APART, "scaled_dot_product_attention [query, memory, query]")
    good = _model(_APART, "scaled_dot_product_attention [query, memory, memory]")
    callee: str
    keys: str
    values: str
    shapes: tuple[str, str]

    def message(self) -> str:
        one, other = self.shapes
        return (
            f"{self.callee} takes a value for each key, and there are {self.keys} keys and"
            f" {self.values} values: {one} and {other}"
        )

    def hint(self) -> str:
        return "make keys and values of the same sequence; queries may come from another"


class HeadsNotShared(Problem):
    """Where queries share keys and values, a head of these is for as many heads of queries each."""

    name = "heads-not-shared"
    bad = _model(
        "query: [N, 8, 16, 64], key: [N, 3, 16, 64]",
        "scaled_dot_product_attention(enable_gqa = true) [query, key, key]",
    )
    good = _model(
        "query: [N, 8, 16, 64], key: [N, 2, 16, 64]",
        "scaled_dot_product_attention(enable_gqa = true) [query, key, key]",
    )
    callee: str
    queries: str
    what: str
    """``keys`` or ``values``."""

    heads: str

    def message(self) -> str:
        return (
            f"{self.queries} heads of queries cannot share {self.heads} heads of {self.what} in"
            f" {self.callee}"
        )

    def hint(self) -> str:
        return f"the heads of {self.what} have to divide those of the queries"


class MaskDoesNotFit(Problem):
    """A mask has an element for each query and key: [L, S], with dims in front that are 1 or
    those of the values. Where a dim is 1 it is repeated."""

    name = "mask-does-not-fit"
    bad = _model(
        "x: [N, 8, 16, 64], mask: bool[16, 20]", "scaled_dot_product_attention [x, x, x, mask]"
    )
    good = _model(_MASKED, "scaled_dot_product_attention [x, x, x, mask]")
    callee: str
    mask: str
    scores: str

    def message(self) -> str:
        return f"a mask of {self.mask} cannot be repeated to {self.scores} in {self.callee}"

    def hint(self) -> str:
        return "a mask for each query and key is [L, S]; one for each example is [N, 1, 1, S]"


class MaskBesideCausal(Problem):
    """``is_causal`` is a mask by itself, and torch takes no other one beside it."""

    name = "mask-beside-causal"
    bad = _model(_MASKED, "scaled_dot_product_attention(is_causal = true) [x, x, x, mask]")
    good = _model(_MASKED, "scaled_dot_product_attention [x, x, x, mask]")
    callee: str

    def message(self) -> str:
        return f"{self.callee} is given a mask, and is_causal beside it"

    def hint(self) -> str:
        return "leave out is_causal, and put it into the mask: logical_and [mask, causal]"


_SELF = "tokens: [N, 16, 64], absent: bool[N, 16]"


class HeadsDoNotDivide(Problem):
    """Each head has an equal share of the features, so their number divides that of features."""

    name = "heads-do-not-divide"
    bad = _model(_SELF, "tokens -> multihead_attention(6)")
    good = _model(_SELF, "tokens -> multihead_attention(8)")
    callee: str
    features: int
    heads: int

    def message(self) -> str:
        return f"{self.features} features cannot be split into {self.heads} heads"

    def hint(self) -> str:
        return f"{self._near()} head{'s'[: self._near() != 1]} would divide these"

    def _near(self) -> int:
        """The number nearest to the given one that divides the features."""
        fits = [n for n in range(1, min(self.features, 4096) + 1) if self.features % n == 0]
        return min(fits, key=lambda n: abs(n - self.heads))

    def fix(self, at: Diagnostic) -> Fix | None:
        near, given = str(self._near()), str(self.heads)
        return fixes.rewrite(at.span, self.callee, "num_heads", near, given, safe=False)


class OtherNumberToAttend(Problem):
    """A value attends to itself, a query to a memory, or a query to keys and values; masks that
    the arguments announce come behind them."""

    name = "other-number-to-attend"
    bad = _model(_SELF, "multihead_attention(8, key_padding_mask = true) [absent]")
    good = _model(_SELF, "multihead_attention(8, key_padding_mask = true) [tokens, absent]")
    callee: str
    wanted: tuple[str, ...]
    count: int
    optional: tuple[str, ...]
    """What may stand behind the first."""

    def message(self) -> str:
        flows = "1 flows" if self.count == 1 else f"{self.count} flow"
        first, most = len(self.wanted), len(self.wanted) + len(self.optional)
        return f"{self.callee} takes {first} to {most} values, and {flows} in"

    def hint(self) -> str:
        value, *masks = self.wanted
        may = " and ".join(self.optional)
        behind = "".join(f", then the {mask}" for mask in masks)
        return f"in brackets: {value} that attends, perhaps {may}{behind}"
