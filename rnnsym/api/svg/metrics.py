"""How wide the characters of a serif font are, in units of its size: those of DejaVu Serif, the widest in common use.

A viewer may have another font. Each symbol is centred in the width that is reserved for it here, and each word is
fitted to it, so that nothing overlaps.
"""

from functools import cache

FAMILY = "'DejaVu Serif', 'Cambria Math', 'STIX Two Math', 'Times New Roman', serif"
ASCENT, DESCENT = 0.76, 0.24
"""Of an ordinary letter, in units of the size."""

_ROMAN = {
    0.24: "′",
    0.28: "'",
    0.32: " ,.ijl·’",
    0.34: "-/:;\\|",
    0.38: "f",
    0.40: "()I[]ι⟨⟩",
    0.42: "!Jt",
    0.46: '"',
    0.48: "r",
    0.50: "*_`‖∘–",
    0.52: "sε∂“”",
    0.54: "?z⁺",
    0.56: "ζξτ",
    0.58: "cvxyβ",
    0.60: "aeγηρé",
    0.62: "koδθνχö",
    0.64: "$0123456789{}κλ√",
    0.66: "bdghnpquμπ",
    0.68: "LPTYα",
    0.70: "FSZσϕΓ∇",
    0.72: "XφϑΞΣ∑",
    0.74: "ABEVΔΛ",
    0.76: "KR∈",
    0.78: "C",
    0.80: "Gψ∏",
    0.82: "DOQωΘΦ",
    0.84: "#+<=>^~Ω∞⊙⊗×−≤≥≠→←⊕≈",
    0.86: "Uw",
    0.88: "HNΠΨ",
    0.90: "&",
    0.96: "%m⊤",
    0.98: "½¼¾",
    1.00: "@…—",
    1.04: "MW",
}
_BOLD = {
    0.32: "'",
    0.36: " ,.’",
    0.40: "/:;\\ijl|",
    0.44: "!-f",
    0.48: "()IJ[]t",
    0.52: "_`–",
    0.56: '"*r',
    0.60: "?svxyz",
    0.64: "ceé",
    0.68: "ao{}ö",
    0.72: "$0123456789FLYbdgkpq",
    0.76: "PSTZhnu",
    0.80: "ACEVX",
    0.84: "#+<=>R^~",
    0.88: "BDGKOQUw",
    0.92: "&N",
    0.96: "%H",
    1.00: "@—",
    1.08: "m",
    1.12: "M",
    1.16: "W",
}
_OTHERS, _WIDEST, FIRST_WIDE = 0.88, 1.04, 0x2E80


@cache
def _widths(bold: bool) -> dict[str, float]:
    table = _BOLD if bold else _ROMAN
    return {character: width for width, characters in table.items() for character in characters}


def advance(text: str, size: float, bold: bool = False) -> float:
    """The width of `text` set in one line; italics are as wide as roman letters."""
    known = _widths(bold)
    return size * sum(known.get(c, _OTHERS if ord(c) < FIRST_WIDE else _WIDEST) for c in text)
