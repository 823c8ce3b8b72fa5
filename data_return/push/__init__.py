"""Push (推送): the outbox. A row in the business transaction, one queue per target, one key per message.

`topics` says what can be pushed (higher floors register theirs), `mapping` how it is written, `receipts` what an answer
means, `sending` sends one message, `queue` works a target's queue off. docs/decisions/0024-outbox.md.
"""
