"""Symlinks of a tree that is about to be written, and where each leads: inside the tree, or refused. Pure.

A target is walked part by part, through the other symlinks: ``a/l -> ..`` makes ``a/l/../x`` leave a tree that it seems
to stay in.
"""

from collections.abc import Iterator

from runix_tui.source import faults

MAX_HOPS = 40  # as Linux: a longer chain is a loop, which leads nowhere and does no harm


class Links:
    """The symlinks of one tree: path → target, both as bytes, paths relative to the tree's top."""

    def __init__(self) -> None:
        self._targets: dict[bytes, bytes] = {}

    def add(self, path: bytes, target: bytes) -> None:
        """Note a symlink. Raises ``SourceError`` when it can't be one."""
        if not target or b"\0" in target:
            raise faults.unsafe(path, "the symlink has no target")
        self._targets[path] = target

    def __iter__(self) -> Iterator[tuple[bytes, bytes]]:
        return iter(sorted(self._targets.items()))

    def check(self) -> None:
        """Raise ``SourceError`` for the first symlink that leaves the tree."""
        for path in sorted(self._targets):
            if self.leaves(path):
                raise faults.unsafe(path, "the symlink leaves the repository")

    def leaves(self, path: bytes) -> bool:
        """Whether following this symlink leads out of the tree, on whatever way."""
        pending = path.split(b"/")[::-1]
        at: list[bytes] = []
        hops = 0
        while pending:
            part = pending.pop()
            if part in {b"", b"."}:
                continue
            if part == b"..":
                if not at:
                    return True
                at.pop()
                continue
            at.append(part)
            target = self._targets.get(b"/".join(at))
            if target is None:
                continue
            hops += 1
            if target.startswith(b"/"):
                return True
            if hops > MAX_HOPS:
                return False
            at.pop()
            pending += target.split(b"/")[::-1]
        return False
