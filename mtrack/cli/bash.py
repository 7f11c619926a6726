"""Completion in bash: names with spaces in them, and with characters that bash would act on, arrive as they are."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from click.shell_completion import BashComplete, add_completion_class

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

_SCRIPT = """\
%(complete_func)s() {
    local IFS=$'\\n' kind value
    COMPREPLY=()
    while IFS=, read -r kind value; do
        case $kind in
            plain) COMPREPLY+=("$value") ;;
            dir) compopt -o dirnames ;;
            file) compopt -o default ;;
        esac
    done < <(env COMP_WORDS="${COMP_WORDS[*]}" COMP_CWORD="$COMP_CWORD" %(complete_var)s=bash_complete "$1")
}
complete -o nosort -F %(complete_func)s %(prog_name)s
"""
_ACTED_UPON = {"": re.compile(r"[^\w@%+=:,./-]"), '"': re.compile(r'[$`"\\]'), "'": re.compile("'")}
"""The characters that bash would act on, by the quote that a word begins with."""


class Bash(BashComplete):
    """Click's completion for bash, but with a script that takes no value apart, and values that bash keeps whole."""

    source_template = _SCRIPT

    def format_completion(self, item: CompletionItem) -> str:
        """A line for the script: the kind, and the value as it is to stand on the command line."""
        quote = _quote()
        # Nothing is escaped within single quotes: they end, and begin again after it.
        escaped = r"'\\\g<0>'" if quote == "'" else r"\\\g<0>"
        return f"{item.type},{_ACTED_UPON[quote].sub(escaped, item.value)}"


def _quote() -> str:
    """The quote that the word to be completed begins with, if any."""
    words = os.environ["COMP_WORDS"].split("\n")[int(os.environ["COMP_CWORD"]) :]
    return words[0][:1] if words and words[0][:1] in _ACTED_UPON else ""


add_completion_class(Bash)
