"""What every standalone file says in the same words: its docstring, and the functions that check it."""

ABOUT = """\
The forward pass, the backward pass, and a check of every gradient. Run as a script, this file makes small random data \
and compares each gradient with complex step; it ends with ok, or with FAIL and exit code 1. It needs NumPy only."""
MADE = """\
Made by rnnsym {version} from the equations of the network: the backward pass is the derivative of the forward pass, \
derived line by line as `rnnsym derive` prints it. dv is the gradient of the loss with respect to v."""
ALONE = "The loss is not written out: here it is the sum of its slopes times the output, with random slopes."

CHECK = '''\
def run(data):
    """The values in `data`, every quantity of the forward pass, and every gradient, by name."""
    known = dict(data)
    for function in (forward, backward):
        known.update(called(function, known))
    return known


def called(function, known):
    """`function` on its arguments, found by name in `known`."""
    return function(**{name: known[name] for name in inspect.signature(function).parameters})


def slope(data, name):
    """The derivative of the loss in every entry of data[name], by complex step.

    With a tiny e, L(v + i e) = L(v) + i e L'(v): the imaginary part is e L'(v) to the last digit.
    """
    value = np.asarray(data[name])
    found = np.zeros(value.shape)
    for entry in np.ndindex(value.shape):
        moved = value.astype(complex)
        moved[entry] += 1j * TINY
        found[entry] = np.imag(called(forward, {**data, name: moved})["%(loss)s"]) / TINY
    return found


def relative_error(found, exact):
    scale = max(np.max(np.abs(found)), np.max(np.abs(exact)), SMALLEST_SCALE)
    error = np.max(np.abs(found - exact)) / scale
    return error if np.isfinite(error) else np.inf


def main():
    data = example(np.random.default_rng(SEED))
    found = gradients(data)
    errors = {name: relative_error(found[name], slope(data, name)) for name in found}
    for name, error in errors.items():
        print(f"{name:<%(width)d} relative error {error:.1e}")
    worst = max(errors, key=errors.get)
    passed = errors[worst] <= TOLERANCE
    verdict = "ok" if passed else "FAIL"
    print(f"{verdict}: the worst is {worst} with {errors[worst]:.1e}, allowed is {TOLERANCE:.0e}")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())'''
