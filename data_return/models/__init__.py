from .channels import Channel
from .corrections import Correction, CorrectionStep, Evidence, Verification
from .datasets import Dataset, DatasetField, DatasetVersion
from .events import DatasetEvent, EventDoor
from .grants import Grant, GrantRequest, GrantUse, Scenario
from .pull import Connector, PullRun, PullSeen, QuarantinedRow
from .push import PushFlow, PushMessage, PushTarget
from .records import DatasetLoad, ReturnedRecord

__all__ = [
    "Channel",
    "Connector",
    "Correction",
    "CorrectionStep",
    "Dataset",
    "DatasetEvent",
    "DatasetField",
    "DatasetLoad",
    "DatasetVersion",
    "EventDoor",
    "Evidence",
    "Grant",
    "GrantRequest",
    "GrantUse",
    "PullRun",
    "PullSeen",
    "PushFlow",
    "PushMessage",
    "PushTarget",
    "QuarantinedRow",
    "ReturnedRecord",
    "Scenario",
    "Verification",
]
