"""The limits in one table: exceeding one is reported in words, so that no file can slow down or end a run for others."""

from __future__ import annotations

FILE_BYTES = 5 * 1024 * 1024
"""A file of records or settings."""
PARTS = 1_200_000
"""Keys, values and brackets of a file; a list or a mapping counts twice, for its beginning and its end."""
KEYS = 100_000
"""Keys of one mapping."""
ATTACHMENTS = 100_000
"""Files that the `attachments` of a project's milestones name."""
PATTERNS = 1_000
"""Patterns of `exclude`, and characters of one."""
PATTERNS_IN_ALL = 20_000
"""Characters of all of them."""
DEPTH = 100
"""Levels of nesting."""
VALUE = 100_000
"""Characters of a text: a name, a note, a reason."""
PATH = 4_096
"""Characters of a path that a record names: no system opens longer ones."""
MESSAGE = 2_000
"""Characters of a finding's message, and of its hint."""
ALIAS_NODES = 10_000
"""Values that the aliases of a file expand to."""
REFERENCE_BYTES = 256 * 1024
"""A text for the slow reader, which reads the little that libyaml does not, and by which edits find their places."""
FAULTS = 1_000
"""Flaws, unknown keys and broken values of a file that are worked out one by one."""
FINDINGS = 1_000
"""Findings of a file that are shown."""
FINDINGS_IN_ALL = 100_000
"""Findings of a run that are shown."""
ROWS = 5_000
"""Rows of all tables of a text together: what a terminal is given."""
PAGE_ROWS = 2_000
"""Milestones, invoices and other parts of a project, each, that a page of the report shows: what a browser is given."""
PAGE_FINDINGS = 5_000
"""Findings that the report's page of them shows, the worst."""
CELL_ROWS = 100
"""Parts of one of these that its row shows: payments of an invoice, invoices of a milestone."""
UNRECORDED = 1_000
"""Files of a project that no record names, named one by one."""
COLUMNS = (20, 1_000)
"""The narrowest and the widest screen that is laid out for."""
TEXT = 60
"""Characters of a file's text in a message."""
LINE = 1_000
"""Characters of a file's line that are kept beside a finding, and of what a commit says of itself."""
NAMES = 500
"""Currencies of a workspace's own among which the one that is meant is looked for."""
NEAR = 300
"""Milestones around its own that a sign-off may speak of instead."""
HASHED = 64 * 1024 * 1024
"""Bytes of a file that are read to compare its content with another's."""
HEAD = 4096
"""Bytes that a file begins with, which are compared first."""
HASHED_IN_ALL = 1024 * 1024 * 1024
"""Bytes of files that a run reads to compare their content, the small ones first."""
SNAPSHOT_FILES = 500_000
"""Files of a workspace at a revision, of a repository whose history is read, and changed ones of a commit."""
GIT_BYTES = 1024 * 1024 * 1024
"""Memory that git may take to tell the files of a commit, where the system can hold it to that."""
GIT_SILENCE = 60
"""Seconds in which git ends or says something, or is ended; and a program that it has started, such as one for signatures."""
GIT_COMMIT_SILENCE = 3600
"""The same while it commits: hooks test without a word, and a key's passphrase is asked for."""
GIT_FILE_BYTES = 1024 * 1024 * 1024
"""A file in which git keeps what it tracks, or which branches there are."""
SNAPSHOT_BYTES = 128 * 1024 * 1024
"""Bytes of its records and settings."""
SHEET_ROWS = 20_000
"""Rows of a spreadsheet that is read."""
SHEET_COLUMNS = 500
"""Columns of one."""
CELL = 131_072
"""Characters of a cell of CSV, read or written."""
COPIED = 256 * 1024 * 1024
"""A file that is copied, into a project or into a report."""
