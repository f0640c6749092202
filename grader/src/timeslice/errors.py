"""Errors that a user reads. Each is one line: what failed, on what, why, and what to do now."""


class KitError(Exception):
    """The kit could not do its work. The text is one line for the user. The program ends with status 2."""


class SandboxError(KitError):
    """The kit could not set up the sandbox with the options that it got."""


class IntakeError(KitError):
    """This file or folder is not a submission. The user or the student can repair this. The kit cannot."""


class DiskFullError(KitError):
    """The disk is full: the kit cannot work or write a report. The next submission would fail too."""
