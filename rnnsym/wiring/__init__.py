"""Wirings: cells in time, with readout and loss, as a System with free T."""

from rnnsym.wiring._old import *  # noqa
