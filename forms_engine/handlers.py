"""Background jobs, approvals, uses of tags of the forms engine; imported at start so that every process knows them."""

from accounts.approvals.kinds import register
from accounts.jobs import job_handler
from data_return.push.topics import register_topic
from forms_engine.push_topic import ReportTopic
from forms_engine.services.admission_hooks import KIND
from forms_engine.services.dispatch import PREFILL, prefill_reports
from forms_engine.services.export_making import EXPORT, make_export
from forms_engine.tag_uses import list_uses_of_forms
from tagging import uses

register(KIND)
uses.register(list_uses_of_forms)
job_handler(PREFILL)(prefill_reports)
job_handler(EXPORT)(make_export)
register_topic(ReportTopic())
