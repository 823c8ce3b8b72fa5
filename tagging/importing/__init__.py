"""A standard catalogue as a file (标准标签目录): read, checked by row, mapped to known tags, let in as a whole."""
