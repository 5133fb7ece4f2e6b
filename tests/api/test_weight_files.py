"""Files of weights that are broken, of another kind, or a pickle."""

import struct

import numpy as np
import pytest

import rnnsym as rs
from rnnsym.errors import InputError, RnnsymError
from support.weights import module, refusal, written


@pytest.fixture(params=[".safetensors", ".npz"])
def file(request, tmp_path):
    return tmp_path / f"w{request.param}"


class Bomb:
    """Runs when it is unpickled."""

    def __reduce__(self):
        return pytest.fail, ("a pickle was loaded",)


def test_a_pickle_is_never_loaded(tmp_path):
    np.savez(tmp_path / "w.npz", weight_hh_l0=np.array([Bomb()], dtype=object))
    assert "weight_hh_l0 as a pickle" in refusal(InputError, tmp_path / "w.npz")
    np.array([Bomb()], dtype=object).dump(tmp_path / "dumped.npz")
    assert "is no .npz file" in refusal(InputError, tmp_path / "dumped.npz")
    for suffix in (".pt", ".pth", ".pkl", ".ckpt", ".bin"):
        said = refusal(InputError, (tmp_path / "dumped.npz").rename(tmp_path / f"model{suffix}"))
        assert "safetensors.torch.save_file(model.state_dict()," in said
        (tmp_path / f"model{suffix}").rename(tmp_path / "dumped.npz")


def test_files_that_cannot_be_read_are_refused_in_a_sentence(file):
    assert "cannot be read: No such file" in refusal(InputError, file)
    file.mkdir()
    assert "is a directory" in refusal(InputError, file)
    file.rmdir()
    file.write_bytes(b"")
    assert "is empty: it has 0 bytes" in refusal(InputError, file)
    assert "neither a .safetensors nor a .npz file" in refusal(InputError, file.with_suffix(".onnx"))


def test_a_broken_file_is_refused_wherever_it_is_cut(file):
    whole = written(file, module(1)).read_bytes()
    for cut in [*range(1, 12), *range(12, len(whole), 97), len(whole) - 1]:
        file.write_bytes(whole[:cut])
        assert str(file) in refusal(InputError, file)
    file.write_bytes(b"no such format" * 9)
    assert str(file) in refusal(InputError, file)


def test_bytes_that_are_changed_never_end_in_a_traceback(file):
    """Any one byte in the header or in the directory of the archive."""
    whole = bytearray(written(file, module(1, bias=False)).read_bytes())
    for place in range(0, len(whole), 11):
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        try:
            rs.load_weights(file)
        except RnnsymError:
            continue


def test_a_single_array_and_a_long_header_are_refused(tmp_path):
    with (tmp_path / "w.npz").open("wb") as file:
        np.save(file, np.ones(3))
    assert "one array without a name" in refusal(InputError, tmp_path / "w.npz")
    (tmp_path / "w.safetensors").write_bytes(struct.pack("<Q", 2**62) + b"{}")
    assert "no whole .safetensors file" in refusal(InputError, tmp_path / "w.safetensors")
