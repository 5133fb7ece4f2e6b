"""Where gradients go in time: step Jacobians, their products and spectra, sweeps over many networks, and pictures."""
