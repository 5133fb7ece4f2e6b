"""Pictures of screens for documents."""

from rnnsym_tui.capture import self_contained


def text(x, length, words):
    return f'<text class="r1" x="{x}" y="44.4" textLength="{length}" clip-path="url(#line-1)">{words}</text>'


def test_no_text_begins_with_spaces_and_none_moves():
    assert self_contained(text(10, 60, "&#160;&#160;a&lt;&#160;b")) == text(30, 40, "a&lt;&#160;b")
    assert self_contained(text(10, 20, "ab")) == text(10, 20, "ab")
    assert self_contained(text(10, 20, "&#160;&#160;")) == ""
