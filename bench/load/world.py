"""Who works and on what: users in their posts, a form to fill in everywhere, one that was handed in everywhere."""

import secrets
from collections.abc import Iterator
from itertools import cycle

from django.utils import timezone
from guardian.shortcuts import assign_perm

from accounts.actors import Actor
from accounts.codes import Level, ancestor
from accounts.hashing import SlottedArgon2PasswordHasher
from accounts.models import Job, Post, User
from accounts.roles import Role
from accounts.scope import acting_as
from accounts.services.second_factor import make_recovery_codes
from bench.load.plan import Member
from bench.roster import DISTRICT, OPEN, SEALED, count_people, make_department, make_form, reports_of, send
from forms_engine.models import Dispatch, FormColumn, Report
from forms_engine.selectors.templates import COLLECT
from forms_engine.services.prefill import get_roster, insert_rows
from forms_engine.services.totals import count_reports
from registry.models import Person

EVERY_50 = {Role.TOWN_ADMIN: (10, 20, 30, 40), Role.DISTRICT_ADMIN: (49,), Role.DEPARTMENT_STAFF: (25,)}
"""Of fifty users 44 work in villages, four in towns, one in the district, one in a department."""
ROWS, PEOPLE, NAMES = 120, 40, 20
HANDED_IN = OPEN[:8]


class World:
    """What was made, and the members who will work in it. password: everybody's."""

    def __init__(self, users: int) -> None:
        self.password = secrets.token_urlsafe(16)
        self._department = make_department()
        with acting_as(self._department):
            self._people = count_people()
            self._letter, self._open = self._send_open()
            self._handed = self._send_handed_in()
        self.members = [self._member(number, post) for number, post in enumerate(self._posts(users))]

    def _send_open(self) -> tuple[str, Dispatch]:
        """The form that is filled in: thirty columns that arrive filled, and one question of the department's own."""
        version = make_form(self._department, [*OPEN, *SEALED])
        last = FormColumn.objects.filter(version=version).count() + 1
        asked = FormColumn(version=version, letter="AF", position=last, header="走访情况", reason="测速")
        asked.kind, asked.required = FormColumn.Kind.NEW_ASK, True
        asked.save()
        return asked.letter, self._fill(send(self._department, version, [*self._people], "本月"), Report.State.FILLING)

    def _send_handed_in(self) -> Dispatch:
        """What the statistics of the department add up, counted as each report is when it is handed in."""
        version = make_form(self._department, HANDED_IN)
        assign_perm(COLLECT, version.template.department.group, version.template)
        dispatch = self._fill(send(self._department, version, [*self._people], "上月"), Report.State.ACCEPTED)
        reports = Report.objects.filter(dispatch=dispatch)
        reports.update(submitted_at=timezone.now())
        count_reports(version, list(reports.values_list("pk", flat=True)))
        return dispatch

    def _fill(self, dispatch: Dispatch, state: Report.State) -> Dispatch:
        insert_rows(get_roster(dispatch), reports_of(dispatch))
        Report.objects.filter(dispatch=dispatch).update(state=state)
        Job.objects.filter(pk=dispatch.job_id or 0).update(state=Job.State.DONE)
        return dispatch

    def _posts(self, users: int) -> list[Post]:
        """One user in one post each. One hash for all: making a thousand would take longer than the rest."""
        hashed = SlottedArgon2PasswordHasher().encode(self.password, secrets.token_urlsafe(16))
        made = User.objects.bulk_create(
            User(username=f"load-{number:04d}", full_name=f"测速{number}", password=hashed) for number in range(users)
        )
        posts = []
        for user, (role, area) in zip(made, self._jobs(), strict=False):
            department = self._department.department_id if role == Role.DEPARTMENT_STAFF else None
            posts.append(Post(user=user, role=role, area_id=area, department_id=department))
        return Post.objects.bulk_create(posts)

    def _jobs(self) -> Iterator[tuple[Role, int]]:
        """Role and area, without an end; villages and towns take turns."""
        villages = cycle(self._people)
        towns = cycle(sorted({ancestor(code, Level.TOWN) for code in self._people}))
        roles = {place: role for role, places in EVERY_50.items() for place in places}
        for number in cycle(range(50)):
            role = roles.get(number, Role.COMMUNITY_WORKER)
            yield role, next({Role.COMMUNITY_WORKER: villages, Role.TOWN_ADMIN: towns}.get(role, cycle([DISTRICT])))

    def _member(self, number: int, post: Post) -> Member:
        """number: of the user, so that colleagues in one village share no cell."""
        member = Member(post.user.username, post.role, address=f"10.{number // 250}.{number % 250}.1")
        actor = Post.objects.with_context().get(pk=post.pk).as_actor(second_factor=True)
        if post.role == Role.DEPARTMENT_STAFF:
            member.statistics = [f"/dispatches/{self._handed.pk}/totals/"]
        with acting_as(actor):
            if actor.needs_second_factor or post.role != Role.COMMUNITY_WORKER:
                member.code = make_recovery_codes(user=post.user, count=1)[0]
            if post.role in (Role.COMMUNITY_WORKER, Role.TOWN_ADMIN):
                self._show_people(member, actor)
            if post.role == Role.COMMUNITY_WORKER:
                self._show_rows(member, actor, number // len(self._people))
        return member

    def _show_people(self, member: Member, actor: Actor) -> None:
        people = Person.objects.within(actor.scope or (0, -1)).filter(closed_on=None).order_by("area_code")
        found = list(people.values_list("pk", "name")[:PEOPLE])
        member.people = [pk for pk, _ in found]
        member.names = [name[:2] for _, name in found[:NAMES]]

    def _show_rows(self, member: Member, actor: Actor, shift: int) -> None:
        """shift: how many colleagues took rows of the village before."""
        report = Report.objects.get(dispatch=self._open, area_code=actor.area_code)
        rows = report.rows.filter(district=report.district).order_by("position", "subject_id")
        member.report, member.letter = report.pk, self._letter
        member.rows = list(rows.values_list("subject_id", flat=True)[shift * ROWS : (shift + 1) * ROWS])
