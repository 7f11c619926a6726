"""The few errors that mean "mtrack could not run" (exit code 3). Faults in records are findings, not errors."""


class CannotRunError(Exception):
    """mtrack can't do what it was asked to; the message is for the user, one sentence, lower case."""


class UsageError(Exception):
    """The command line asks for something that makes no sense (exit code 2); the message is for the user."""
