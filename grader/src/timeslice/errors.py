"""Errors that a user reads: one line that says what failed, on what, why, and what to do now."""


class KitError(Exception):
    """The kit could not do its work. Its text is one line for the user; the program ends with status 2."""


class SandboxError(KitError):
    """The sandbox could not be set up as asked."""


class IntakeError(KitError):
    """What was handed in, or named, is no submission: whoever handed it in can change that, the kit cannot."""


class DiskFullError(KitError):
    """There is no room left to work or to write a report: going on to the next submission would not help."""
