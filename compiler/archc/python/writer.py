"""All classes of a file, written: anew as long as something that was assumed does not hold."""

from __future__ import annotations

from archc.python.channels.analysis import analyse
from archc.python.classes.functions import Functions
from archc.python.classes.klass import Class, File
from archc.python.code.identifiers import Names, class_name
from archc.python.merging.families import Family
from archc.python.merging.merge import UnfoldError, UnmergeableError, UntestableError
from archc.python.printing import Printing
from archir.base.source import Span

_SHORT = 50
"""The length of an expression above which its name in the text is used, if at one place alone."""


_ROUNDS = 200
"""A file is written anew each time that a loop has to be written out or a parameter to be baked."""


class Writer(Printing):
    """Writes the classes of one model."""

    def __init__(self, file: File) -> None:
        self.file = file
        self.unfolded: dict[Family, set[Span]] = {}
        self.untested: dict[Family, set[Span]] = {}
        self.chunks: list[list[str]] = []

    def write(self) -> list[list[str]]:
        """The classes, those inside before those that use them."""
        for _ in range(_ROUNDS):
            baked = set(self.file.baked)
            known = self._structure()
            chunks = self._try()
            if chunks is not None:
                return chunks
            if known != self._structure():
                self.file.baked = baked  # in classes that will be others
                self.file.made.clear()
        raise AssertionError("a file that is written anew without end")

    def _structure(self) -> tuple[int, ...]:
        """How much is known of which classes there are, and of what loops and parameters."""
        spans = [*self.unfolded.values(), *self.untested.values()]
        return len(self.file.required), len(self.file.families.all), sum(map(len, spans))

    def _try(self) -> list[list[str]] | None:
        file = self.file
        file.names.reset(set(file.taken))
        file.tested = set()
        file.functions = Functions(file.names, file.spoken)
        known, file.requires = file.found, False
        family = file.families.all[0]
        try:
            file.classes = {}
            titles = self._titles()
            for family in file.families.all:
                self._class(family, titles[family])
            for family in reversed(file.families.all):
                self._deps(file.classes[family])
            chunks = []
            for family in file.families.all:
                chunks.append(self._print(file.classes[family]))  # noqa: PERF401  (for ``except``)
            for family in file.families.all:
                self._bake(file.classes[family])
        except UnfoldError as error:
            self.unfolded.setdefault(family, set()).update(loop.span for loop in error.loops)
            return None
        except UntestableError as error:
            self.untested.setdefault(family, set()).update(error.spans)
            return None
        except UnmergeableError:
            if len(family.networks) > 1:
                self._split(family)
            elif not self._written_out(family):
                raise
            return None
        if file.found > known or self._learn():
            return None
        return chunks

    def _written_out(self, family: Family) -> bool:
        """Write out all loops of a class's text, then do without its words; False if that is so."""
        if family.places is None:
            return False
        loops = {loop.span for p in family.places.stages.values() for loop in p.loops}
        if loops <= self.unfolded[family]:
            family.places = None
        self.unfolded[family] |= loops
        return True

    def _split(self, family: Family) -> None:
        """Make several classes of one whose instances cannot share it."""
        families = self.file.families
        before = set(families.all)
        families.split(family)
        new = [each for each in families.all if each not in before]
        if len(new) == 1:  # all look alike, and yet there are no words for what differs
            new = families.part(new[0])
        for each in new:
            self.unfolded[each] = set(self.unfolded[family])
            self.untested[each] = set(self.untested[family])

    def _titles(self) -> dict[Family, str]:
        """The names of classes: a group that is called like a block is a part of its own block."""
        names = self.file.names
        blocks = [family for family in self.file.families.all if family.is_block]
        titles = {family: names.claim(class_name(family.title)) for family in blocks}
        for family in self.file.families.all:
            if family not in titles:
                title = class_name(family.title)
                if title in names.taken:
                    title = f"{class_name(family.networks[0].definition.name)}Part"
                titles[family] = names.claim(title)
        return titles

    def _learn(self) -> bool:
        """Note what the classes take, once it is known; whether that was news."""
        file, news = self.file, False
        for family, owner in file.classes.items():
            asked = {key for key, var in owner.asked_for.items() if var in owner.used}
            if asked != file.asked.get(family, set()):
                file.asked[family] = asked
                news = True
            if owner.made != file.made.get(family):
                file.made[family] = owner.made
                news = True
            if family not in file.learned:
                news = True
                file.learned[family] = dict(owner.deps)
                once = {slot for slot, count in owner.maker.lets.items() if count == 1}
                file.once[family] = {s for s in once if len(owner.lets[s].text) <= _SHORT}
        return news

    def _class(self, family: Family, name: str) -> None:
        file = self.file
        owner = Class.of(
            file,
            family,
            self.unfolded.setdefault(family, set()),
            self.untested.setdefault(family, set()),
        )
        owner.name = name
        owner.names = Names({*file.names.taken, "module", "name", owner.counter})
        if owner.is_root:
            file.origin = owner
        file.classes[family] = owner
        analyse(owner, file)
