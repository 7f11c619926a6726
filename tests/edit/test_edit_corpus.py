"""Every verb on every hand-styled file: exactly the edit, or a refusal; no third outcome."""

from __future__ import annotations

import sys
from collections import Counter
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import edit_judge
import pytest
from edit_verbs import CASES, changes_for, context_of, splice_records

from mtrack import limits
from mtrack.yaml import tree
from mtrack.yaml.refusal import REASONS, RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mtrack.yaml.changes import Change

pytestmark = pytest.mark.xdist_group("edit-corpus")  # each edit is made once, not by every worker
CORPUS = sorted((Path(__file__).parent.parent / "corpus-edit").glob("*.txt"))
SHARE = 0.03
"""The share of edits that may be refused."""


def _text(path: Path) -> str:
    return path.read_bytes().decode()


def test_the_corpus_is_large_and_every_verb_meets_most_of_it() -> None:
    assert len(CORPUS) >= 60
    met = Counter[str]()
    for path in CORPUS:
        context = context_of(_text(path))
        assert context is not None, path.name
        met.update(case for case in CASES if changes_for(context, case))
    assert set(met) == set(CASES)
    assert min(met.values()) >= 15, met  # `hold` meets fewest: most files have one already


@cache
def _edits(path: Path) -> dict[str, tuple[tuple[Change, ...], str | RefusedError]]:
    """Each verb that meets a file: the changes it makes there, and the file after them or the refusal."""
    context = context_of(_text(path))
    assert context is not None
    asked = {case: changes for case in CASES if (changes := changes_for(context, case))}
    return {case: (changes, _edited(_text(path), changes)) for case, changes in asked.items()}


def _edited(text: str, changes: Iterable[Change]) -> str | RefusedError:
    try:
        return splice_records(text, changes)
    except RefusedError as refused:
        return refused


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_an_edit_is_exact_or_refused(path: Path) -> None:
    for case, (changes, after) in _edits(path).items():
        if isinstance(after, RefusedError):
            assert after.reason in REASONS, case
            assert after.by_hand, case
        else:
            assert not edit_judge.faults(_text(path), after, changes), (case, after)
            assert context_of(after) is not None, case


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_a_large_file_is_edited_as_a_small_one(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is too large for the reference parser is edited by libyaml: in the same places, refused for the same reasons."""
    text, by_reference = _text(path), _edits(path)
    monkeypatch.setattr(limits, "REFERENCE_BYTES", -1)
    assert tree.parser_for(text) == tree.LIBYAML
    for case, (changes, after) in by_reference.items():
        told = after.reason if isinstance(after, RefusedError) else after
        if path.stem == "60-question-marks":  # which libyaml reads otherwise, so a large file may not hold them
            told = "flaws"
        large = _edited(text, changes)
        assert (large.reason if isinstance(large, RefusedError) else large) == told, case


def test_few_edits_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    done, reasons, files = 0, Counter[str](), Counter[str]()
    for path in CORPUS:
        for _, after in _edits(path).values():
            done += 1
            if isinstance(after, RefusedError):
                reasons[after.reason] += 1
                files[path.stem] += 1
    share = reasons.total() / done
    with capsys.disabled():
        sys.stdout.write(
            f"\n{done} edits of {len(CORPUS)} files, {reasons.total()} refused ({share:.2%}): {dict(reasons)} in {dict(files)}"
            "\n"
        )
    assert done > 1000
    assert share < SHARE
    assert "proof" not in reasons
