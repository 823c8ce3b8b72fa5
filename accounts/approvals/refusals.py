"""Refusals of approvals; accounts.errors has those that every app shares."""

from accounts.errors import Conflict, DomainError


class NeedsNote(DomainError):
    """The step has to be explained to whoever reads it; its field is `note` unless told otherwise."""

    code = "needs_note"


class StepTaken(Conflict):
    """A step that was taken already, or that somebody decided on an older state: a replay, or the loser of a race."""

    audited = True


class ReviewRunning(DomainError):
    """An opinion is still awaited and its clock runs."""

    code = "review_running"


class ReviewOver(Conflict):
    """The clock of the joint review has ended."""

    code = "review_over"
    default = "联审期限已过,意见没有提交。如仍需反映,请联系区管理员延长期限。"


class NotAReviewer(DomainError):
    """A department that cannot review this request."""

    code = "not_a_reviewer"
