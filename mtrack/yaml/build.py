"""Plain data with exact decimals from nodes: each scalar in the sense that the schema (`Shape`) asks for there.

Where text is asked for, a plain scalar is its characters; where an amount is asked for, only plain digits are one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from mtrack import limits
from mtrack.yaml.flaw import Flaw, shorten
from mtrack.yaml.nodes import SURROGATE, characters, extent
from mtrack.yaml.scalars import NULLS, scalar

if TYPE_CHECKING:
    from mtrack.yaml.shape import Shape


class Builder:
    """Plain data from nodes, in the sense the schema asks for; collects duplicate keys, tags and merge keys."""

    def __init__(self, text: str, aliases: frozenset[int]) -> None:
        self.text = text
        self.aliases = aliases
        self.simple: type[Any] = yaml.AliasEvent if aliases else yaml.ScalarNode
        """The class of nodes that need no second look; no class where a node may be an alias."""
        self.flaws: list[Flaw] = []
        self.more = 0
        """The number of flaws beyond those."""
        self.in_alias = 0
        self.spent = 0

    def build(self, node: Any, shape: Shape, depth: int) -> Any:
        """The data of a node that lies `depth` levels deep, the root at 1."""
        if self.aliases and id(node) in self.aliases:
            self.in_alias += 1
            try:
                return self._node(node, shape, depth)
            finally:
                self.in_alias -= 1
        return self._node(node, shape, depth)

    def _node(self, node: Any, shape: Shape, depth: int) -> Any:
        if node is None or (self.in_alias and not self._affordable(node)):
            return None
        if node.tag:
            self._tagged(node)
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, shape)
        if depth > limits.DEPTH:
            self._flaw(node, f"nested more than {limits.DEPTH} levels deep", "flatten it")
            return None
        if isinstance(node, yaml.SequenceNode):
            item = shape.item
            return [self.build(child, item, depth + 1) for child in node.value]
        return self._mapping(node, shape, depth)

    def _mapping(self, node: Any, shape: Shape, depth: int) -> dict[str, Any]:
        result: dict[str, Any] = {}
        repeated: list[tuple[Any, str]] = []
        simple = self.simple
        for key, value in node.value:
            # Nearly every key and value is plain: those without a detour.
            name = key.value
            if type(key) is not simple or key.style or key.tag or name == "<<":
                name = self._key(key)
                if name is None:
                    continue
            if name in result and not (shape.properties and self._is_rest_of_number(node, key, value)):
                repeated.append((key, name))
            below = shape.properties.get(name) or shape.child(name)
            if type(value) is simple and not (value.style or value.tag) and len(value.value) <= limits.VALUE:
                text, kind = value.value, below.kind
                result[name] = text if kind == "text" and text not in NULLS else scalar(text, kind)
            else:
                result[name] = self.build(value, below, depth + 1)
        if repeated:
            self._repeated(node, repeated)
        return result

    def _is_rest_of_number(self, node: Any, key: Any, value: Any) -> bool:
        """Whether a key inside braces is a part of a number with a comma: reported where such a key is unknown."""
        alone = node.flow_style and value.start_mark.index == value.end_mark.index == key.end_mark.index
        return alone and key.value[:1].isdecimal() and not key.style

    def _repeated(self, node: Any, repeated: list[tuple[Any, str]]) -> None:
        firsts = {characters(key): key for key, _ in reversed(node.value) if isinstance(key, yaml.ScalarNode)}
        if repeated[0][1] == "id" and not node.flow_style:
            # All keys of an item that has no dash of its own repeat those of the one above.
            key, first = repeated[0][0], extent(self.text, firsts["id"])
            hint = "begin it with `- `" + (", or keep one of the two" if len(repeated) == 1 else "")
            self._flaw(key, "a second `id` here: an item without its dash", hint, first)
            return
        for key, name in repeated:
            message, hint = f"the key '{shorten(name)}' stands here twice", "keep one of the two"
            if node.flow_style and name.isdecimal():
                message = f"a comma inside {{ }} begins a new key, and '{shorten(name)}' stands here twice"
                hint = "write amounts without separators, as in 24000.00"
            self._flaw(key, message, hint, extent(self.text, firsts[name]))

    def _key(self, node: Any) -> str | None:
        if not isinstance(node, yaml.ScalarNode):
            self._flaw(
                node,
                "a key must be a word, not a list or mapping",
                "write the key as plain text; put text that begins with { or [ in quotes",
            )
            return None
        if self.in_alias or (self.aliases and id(node) in self.aliases):
            self._affordable(node)
        if node.tag:
            self._tagged(node)
        if node.value == "<<" and not node.style:
            self._flaw(node, "'<<' merges mappings, which this format does not have", "write the keys out")
            return None
        return self._quoted(node)

    def _scalar(self, node: Any, shape: Shape) -> Any:
        if len(node.value) > limits.VALUE and shape.kind == "text" and shape.fits is None:
            message = f"a text has {len(node.value):,} characters, and may have {limits.VALUE:,}"
            self._flaw(node, message, "put long text into a file beside the records, and name it under `attachments`")
            return None
        if node.style:
            return self._quoted(node)
        return scalar(node.value, shape.kind)

    def _quoted(self, node: Any) -> str:
        value = characters(node)
        if node.style == '"' and SURROGATE.search(value):
            self._flaw(node, "an escape here is half a character", "write the character itself")
        return value

    def _tagged(self, node: Any) -> None:
        name = shorten(node.tag.replace("tag:yaml.org,2002:", "!!"))
        self._flaw(node, f"the tag {name} is not part of this format", "remove the tag")

    def _flaw(self, node: Any, message: str, hint: str, first: tuple[int, int] | None = None) -> None:
        if len(self.flaws) < limits.FAULTS:
            self.flaws.append(Flaw(message, hint, extent(self.text, node), first))
        else:
            self.more += 1

    def _affordable(self, node: Any) -> bool:
        """Whether what the aliases repeat is still within bounds."""
        self.spent += 1
        if self.spent == limits.ALIAS_NODES + 1:
            self._flaw(node, f"the aliases expand to more than {limits.ALIAS_NODES:,} values", "write the values out")
        return self.spent <= limits.ALIAS_NODES
