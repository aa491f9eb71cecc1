"""The base of every error that a user can mend."""


class UserError(Exception):
    """Something that a user can mend; its text is one line: what was expected, what came, what to do."""
