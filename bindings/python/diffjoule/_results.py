# SPDX-FileCopyrightText: The diffjoule authors
# SPDX-License-Identifier: Apache-2.0
"""What a window says once it is over."""

from dataclasses import dataclass, field
from typing import Any, Dict, Mapping, Optional, Tuple


@dataclass(frozen=True)
class Doubt:
    """A reason not to trust a measurement: what was seen, and what to do about it."""

    kind: str
    words: str
    advice: str = ""
    device: str = ""

    def __str__(self) -> str:
        return f"{self.kind}: {self.words}"


def doubts(listed: Any) -> Tuple[Doubt, ...]:
    return tuple(
        Doubt(d.get("kind", ""), d.get("words", ""), d.get("advice", ""), d.get("device", "")) for d in listed or ())


@dataclass(frozen=True)
class PartEnergy:
    """One part (gpu, cpu package, dram, ...) of one device. `missing` says why there is no energy_j."""

    device: str
    part: str
    counted: bool
    energy_j: Optional[float]
    uncertainty_j: Optional[float]
    above_idle_j: Optional[float]
    instrument: Optional[str]
    missing: str
    mean_power_w: Optional[float]
    verdict: Tuple[Doubt, ...] = ()
    document: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, d: Mapping[str, Any]) -> "PartEnergy":
        return cls(
            device=d.get("device", ""), part=d.get("part", ""), counted=d.get("counted", True), energy_j=d.get("energy_j"),
            uncertainty_j=d.get("energy_uncertainty_j"), above_idle_j=d.get("above_idle_energy_j"),
            instrument=d.get("instrument"), missing=d.get("missing") or "", mean_power_w=d.get("mean_power_w"),
            verdict=doubts(d.get("verdict")), document=d)


@dataclass(frozen=True)
class WindowResult:
    """Energy of all counted parts in J with its standard uncertainty, None where no sensor could be read; time in s."""

    name: str
    duration_s: float
    energy_j: Optional[float]
    uncertainty_j: Optional[float]
    above_idle_j: Optional[float]
    parts: Tuple[PartEnergy, ...]
    verdict: Tuple[Doubt, ...]
    document: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, name: str, d: Dict[str, Any]) -> "WindowResult":
        return cls(
            name=name, duration_s=d["elapsed_s"], energy_j=d.get("energy_j"), uncertainty_j=d.get("energy_uncertainty_j"),
            above_idle_j=d.get("above_idle_energy_j"), parts=tuple(PartEnergy.read(p) for p in d.get("parts") or ()),
            verdict=doubts(d.get("verdict")), document=d)
