"""Where a constructor puts the modules it makes: attributes, or the layers of a Sequential."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from archc.python.body import Child
from archc.python.containers import container
from archc.python.follow.scope import mentions
from archc.python.identifiers import is_plain
from archc.python.printing import fold
from archc.python.text import INDENT, Call, Const, Display, Expr, Raw, flat, layout
from archir.template import Unfollowable


@dataclass(slots=True, eq=False)
class Lines:
    """The lines of a function as they are written."""

    lines: list[str] = field(default_factory=list)
    indent: int = 2

    def add(self, prefix: str, expr: Expr, suffix: str = "") -> None:
        """Write ``prefix expression suffix``."""
        self.lines += layout(prefix, expr, suffix, self.indent)

    def text(self, line: str) -> None:
        """Write one line."""
        self.lines.append(INDENT * self.indent + line)

    def declared(self, variable: str, kind: str) -> str:
        """``variable: kind`` where it stands for the first time, and ``variable`` from then on."""
        head = f"{variable}: {kind} = "
        return variable if any(line.lstrip().startswith(head) for line in self.lines) else head[:-3]


def without_unread_counts(lines: list[str]) -> list[str]:
    """A constructor's lines without the counts of channels that nothing reads.

    Whether a module's channels are needed is known only once what stands behind it is written.
    """
    kept = list(lines)
    for index in reversed(range(len(kept))):
        found = re.fullmatch(r"( +)(\w+) = \w+\.out_channels", kept[index])
        if found is None:
            continue
        # Inside of a loop the next round may read it, above this line.
        around = kept[index + 1 :] if found[1] == INDENT * 2 else kept[:index] + kept[index + 1 :]
        if not any(mentions(line, found[2]) for line in around):
            del kept[index]
    return kept


@dataclass(slots=True, eq=False)
class Layers:
    """The layers of an nn.Sequential: listed in the call, or gathered in a variable first."""

    out: Lines
    labelled: bool
    is_chain: bool = True
    """Whether they run one after the other; else they are the items of an nn.ModuleList."""

    variable: str | None = None
    pending: list[tuple[str | None, Expr]] = field(default_factory=list)

    def add(self, label: Expr | None, make: Expr) -> None:
        """Append a module."""
        if (label is not None) != self.labelled:
            raise Unfollowable("labelled and numbered children side by side")
        if self.labelled and not (isinstance(label, Const) and isinstance(label.value, str)):
            assert label is not None
            self.flush()
            if self.variable is None:
                raise Unfollowable("a label with an expression outside of a loop")
            self.out.add(f"{self.variable}[{flat(label)}] = ", make)
            return
        name = str(label.value) if isinstance(label, Const) else None
        self.pending.append((name, make))

    def gather(self, variable: str) -> None:
        """From here on layers are added one after the other."""
        if not self.is_chain:
            raise Unfollowable("items whose places depend on arguments")
        if self.variable is not None:
            self.flush()
            return
        self.variable = variable
        if self.labelled:
            head = self.out.declared(variable, "OrderedDict[str, nn.Module]")
            self.out.text(f"{head} = OrderedDict()")
            self.flush()
            return
        items = tuple((None, make) for _, make in self.pending)
        self.pending = []
        head = self.out.declared(variable, "list[nn.Module]")
        self.out.add(f"{head} = ", Display("[]", items))

    def flush(self) -> None:
        """Write what waits to be added."""
        if self.variable is None or not self.pending:
            return
        pending, self.pending = self.pending, []
        if self.labelled:
            for name, make in pending:
                self.out.add(f'{self.variable}["{name}"] = ', make)
        elif len(pending) == 1:
            self.out.add("", Call(f"{self.variable}.append", ((None, pending[0][1]),)))
        else:
            items = tuple((None, make) for _, make in pending)
            self.out.add(f"{self.variable} += ", Display("[]", items))

    def arguments(self) -> tuple[tuple[None, Expr], ...]:
        """What nn.Sequential is called with, or nn.ModuleList."""
        self.flush()
        if not self.is_chain:
            items = tuple((None, make) for _, make in self.pending)
            return ((None, Display("[]", items)),)
        if self.variable is not None:
            return ((None, Raw(self.variable if self.labelled else f"*{self.variable}")),)
        if self.labelled:
            named = container("sequential", [Child(str(n), make) for n, make in self.pending])
            assert isinstance(named, Call)
            return tuple((None, value) for _, value in named.arguments)
        return fold(tuple((None, make) for _, make in self.pending))

    def made(self) -> Expr:
        """The nn.Sequential itself."""
        return Call("nn.Sequential", self.arguments())


@dataclass(eq=False)
class Attributes:
    """Children of the class itself."""

    out: Lines
    is_chain = False

    def add(self, label: Expr | None, make: Expr) -> None:
        """Register a module."""
        assert label is not None
        if isinstance(label, Const) and isinstance(label.value, str) and is_plain(label.value):
            self.out.add(f"self.{label.value} = ", make)
        else:
            self.out.add("", Call("self.add_module", ((None, label), (None, make))))

    def gather(self, variable: str) -> None:
        """Attributes need no variable."""

    def flush(self) -> None:
        """Attributes are written at once."""
