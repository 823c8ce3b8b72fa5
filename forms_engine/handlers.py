"""Background jobs of the forms engine; imported at start so that every worker knows them."""

from accounts.jobs import job_handler
from forms_engine.services.dispatch import PREFILL, prefill_reports
from forms_engine.services.export_making import EXPORT, make_export

job_handler(PREFILL)(prefill_reports)
job_handler(EXPORT)(make_export)
