"""A cell that the project does not know, in a file as a user writes it: no name for what goes into a function."""

MGU = '''\
import rnnsym as rs


class MGU(rs.Cell):
    """Minimal gated unit: one gate that forgets and resets."""

    params = {"W_f": ("H", "X"), "U_f": ("H", "H"), "W": ("H", "X"), "U": ("H", "H"), "b": ("H",)}
    carry = {"h": ("H",)}

    def step(self, p, prev, x, now):
        now.f = rs.sigmoid(p.W_f @ x + p.U_f @ prev.h)
        now.n = rs.tanh(p.W @ x + p.U @ (now.f * prev.h) + p.b)
        now.h = (1 - now.f) * prev.h + now.f * now.n
'''


def written_to(folder):
    """The name of the cell, in a file of 15 lines in `folder`."""
    file = folder / "my_cell.py"
    file.write_text(MGU, encoding="utf-8")
    return f"{file}:MGU"
