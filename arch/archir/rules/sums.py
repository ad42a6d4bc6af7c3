"""Problems with equations of labels."""

from __future__ import annotations

from archir.base.diagnostics import Problem


def _model(body: str) -> str:
    return f"model m() {{\n  input a: [N, 4, 8], b: [N, 8, 6]\n  {body}\n}}\n"


class EquationMisread(Problem):
    """An equation has a letter for each dim of each value, and perhaps an arrow and those kept."""

    name = "equation-misread"
    bad = _model('einsum("nik,nkj->nijl")')
    good = _model('einsum("nik,nkj->nij")')
    callee: str
    equation: str
    why: str

    def message(self) -> str:
        return f"{self.callee} cannot take the equation `{self.equation}`: {self.why}"

    def hint(self) -> str:
        return 'write a letter for each dim, as in einsum("bqd,bkd->bqk") [query, key]'


class LabelOfTwoSizes(Problem):
    """All dims of one letter are of one extent, or of extent 1, which is repeated."""

    name = "label-of-two-sizes"
    bad = _model('einsum("nik,njk->nij")')
    good = _model('einsum("nik,nkj->nij")')
    callee: str
    equation: str
    letter: str
    one: str
    other: str

    def message(self) -> str:
        return f"{self.letter} in `{self.equation}` of {self.callee} is {self.one} and {self.other}"

    def hint(self) -> str:
        return "give dims of other sizes other letters"
