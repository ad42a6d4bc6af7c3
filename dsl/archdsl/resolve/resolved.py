"""A program whose names have all been looked up, and how its declarations are referred to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from archdsl.project.program import Declared, Program
from archdsl.resolve.binding import signature
from archdsl.resolve.context import Session
from archdsl.syntax.docs import prose
from archdsl.tree import ast
from archir.base.diagnostics import Diagnostic
from archir.base.record import fresh
from archir.base.source import Span
from archir.op.binding import Signature
from archir.program.declarations import (
    Block,
    Constant,
    Declaration,
    Function,
    Variant,
    announced,
)

References: TypeAlias = dict[Declared, list[tuple[Declared, Span]]]
"""What each declaration refers to, and where."""


class Resolved(Program):
    """A program, and what has become of each of its declarations."""

    declarations: dict[Declared, Declaration] = fresh(factory=dict)
    references: References = fresh(factory=dict)
    wrong: set[Declared] = fresh(factory=set)
    """The declarations in which something is refused, or not known for a mistake elsewhere."""

    spoiled: set[Declared] = fresh(factory=set)
    """These, and all that needs them, once that has been asked."""

    said: Mapping[Declared, tuple[Diagnostic, ...]] = fresh(factory=dict)
    """What was said of a declaration."""

    @classmethod
    def of(
        cls, program: Program, session: Session, said: Mapping[Declared, tuple[Diagnostic, ...]]
    ) -> Resolved:
        """A program of which a session knows all."""
        texts = program.main, program.files, program.mistakes, program.guesses
        return cls(*texts, session.declarations, session.references, session.wrong, said=said)

    def needs(self, declared: Declared) -> dict[Declared, None]:
        """A declaration and all that it refers to, however far, in the order of finding them."""
        found = {declared: None}
        waiting = [declared]
        while waiting:
            for other, _ in self.references.get(waiting.pop(), ()):
                if other not in found:
                    found[other] = None
                    waiting.append(other)
        return found

    def is_wrong(self, declared: Declared) -> bool:
        """Whether something is wrong with a declaration, or with one that it needs."""
        if self.wrong and not self.spoiled:
            self.spoiled = self._spoiled()
        return declared in self.spoiled

    def _spoiled(self) -> set[Declared]:
        """All that is wrong, and all that needs it, however far."""
        users: dict[Declared, list[Declared]] = {}
        for user, used in self.references.items():
            for other, _ in used:
                users.setdefault(other, []).append(user)
        found = set(self.wrong)
        waiting = list(found)
        while waiting:
            for user in users.get(waiting.pop(), ()):
                if user not in found:
                    found.add(user)
                    waiting.append(user)
        return found


_KINDS: dict[type[ast.Node], type[Declaration]] = {
    ast.PartDeclaration: Block,
    ast.Function: Function,
    ast.Let: Constant,
    ast.Variant: Variant,
}


def declared_as(declared: Declared, session: Session) -> Declaration:
    """The declaration of the resolved program that stands for one of the text."""
    known = session.declarations.get(declared)
    if known is None:
        node = declared.node
        known = session.declarations[declared] = announced(
            _KINDS[type(node)],
            name=declared.name,
            doc=prose(node.doc),
            file_doc=prose(declared.home.file.doc),
            span=node.span,
            name_span=declared.span,
        )
        if isinstance(known, Block | Function):
            known.signature = signature(declared, session) or Signature.of((), ())
        if isinstance(node, ast.PartDeclaration) and isinstance(known, Block):
            known.kind = node.kind
    return known
