"""`python -m bot` does what `pasokh` does.

Does not: hold anything else.
"""

import sys

from bot.terminal.cli import main

sys.exit(main())
