"""Shared by the tests of exports and totals."""

from guardian.shortcuts import assign_perm, remove_perm

from accounts.models import Department
from forms_engine.services.export_making import make_export


def grant(actor, template, *, remove=False):
    """The desk's permission for the actor's department to collect the form."""
    group = Department.objects.get(pk=actor.department_id).group
    (remove_perm if remove else assign_perm)("forms_engine.collect_form", group, template)


def collect(actor, export):
    """The steps of the export's job."""
    return make_export(actor, export.job, **export.job.params)
