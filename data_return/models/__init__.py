from .datasets import Dataset, DatasetField, DatasetVersion
from .events import DatasetEvent, EventDoor
from .grants import Grant, GrantRequest, GrantUse, Scenario
from .records import DatasetLoad, ReturnedRecord

__all__ = [
    "Dataset",
    "DatasetEvent",
    "DatasetField",
    "DatasetLoad",
    "DatasetVersion",
    "EventDoor",
    "Grant",
    "GrantRequest",
    "GrantUse",
    "ReturnedRecord",
    "Scenario",
]
