"""Plots of what a run has recorded, saved beside it as pictures. This is the one public door of the package."""

from agent.plots._registry import PLOTS, plots_for
from agent.plots._save import FORMATS, save_plots
from agent.plots._seen import Seen, seen_in

__all__ = ["FORMATS", "PLOTS", "Seen", "plots_for", "save_plots", "seen_in"]
