"""How far a long command has come."""

import sys
import time

from buddylab.said import Lang, Said


class Progress:
    """One line on a terminal's stderr, once the work has taken a second; nothing where stderr is no terminal."""

    def __init__(self, total: int, sentence: Said, lang: Lang = "en") -> None:
        """total: how much there is to do. sentence: Said("replayed {done:,} of {total:,} scenarios", ...)."""
        self.total, self.sentence, self.shown = total, sentence.in_lang(lang), False
        self.start = time.monotonic()  # noqa: TID251  # how long a person has waited is no part of any result

    def show(self, done: int) -> None:
        """Say how much is done."""
        if sys.stderr.isatty() and time.monotonic() - self.start > 1:  # noqa: TID251
            sentence = self.sentence.format(done=done, total=self.total)
            print(f"\r{sentence}", end="", file=sys.stderr, flush=True)
            self.shown = True

    def clear(self) -> None:
        """Take the line away again."""
        if self.shown:
            print("\r\033[K", end="", file=sys.stderr, flush=True)
            self.shown = False
