"""Writes what a wheel needs, by the lock that `mtrack init` gives to CI, as an SBOM (CycloneDX 1.6); `--sums` the checksums of files."""

from __future__ import annotations

import hashlib
import json
import re
import sys
import uuid
import zipfile
from email.parser import Parser
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent
LOCK = ROOT / "templates/init/requirements.txt"
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)", re.MULTILINE)


def components() -> list[dict[str, Any]]:
    """Every package of the lock."""
    found = _PINNED.findall(LOCK.read_text(encoding="utf-8"))
    return [
        {
            "type": "library",
            "bom-ref": purl(name, version),
            "name": name,
            "version": version,
            "purl": purl(name, version),
        }
        for name, version in found
    ]


def purl(name: str, version: str) -> str:
    """A package of the Python index, as a package URL."""
    return f"pkg:pypi/{re.sub('[-_.]+', '-', name).lower()}@{version}"


def sbom(wheel: Path) -> dict[str, Any]:
    """The bill of materials of a wheel; the same for the same wheel and lock."""
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    with zipfile.ZipFile(wheel) as archive:
        (metadata,) = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        fields = Parser().parsestr(archive.read(metadata).decode("utf-8"))
    name, version = str(fields["Name"]), str(fields["Version"])
    parts = components()
    direct = {
        purl(re.split(r"[^A-Za-z0-9._-]", need)[0], "").rstrip("@") for need in fields.get_all("Requires-Dist", [])
    }
    needed = [part["bom-ref"] for part in parts if part["bom-ref"].partition("@")[0] in direct]
    own = {
        "type": "application", "bom-ref": f"{name}@{version}", "name": name, "version": version,
        "licenses": [{"license": {"id": str(fields["License-Expression"])}}],
        "hashes": [{"alg": "SHA-256", "content": digest}],
    }  # fmt: skip
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, digest + LOCK.read_text(encoding='utf-8'))}",
        "version": 1,
        "metadata": {"component": own},
        "components": parts,
        "dependencies": [{"ref": own["bom-ref"], "dependsOn": needed}],
    }


def sums(paths: list[str]) -> str:
    """The checksums of files as `sha256sum --check` reads them."""
    return "".join(f"{hashlib.sha256(Path(path).read_bytes()).hexdigest()}  {Path(path).name}\n" for path in paths)


if __name__ == "__main__":
    if sys.argv[1] == "--sums":
        sys.stdout.write(sums(sys.argv[2:]))
    else:
        sys.stdout.write(json.dumps(sbom(Path(sys.argv[1])), indent=2) + "\n")
