"""A knob of the explorer as a trait of its widget."""

from typing import Any

import traitlets

from buddylab.explorer.knobs import Knob
from buddylab.said import SaidError


class Refused(SaidError, traitlets.TraitError):
    """A knob was told what cannot be, so that traitlets takes back all that was assigned together with it."""


class KnobTrait(traitlets.TraitType[Any, Any]):
    """A knob as a trait; what it may be says its record in `buddylab.explorer.knobs`."""

    def __init__(self, knob: Knob) -> None:
        """knob: the record."""
        super().__init__()
        self.knob = knob

    def validate(self, obj: Any, value: Any) -> Any:
        """The value as the run needs it: a mask by names becomes its number."""
        try:
            return self.knob.check(value)
        except SaidError as error:
            raise Refused(*error.said) from error
