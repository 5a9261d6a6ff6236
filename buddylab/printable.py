"""Text of others made harmless to show: it steers no terminal and turns no line around."""


def printable(text: str, mark: str = ".") -> str:
    """The text with `mark` for each control character, bidirectional control and space other than the plain one."""
    return "".join(letter if letter.isprintable() else mark for letter in text)


def printable_lines(text: str, mark: str = ".") -> str:
    """The same for a text of several lines: each is made harmless, the breaks between them stay."""
    return "\n".join(printable(line, mark) for line in text.split("\n"))
