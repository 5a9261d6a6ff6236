"""What all tests share: how hypothesis searches, and that every document keeps to its schema."""

import os

from documents import validated
from hypothesis import settings

from buddylab.view import document

# The same examples every time, so that a red run says something about the change and not about luck.
settings.register_profile("ci", derandomize=True, database=None, deadline=None, print_blob=True)
# HYPOTHESIS_PROFILE=explore looks for new counterexamples, for as long as one likes to wait.
settings.register_profile("explore", max_examples=5_000, deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

# Before any test module, and what it imports, takes hold of the function.
document.view = validated(document.view)
