"""The three readers of YAML: where they read a text, they read the same, and what is at fault has its place in the text."""

from __future__ import annotations

import re
from zlib import crc32

from test_source import agree

from fuzzing.targets import samples
from mtrack.record import schema
from mtrack.yaml import plain, source
from mtrack.yaml.build import Builder
from mtrack.yaml.compose import compose

SEEDS = [text.encode() for text in (samples.RECORD, samples.BLOCKS, samples.SETTINGS)]
WORDS = samples.WORDS
SHAPE = schema.shape("milestones")


def check(data: bytes) -> None:
    """Line by line, by libyaml, and of every eighth text by the reference too."""
    read = source.from_bytes("a.yaml", data, SHAPE)
    for flaw in (*read.flaws, *((read.unreadable,) if read.unreadable else ())):
        assert flaw.offsets is not None, flaw
        assert 0 <= flaw.offsets[0] <= flaw.offsets[1] <= len(read.text) + 1, flaw
        assert not re.search(r"<[a-z]+ |\bNone\b|\btoken\b|Error\b", flaw.message.replace(read.text, "")), flaw
    if read.unreadable is not None:
        return
    found = plain.read(read.text, SHAPE)
    if found is not None:
        composed = compose(read.text)
        assert not composed.flaws, composed.flaws
        builder = Builder(read.text, composed.aliases)
        assert repr(builder.build(composed.root, SHAPE, 1)) == repr(found)
        assert not builder.flaws, builder.flaws
    if len(data) < 3000 and crc32(data) % 8 == 0:
        agree(read.text)
