"""What the parser makes of declarations, and of what was refused."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from archdsl import rules
from archdsl.syntax.expression_actions import Children
from archdsl.syntax.statement_actions import StatementBuilder, one_by_one
from archdsl.syntax.tokens import Refusal, Token
from archdsl.tree import ast
from archir.base.diagnostics import Label
from archir.base.record import Record
from archir.base.source import Span

# Only texts with mistakes need these, so they are not compiled before.
_WORD = r"[^\W\d]\w*"
_PARAMETER = r"[(,\n]\s*([^\W\d]\w*)\s*(?=[:=,)])"
"""What is likely the name of a parameter, and may hide an op."""

_TARGETS = r"for\s+[^\W\d]\w*(\s*,\s*[^\W\d]\w*)*\s+in\b"


class _Edition(Record):
    span: Span
    number: int


class FileBuilder(StatementBuilder):
    """All actions of the grammar."""

    def error(self, children: Children) -> ast.Refused | ast.PartDeclaration:
        """What was refused, or a declaration of which nothing but the head was."""
        token, body = children
        if not isinstance(token, Refusal):  # a whole declaration, with brackets that nothing mends
            return ast.Refused(self.span(token), (), frozenset(), (), "")
        inner = (*token.kept, *(() if body is None else body.statements))
        span = Span(self.source, token.start, token.end if body is None else body.span.end)
        keyword = token.tokens[0].type if token.tokens else ""
        if token.in_file and keyword in ("BLOCK", "MODEL") and (body is not None or inner):
            name = Token("NAME", "_", token.start, token.start)
            if len(token.tokens) > 1 and token.tokens[1].type == "NAME":
                name = token.tokens[1]
            kind: Literal["block", "model"] = "model" if keyword == "MODEL" else "block"
            held = ast.Body(span if body is None else body.span, inner)
            lost = self._lost(name.end, held.span.start)
            words, named = frozenset(token.words), self.identifier(name)
            return ast.PartDeclaration(span, kind, named, (), held, "", lost, words)
        if keyword == "FOR" and re.compile(_TARGETS).match(self.source.text, token.start):
            keyword = ""  # it is known what its names are
        names = self._declared(token.tokens) if token.in_file else ()
        return ast.Refused(span, inner, frozenset(token.words), names, keyword)

    def _declared(self, tokens: Sequence[Token]) -> tuple[ast.Identifier, ...]:
        """The names that a refused declaration may have declared."""
        kinds = [token.type for token in tokens]
        begin, end = 1, len(tokens)
        if "IMPORT" in kinds[:1]:
            begin = kinds.index("COLON") if "COLON" in kinds else 1
        elif "LET" in kinds[:1]:
            end = kinds.index("EQUALS") if "EQUALS" in kinds else end
        else:
            end = 2
        return self.identifiers([each for each in tokens[begin:end] if each.type == "NAME"])

    # --- declarations

    def edition(self, children: Children) -> _Edition:
        return _Edition(self.between(*children), int(children[1].text, 0))

    def import_(self, children: Children) -> ast.Import:
        start, path, *names = children
        if isinstance(path, Token):
            where: tuple[str, ...] | str = path.text
            path_span = self.span(path)
        else:
            where = tuple(token.text for token in path)
            path_span = self.between(path[0], path[-1])
        span = self.between(start, names[-1])
        return ast.Import(span, where, path_span, self.identifiers(names))

    def module_path(self, children: Children) -> Children:
        return children

    def part(self, children: Children) -> ast.PartDeclaration:
        start, name, params, body = children
        kind: Literal["block", "model"] = "block" if start.type == "BLOCK" else "model"
        span = Span(self.source, start.start, body.span.end)
        doc = self.docs.above(start.start)
        named = self.identifier(name)
        if not self._is_mended(start.start, body.span.start):
            return ast.PartDeclaration(span, kind, named, params or (), body, doc)
        words = frozenset(re.findall(_WORD, self.source.text[name.end : body.span.start]))
        lost = self._lost(name.end, body.span.start)
        return ast.PartDeclaration(span, kind, named, (), body, doc, lost, words)

    def _lost(self, start: int, end: int) -> frozenset[str]:
        """What is likely a parameter's name in a head that could not be read."""
        return frozenset(re.findall(_PARAMETER, self.source.text[start:end]))

    def variant(self, children: Children) -> ast.Variant:
        start, name, value = children
        span = Span(self.source, start.start, value.span.end)
        doc = self.docs.above(start.start)
        return ast.Variant(span, self.identifier(name), self._sure(value), doc)

    def function(self, children: Children) -> ast.Function | ast.Refused:
        start, name, params, value = children
        span = Span(self.source, start.start, value.span.end)
        if self._is_mended(start.start, value.span.start):
            return ast.Refused(span, (), frozenset(), (self.identifier(name),), "FN")
        doc = self.docs.above(start.start)
        return ast.Function(span, self.identifier(name), params, self._sure(value), doc)

    def parameters(self, children: Children) -> tuple[ast.Param, ...]:
        return tuple(children)

    def parameter(self, children: Children) -> ast.Param:
        name, kind, domain, default = children
        identifier = self.identifier(name)
        last = default or domain or kind or identifier
        return ast.Param(identifier.span.to(last.span), identifier, kind, domain, default)

    def type(self, children: Children) -> ast.TypeName:
        name, element, domain, _, count = children
        end = name.end
        if element is not None:
            end = self._closed((domain or element).span.end)
        if count is not None:
            end = count.span.end
        return ast.TypeName(Span(self.source, name.start, end), name.text, element, domain, count)

    def _closed(self, end: int) -> int:
        """Where a bracket ends behind what it holds: there, where recovery has closed it."""
        closer = re.compile(r"(?:\s|#[^\n]*)*\]").match(self.source.text, end)
        return end if closer is None else closer.end()

    def start(self, children: Children) -> ast.File:
        edition: _Edition | None = None
        children = list(one_by_one(children))
        for number, item in enumerate(children):
            if isinstance(item, _Edition):
                self._check_edition(item, edition, first=number == 0)
                edition = edition or item
        declarations = tuple(item for item in children if not isinstance(item, _Edition))
        number_of = edition.number if edition is not None else None
        where = edition.span if edition is not None else None
        return ast.File(
            Span(self.source, 0, len(self.source.text)),
            self.source,
            number_of,
            where,
            declarations,
            self.docs.file,
        )

    def _check_edition(self, edition: _Edition, earlier: _Edition | None, first: bool) -> None:
        if earlier is not None:
            label = Label(earlier.span, "the first")
            self.report(rules.editions.RepeatedEdition(), edition.span, [label])
        elif not first:
            self.report(rules.editions.MisplacedEdition(), edition.span)
        elif edition.number < 1:
            self.report(rules.editions.UnknownEdition(edition.number), edition.span)
