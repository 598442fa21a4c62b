"""The tree of supervision offices, as far as one decision needs it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tracker.offices.rules import Level, lowest_common, path_codes


@dataclass(frozen=True)
class OfficeNode:
    """One active supervision office; `path` holds the codes from the province down, "/440000/440100/"."""

    code: str
    name: str
    level: Level
    path: str


@dataclass(frozen=True)
class Tree:
    """Offices by code. A division without an office of its own is answered for by the next one above it."""

    nodes: Mapping[str, OfficeNode]

    @staticmethod
    def of(nodes: Iterable[OfficeNode]) -> "Tree":
        """Return the tree of the nodes given, which must hold every ancestor that is active."""
        return Tree({node.code: node for node in nodes})

    def on(self, path: str) -> list[OfficeNode]:
        """Return the offices on a path, top first."""
        return [self.nodes[code] for code in path_codes(path) if code in self.nodes]

    def at(self, path: str, level: Level) -> OfficeNode | None:
        """Return the office on the path nearest to the level, never below it; None when the path has none."""
        return _last([node for node in self.on(path) if node.level.depth <= level.depth])

    def above(self, path: str, level: Level) -> OfficeNode | None:
        """Return the nearest office on the path that stands above the level; None for a province."""
        return _last([node for node in self.on(path) if node.level.depth < level.depth])

    def superior(self, node: OfficeNode) -> OfficeNode | None:
        """Return the office above the node; None for a province."""
        return _last([one for one in self.on(node.path) if one.code != node.code])

    def common(self, nodes: Sequence[OfficeNode]) -> OfficeNode | None:
        """Return the lowest office that is, or stands above, each of the nodes; None across provinces."""
        return _last(self.on(lowest_common(node.path for node in nodes))) if nodes else None


def _last(nodes: Sequence[OfficeNode]) -> OfficeNode | None:
    return nodes[-1] if nodes else None
