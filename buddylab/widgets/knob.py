"""A knob of the explorer as a trait of its widget."""

from typing import Any

import traitlets

from buddylab.explorer.knobs import KNOBS, KnobError


class Refused(traitlets.TraitError, ValueError):
    """A knob was told something that cannot be: nothing has changed. `zh` says why in Chinese."""

    def __init__(self, error: ValueError) -> None:
        """error: the reason, in both languages if it has them."""
        super().__init__(str(error))
        self.zh = getattr(error, "zh", str(error))


class Knob(traitlets.TraitType[Any, Any]):
    """A knob as a trait; what it may be is said in `buddylab.explorer.knobs`."""

    def validate(self, obj: Any, value: Any) -> Any:
        """The value as the run needs it: a mask by names becomes its number."""
        try:
            return KNOBS[str(self.name)](value)
        except KnobError as error:
            raise Refused(error) from error
