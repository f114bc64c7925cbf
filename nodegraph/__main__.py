"""``python -m nodegraph`` is the command ``nodegraph``."""

import sys

from nodegraph.cli import main

sys.exit(main())
