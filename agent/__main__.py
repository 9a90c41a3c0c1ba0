"""``python -m agent`` is the command ``phonebench``."""

import sys

from agent.cli.entry import main

sys.exit(main())
