#!/usr/bin/env python
"""Django's command line; the development settings unless DJANGO_SETTINGS_MODULE says otherwise.

`bind_template` only reads a file: it runs before anything is set up.
"""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    module = "offline" if sys.argv[1:2] == ["bind_template"] else "dev"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", f"portal.settings.{module}")
    execute_from_command_line(sys.argv)
