"""Completion in the shells: silent where a shell asks nothing.

In bash names with spaces in them, and with characters that it would act on, arrive as they are.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from click.exceptions import Exit
from click.shell_completion import BashComplete, FishComplete, ShellComplete, ZshComplete, add_completion_class

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


class _Shell(ShellComplete):
    """Click's completion, but silent where the variables are not there by which a shell says what is typed."""

    def get_completion_args(self) -> tuple[list[str], str]:
        """The words before the one to be completed, and that one. Raises Exit, as click ends where it is asked nothing it knows."""
        try:
            return super().get_completion_args()
        except (LookupError, ValueError):
            raise Exit(1) from None


class Bash(_Shell, BashComplete):
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


class Zsh(_Shell, ZshComplete):
    """Completion for zsh."""


class Fish(_Shell, FishComplete):
    """Completion for fish."""


for _shell in (Bash, Zsh, Fish):
    add_completion_class(_shell)
