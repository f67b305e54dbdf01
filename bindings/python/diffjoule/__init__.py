# SPDX-FileCopyrightText: The diffjoule authors
# SPDX-License-Identifier: Apache-2.0
"""Energy of diffusion models: measured phase by phase, counted exactly, predicted with an interval.

    with diffjoule.window("denoise") as w:
        ...
    print(w.energy_j, w.uncertainty_j, w.duration_s, w.verdict)

    with diffjoule.attach(pipe) as run:           # encode, each denoiser evaluation, decode
        pipe("a photo of an astronaut")
    print(run.phases["denoise"].energy_j)

    diffjoule.predict(pipe, gpu="H100-SXM-80GB", steps=30).energy_j

Units stand in the names (J, s, W). Uncertainties are standard uncertainties, one standard deviation. What is not available is
None with the reason beside it, never 0.
"""

from ._attach import Attachment, PhaseSum, attach
from ._library import DiffjouleError, library_path
from ._marks import mark, measured, phase
from ._meter import Meter, Window, default_meter, window
from ._predict import Prediction, predict
from ._results import Doubt, PartEnergy, WindowResult
from ._verbs import Answer, call, version

__all__ = [
    "Answer", "Attachment", "DiffjouleError", "Doubt", "Meter", "PartEnergy", "PhaseSum", "Prediction", "Window", "WindowResult",
    "attach", "call", "default_meter", "library_path", "mark", "measured", "phase", "predict", "version", "window",
]
