"""`python -m rnnsym` is the command `rnnsym`."""

import sys

from rnnsym.cli import main

if __name__ == "__main__":
    sys.exit(main())
