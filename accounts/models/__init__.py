from accounts.models.approvals import Approval, ApprovalReviewer, ApprovalStep
from accounts.models.areas import Area, Department, ScopedModel, ScopedQuerySet
from accounts.models.audit import AuditEntry, AuditSeal
from accounts.models.clients import ClientSystem
from accounts.models.features import FeaturePause
from accounts.models.jobs import Job
from accounts.models.limits import Spending
from accounts.models.logins import AppDevice, Guess, LoginSession, OldPassword, UpstreamIdentity
from accounts.models.people import AccountChange, PeopleImport
from accounts.models.sight import Emergency, EmergencyReceipt, SightCount
from accounts.models.users import GridKind, Post, User

__all__ = [
    "AccountChange",
    "AppDevice",
    "Approval",
    "ApprovalReviewer",
    "ApprovalStep",
    "Area",
    "AuditEntry",
    "AuditSeal",
    "ClientSystem",
    "Department",
    "Emergency",
    "EmergencyReceipt",
    "FeaturePause",
    "GridKind",
    "Guess",
    "Job",
    "LoginSession",
    "OldPassword",
    "PeopleImport",
    "Post",
    "ScopedModel",
    "ScopedQuerySet",
    "SightCount",
    "Spending",
    "UpstreamIdentity",
    "User",
]
