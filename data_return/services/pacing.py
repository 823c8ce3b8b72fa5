"""Turns (访问节奏): a channel is asked so many times a minute, by all workers together.

The time of the next turn is one value in PostgreSQL; whoever takes a turn moves it on. To be called outside a
transaction: inside one, everybody else would wait for its end.
"""

import time

from django.db import connection

from data_return.channels.faults import Fault, SourceFailed

LONGEST = 30.0
"""Seconds that a worker waits for its turn; beyond, it does something else and comes back."""

_TAKE = """
UPDATE data_return_channel AS c
SET next_turn_at = greatest(c.next_turn_at, clock_timestamp()) + interval '1 minute' / c.per_minute
FROM (SELECT id, greatest(next_turn_at, clock_timestamp()) AS at FROM data_return_channel WHERE id = %(channel)s
      FOR UPDATE) turn
WHERE c.id = turn.id AND turn.at < clock_timestamp() + interval '1 second' * %(longest)s
RETURNING extract(epoch FROM turn.at - clock_timestamp())
"""


def wait_for_turn(channel_id: int) -> None:
    """Take the next turn and wait until it comes. Raises SourceFailed(RATE_LIMITED) where that would take too long."""
    time.sleep(take_turn(channel_id))


def take_turn(channel_id: int) -> float:
    """Seconds until the turn that was taken. Raises SourceFailed(RATE_LIMITED)."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, {"channel": channel_id, "longest": LONGEST})
        row = cursor.fetchone()
    if row is None:
        raise SourceFailed(Fault.RATE_LIMITED, retry_after=int(LONGEST))
    return max(0.0, float(row[0]))
