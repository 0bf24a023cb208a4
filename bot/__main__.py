"""`python -m bot` does what `pasokh` does."""

import sys

from bot.terminal.cli import main

sys.exit(main())
