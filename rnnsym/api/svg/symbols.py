"""The commands of LaTeX that rnnsym writes: the character of each, and how it stands among its neighbours."""

from rnnsym.notation import load

ORDINARY, BINARY, RELATION, COMMA, OPEN, CLOSE, FUNCTION, LARGE = (
    "ordinary", "binary", "relation", "comma", "open", "close", "function", "large",
)  # fmt: skip

_LETTERS = load("default").greek
GREEK = {word: letter for word, letter in _LETTERS.items() if word[0].islower()}
CAPITALS = {word: letter for word, letter in _LETTERS.items() if word[0].isupper()}
UPRIGHT = {
    "partial": "∂", "infty": "∞", "top": "⊤", "dots": "…", "ldots": "…", "cdots": "⋯", "vdots": "⋮", "ddots": "⋱",
    "nabla": "∇", "prime": "′", "ell": "ℓ", "bullet": "•", "ast": "∗", "dagger": "†", "emptyset": "∅", "intercal": "⊺",
    "varepsilon": "ε", "vartheta": "ϑ", "varphi": "ϕ",
}  # fmt: skip
SIGNS = {
    "odot": ("⊙", BINARY), "otimes": ("⊗", BINARY), "oplus": ("⊕", BINARY), "cdot": ("·", BINARY),
    "times": ("×", BINARY), "circ": ("∘", BINARY), "pm": ("±", BINARY), "div": ("÷", BINARY), "star": ("⋆", BINARY),
    "le": ("≤", RELATION), "leq": ("≤", RELATION), "ge": ("≥", RELATION), "geq": ("≥", RELATION),
    "ne": ("≠", RELATION), "neq": ("≠", RELATION), "approx": ("≈", RELATION), "equiv": ("≡", RELATION),
    "to": ("→", RELATION), "rightarrow": ("→", RELATION), "leftarrow": ("←", RELATION), "mapsto": ("↦", RELATION),
    "in": ("∈", RELATION),
    "sim": ("∼", RELATION), "mid": ("|", RELATION), "langle": ("⟨", OPEN), "rangle": ("⟩", CLOSE),
    "lVert": ("‖", OPEN), "rVert": ("‖", CLOSE), "lvert": ("|", OPEN), "rvert": ("|", CLOSE),
    "{": ("{", OPEN), "}": ("}", CLOSE), "vert": ("|", ORDINARY), "Vert": ("‖", ORDINARY), "|": ("‖", ORDINARY),
    "sum": ("∑", LARGE), "prod": ("∏", LARGE), "_": ("_", ORDINARY), "&": ("&", ORDINARY), "%": ("%", ORDINARY),
    "#": ("#", ORDINARY), "$": ("$", ORDINARY), "colon": (":", COMMA),
}  # fmt: skip
CHARACTERS = {
    "+": ("+", BINARY), "-": ("−", BINARY), "*": ("∗", BINARY), "=": ("=", RELATION), "<": ("<", RELATION),
    ">": (">", RELATION), ":": (":", RELATION), ",": (",", COMMA), ";": (";", COMMA), "(": ("(", OPEN),
    "[": ("[", OPEN), ")": (")", CLOSE), "]": ("]", CLOSE), "!": ("!", CLOSE), "|": ("|", ORDINARY),
    "/": ("/", ORDINARY),
}  # fmt: skip
FUNCTIONS = frozenset({
    "tanh", "exp", "log", "min", "max", "sin", "cos", "tan", "sinh", "cosh", "ln", "det", "dim", "lim", "arg",
})  # fmt: skip
SPACES = {
    "quad": 1.0, "qquad": 2.0, ",": 0.17, ":": 0.22, ";": 0.28, "!": -0.1, " ": 0.25, "\n": 0.25, "enspace": 0.5,
    "thinspace": 0.17,
}  # fmt: skip
FONTS = {
    "mathrm": "roman", "operatorname": "roman", "text": "roman", "textrm": "roman", "textbf": "bold", "mathbf": "bold",
    "boldsymbol": "bold", "mathit": "italic", "mathcal": "script", "mathbb": "bold", "mathsf": "roman",
    "textit": "italic", "mathscr": "script",
}  # fmt: skip
ACCENTS = {"hat": "^", "widehat": "^", "tilde": "~", "widetilde": "~", "dot": "·", "vec": "→", "check": "ˇ"}
BARS = frozenset({"bar", "overline"})
SILENT = frozenset({"displaystyle", "textstyle", "limits", "nolimits", "big", "Big", "bigl", "bigr", "Bigl", "Bigr"})
"""Commands that change nothing here."""
TEXT_SIGNS = {"textasciicircum": "^", "textbackslash": "\\", "textasciitilde": "~", "textbar": "|", "S": "§"}
SCRIPT_LETTERS = dict(zip("BEFHILMR", "ℬℰℱℋℐℒℳℛ", strict=True))
