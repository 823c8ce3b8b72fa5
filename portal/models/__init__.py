"""Tables of the roof."""

from portal.models.burden import ReportBurden
from portal.models.complaints import Complaint, ComplaintEvidence, ComplaintName, ComplaintStep
from portal.models.letters import SystemLetter
from portal.models.monitoring import MonitoringPoint, OutsideAsk
from portal.models.notices import Guide, Notice, NoticeFile, NoticeReceipt
from portal.models.sign_on import DirectoryMark, Entrance, LaunchCount, SignOn, SystemAccount, TownLaunchCount
from portal.models.systems import Filing, System
from portal.models.todos import SystemTodo

__all__ = [
    "Complaint",
    "ComplaintEvidence",
    "ComplaintName",
    "ComplaintStep",
    "DirectoryMark",
    "Entrance",
    "Filing",
    "Guide",
    "LaunchCount",
    "MonitoringPoint",
    "Notice",
    "NoticeFile",
    "NoticeReceipt",
    "OutsideAsk",
    "ReportBurden",
    "SignOn",
    "System",
    "SystemAccount",
    "SystemLetter",
    "SystemTodo",
    "TownLaunchCount",
]
