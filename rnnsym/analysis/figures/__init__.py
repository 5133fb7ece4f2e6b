"""Figures for files, drawn by matplotlib, which the extra `[plot]` installs: pip install 'rnnsym[plot]'.

Each function gives a `matplotlib.figure.Figure`, and `save` writes one as .svg or .png. Importing this package without
matplotlib raises MissingPackageError.
"""

from rnnsym.analysis.figures.canvas import save
from rnnsym.analysis.figures.curves import fan, norms
from rnnsym.analysis.figures.heatmap import heat
from rnnsym.analysis.figures.phases import phase, phase_axes
from rnnsym.analysis.figures.spectra import lyapunov, spectrum

__all__ = ["fan", "heat", "lyapunov", "norms", "phase", "phase_axes", "save", "spectrum"]
