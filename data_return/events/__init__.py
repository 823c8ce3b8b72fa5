"""Events in (变更通知): a department's system says "changed" by a signed CloudEvent, a worker wakes the connector.

`signing` says what a signature is, `wakers` who is woken; writes are in `services.events`.
"""
