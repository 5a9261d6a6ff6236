"""Values kept once. Runs have most of their frames and lists in common; a shelf holds each of them one time."""

from typing import Any

from buddylab.view.document import to_json


class Shelf:
    """Equal values share a place."""

    def __init__(self) -> None:
        """Empty."""
        self.places: dict[str, int] = {}

    def put(self, value: Any) -> int:
        """The place of this value."""
        return self.places.setdefault(to_json(value), len(self.places))

    def put_parts(self, value: dict[str, Any]) -> int:
        """The place of a dict whose values have places of their own."""
        return self.put({name: self.put(part) for name, part in value.items()})

    def put_run(self, document: dict[str, Any]) -> int:
        """The place of a run: its parts and its frames by their places, so that runs share what is equal in them."""
        parts = {name: self.put(value) for name, value in document.items() if name != "frames"}
        return self.put([parts, [self.put(frame) for frame in document["frames"]]])

    def __len__(self) -> int:
        return len(self.places)

    def to_json(self) -> str:
        """All values, as one JSON list."""
        return f"[{','.join(self.places)}]"
