"""The books of a filled machine that nobody has to write out: who was handed what, and which slab comes back next."""

from collections import deque
from collections.abc import ItemsView, Iterable, Iterator, KeysView, Sequence, ValuesView
from itertools import chain
from typing import Any

from buddylab.explorer.plan import Users


class Owners(dict[int, int]):
    """`Machine.owner` of a filled machine: what was handed out since is in the dict itself, the rest as planned.

    gone: pages of the plan that have been given back.
    """

    def __init__(self, users: Sequence[Users]) -> None:
        """As planned."""
        super().__init__()
        self.users, self.gone = users, set[int]()
        self.last: tuple[int, int | None] = (-1, None)

    def copy(self) -> "Owners":
        """Owners in the same state that can go their own way."""
        twin = Owners(self.users)
        twin.update(dict.items(self))
        twin.gone = self.gone.copy()
        return twin

    def _planned(self, pfn: int) -> int | None:
        if pfn in self.gone:
            return None
        if self.last[0] != pfn:
            self.last = pfn, next((users.owner(pfn) for users in self.users if users.holds(pfn)), None)
        return self.last[1]

    def __missing__(self, pfn: int) -> int:
        value = self._planned(pfn)
        if value is None:
            raise KeyError(pfn)
        return value

    def get(self, pfn: int, default: Any = None) -> Any:
        """As a dict has it."""
        try:
            return self[pfn]
        except KeyError:
            return default

    def __contains__(self, pfn: object) -> bool:
        return super().__contains__(pfn) or isinstance(pfn, int) and self._planned(pfn) is not None

    def __delitem__(self, pfn: int) -> None:
        if super().__contains__(pfn):
            super().__delitem__(pfn)
        elif self._planned(pfn) is not None:
            self.gone.add(pfn)
        else:
            raise KeyError(pfn)

    def __len__(self) -> int:
        return super().__len__() + sum(users.nr_owners() for users in self.users) - len(self.gone)

    def __iter__(self) -> Iterator[int]:
        planned = (pfn for users in self.users for pfn in users.owners() if pfn not in self.gone)
        return chain(planned, super().__iter__())

    def keys(self) -> KeysView[int]:  # type: ignore[override]  # so that all of them are seen
        """As a dict has it."""
        return KeysView(self)

    def items(self) -> ItemsView[int, int]:  # type: ignore[override]
        """As a dict has it."""
        return ItemsView(self)

    def values(self) -> ValuesView[int]:  # type: ignore[override]
        """As a dict has it."""
        return ValuesView(self)


class Slab(deque[int]):
    """The pages of slab, oldest first: those of the plan come before what is added."""

    def __init__(self, planned: Iterable[int], pages: int) -> None:
        """planned: so many pages, worked out one by one."""
        super().__init__()
        self.planned, self.left = iter(planned), pages

    def __len__(self) -> int:
        return super().__len__() + self.left

    def popleft(self) -> int:
        """The oldest page."""
        if not self.left:
            return super().popleft()
        self.left -= 1
        return next(self.planned)
