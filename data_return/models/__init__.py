from .datasets import Dataset, DatasetField, DatasetVersion
from .events import DatasetEvent, EventDoor
from .records import DatasetLoad, ReturnedRecord

__all__ = [
    "Dataset",
    "DatasetEvent",
    "DatasetField",
    "DatasetLoad",
    "DatasetVersion",
    "EventDoor",
    "ReturnedRecord",
]
