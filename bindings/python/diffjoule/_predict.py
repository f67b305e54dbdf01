# SPDX-FileCopyrightText: The diffjoule authors
# SPDX-License-Identifier: Apache-2.0
"""Energy of a request that has not run, from a pipeline that is there or a model's name."""

import json
import os
import pathlib
import sys
import tempfile
from dataclasses import dataclass, field
from typing import Any, Dict, Mapping, Optional, Tuple, Union

from ._library import DiffjouleError
from ._verbs import call


@dataclass(frozen=True)
class Prediction:
    """Predicted, not measured. Energy in J an item (image or video), the median and the ends of its interval, which holds the
    truth in interval_level of the cases; time in s and mean power in W of the batch over all GPUs."""

    model: str
    gpu: str
    energy_j: float
    energy_low_j: float
    energy_high_j: float
    interval_level: float
    duration_s: Optional[float]
    duration_low_s: Optional[float]
    duration_high_s: Optional[float]
    power_w: Optional[float]
    emissions_gco2e: Optional[float]
    energy_share: Mapping[str, float]
    extrapolates: bool
    warnings: Tuple[str, ...]
    assumed: Tuple[str, ...]
    document: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, d: Mapping[str, Any]) -> "Prediction":
        item, batch = d["per_item"], d.get("per_batch") or {}
        return cls(
            model=d["model"], gpu=d["gpu"], energy_j=item["energy_j"], energy_low_j=item["energy_low_j"],
            energy_high_j=item["energy_high_j"], interval_level=item["interval_level"], duration_s=batch.get("duration_s"),
            duration_low_s=batch.get("duration_low_s"), duration_high_s=batch.get("duration_high_s"),
            power_w=batch.get("power_w"), emissions_gco2e=(d.get("carbon") or {}).get("emissions_gco2e"),
            energy_share=dict(d.get("energy_share") or {}), extrapolates=bool(d.get("extrapolates")),
            warnings=tuple(d.get("warnings") or ()), assumed=tuple(d.get("assumed") or ()), document=d)


def _denoiser(pipe: Any) -> Any:
    return getattr(pipe, "transformer", None) or getattr(pipe, "unet", None)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    return value if isinstance(value, (str, int, float, bool)) or value is None else str(value)


def _config_of(component: Any) -> Optional[Dict[str, Any]]:
    config = getattr(component, "config", None)
    if config is None:
        return None
    return dict(_plain(config.to_dict() if hasattr(config, "to_dict") else config))


def write_configs(pipe: Any, folder: pathlib.Path) -> None:
    """The configs of a pipeline as diffusers lays them out, without a weight: model_index.json and a folder a component."""
    index: Dict[str, Any] = {"_class_name": type(pipe).__name__}
    index.update({k: v for k, v in (_config_of(pipe) or {}).items() if k != "_name_or_path"})
    index["_class_name"] = type(pipe).__name__
    for name, component in pipe.components.items():
        config = _config_of(component)
        if config is None:
            continue
        index[name] = [type(component).__module__.split(".")[0], type(component).__name__]
        config.setdefault("_class_name", type(component).__name__)
        (folder / name).mkdir()
        file = "scheduler_config.json" if name == "scheduler" else "config.json"
        (folder / name / file).write_text(json.dumps(config))
    (folder / "model_index.json").write_text(json.dumps(index))


def _gpu_here() -> str:
    cuda = getattr(sys.modules.get("torch"), "cuda", None)
    if cuda is None or not cuda.is_available():
        raise DiffjouleError("invalid_argument", 'predict: gpu is missing and no CUDA device is here; gpu="H100-SXM-80GB" for '
                             "one (call(\"list\", what=\"gpus\") names them)")
    return str(cuda.get_device_name(cuda.current_device()))


def predict(pipe_or_name: Union[str, "os.PathLike[str]", Any], gpu: Optional[str] = None, **fields: Any) -> Prediction:
    """What a request would take: `predict("flux1-dev", gpu="H100-SXM-80GB", steps=20, width=768)`.

    A model is a slug, a Hugging Face id, a path, or a diffusers pipeline: then by where it was loaded from, or, where that is
    not known, by the configs of its components; its dtype is taken from the denoiser. gpu is a catalogue name or alias; None:
    the CUDA device of this process. The other fields are the flags of `diffjoule predict`, with underscores.
    """
    gpu = gpu or _gpu_here()
    if isinstance(pipe_or_name, (str, os.PathLike)):
        return Prediction.read(call("predict", model=os.fspath(pipe_or_name), gpu=gpu, **fields).document)
    pipe = pipe_or_name
    dtype = str(getattr(_denoiser(pipe), "dtype", "")).replace("torch.", "")
    if dtype and "dtype" not in fields:
        fields["dtype"] = dtype
    name = str(getattr(pipe, "name_or_path", None) or (_config_of(pipe) or {}).get("_name_or_path") or "")
    if name:
        try:
            return Prediction.read(call("predict", model=name, gpu=gpu, **fields).document)
        except DiffjouleError as error:
            if error.code != "not_found":
                raise
    with tempfile.TemporaryDirectory(prefix="diffjoule-") as folder:
        write_configs(pipe, pathlib.Path(folder))
        return Prediction.read(call("predict", model=folder, gpu=gpu, **fields).document)
