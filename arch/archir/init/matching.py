"""The rules of an ``init``, looked up by what they select."""

from __future__ import annotations

from archir.init.init_rules import InitRule, matches, selectors_of


class Rules:
    """The rules of an ``init`` by what they select, so that few are held against each module."""

    def __init__(self, given: tuple[InitRule, ...]) -> None:
        self.given = given
        self.by_selector: dict[tuple[str, str], int] = {}
        """The place of the last rule of each selector and parameter, but for patterns."""
        self.patterns: list[int] = []
        for place, rule in enumerate(given):
            if rule.is_path and "*" in rule.selector:
                self.patterns.append(place)
            else:
                selector = f'"{rule.selector}' if rule.is_path else rule.selector
                self.by_selector[selector, rule.parameter] = place

    def last(self, keyword: str, path: str, name: str) -> InitRule | None:
        """The last rule that selects a parameter."""
        selectors = (*selectors_of(keyword), f'"{path}')
        places = [
            self.by_selector.get((selector, parameter), -1)
            for selector in selectors
            for parameter in (name, "*")
        ]
        best = max(places)
        for place in reversed(self.patterns):
            rule = self.given[place]
            if place <= best:
                break
            if rule.parameter in ("*", name) and matches(rule, keyword, path):
                return rule
        return None if best < 0 else self.given[best]
