"""mtrack: a plain-files convention for billing by milestone, with a checker."""

__version__ = "0.1.0"
