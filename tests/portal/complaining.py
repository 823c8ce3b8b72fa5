"""Complaints in tests: filed, handed over, answered. The officer stands beside the cast."""

from typing import Any

from accounts.actors import Actor
from accounts.models import Department
from accounts.one_time import make_release_code
from accounts.scope import acting_as
from portal.complaints.rules import Action, Category, Finding
from portal.models import Complaint
from portal.services.complaints import desk
from portal.services.complaints.reporting import Report, file_complaint


def department_of(actor: Actor) -> Department:
    return Department.objects.get(pk=actor.department_id)


def file(actor: Actor, *, code: str = "", text: str = "要求每天打卡", **more: Any) -> Complaint:
    given = {"category": Category.CLOCK_IN} | more
    with acting_as(actor):
        return file_complaint(actor=actor, report=Report(text=text, **given), code=code or make_release_code())


def step(actor: Actor, complaint: Complaint, action: Action, **more: Any) -> Complaint:
    """As on a page opened now."""
    take = {
        Action.ACCEPT: desk.accept_complaint,
        Action.REJECT: desk.reject_complaint,
        Action.ASK: desk.ask_reporter,
        Action.HAND: desk.hand_over,
        Action.SEND_BACK: desk.send_back,
        Action.CLOSE: desk.close_complaint,
        Action.PUBLISH: desk.publish_answer,
        Action.RETRACT: desk.retract_answer,
        Action.ANSWER: desk.answer_inquiry,
    }[action]
    complaint.refresh_from_db()
    with acting_as(actor):
        return take(actor=actor, pk=complaint.pk, seen=complaint.version, **more)


def handed(actor: Actor, officer: Actor, department: Actor, **more: Any) -> Complaint:
    """Filed by the actor, handed to the department."""
    complaint = file(actor, **more)
    return step(officer, complaint, Action.HAND, department=department_of(department), note="请核实是否要求打卡")


def published(actor: Actor, officer: Actor, department: Actor, **more: Any) -> Complaint:
    complaint = handed(actor, officer, department, **more)
    step(department, complaint, Action.ANSWER, note="已取消打卡")
    step(officer, complaint, Action.CLOSE, finding=Finding.TRUE, note="已回访两个村居")
    return step(officer, complaint, Action.PUBLISH, note="民政局已取消打卡")
