"""Backup (备份) of all that the portal keeps: the database in one snapshot and the uploaded files, in one sealed file.

`making.make_backup` writes it, `restoring.restore_backup` brings it back. The keys that open sealed numbers are not in
it: who finds the file and even its key reads no identity number.
"""
