"""The chain over the audit log: what was written once cannot be changed, taken out or slipped in unseen.

A scheduled task seals the lines of the last minute: it keeps a keyed digest (HMAC-SM3, GB/T 32905-2016) of each line,
and one of the whole seal and the seal before. Whoever owns the database but not AUDIT_KEY cannot make either. Sealing
runs behind the writers, so a line costs no lock, and picks up late what was committed late: a transaction that took
its number early and ended last leaves no gap.

digests     what is digested, and how
sealing     new lines into seals
verifying   every line against its seal
keeping     the oldest days are removed when their time is over
"""
