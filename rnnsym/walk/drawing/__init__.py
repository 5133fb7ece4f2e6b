"""The computational graph of a run as a drawing: in the terminal, as SVG, DOT and Mermaid."""
