from forms_engine.models.copying import CopyMark, CopyPack
from forms_engine.models.reports import CellEdit, Dispatch, Export, Report, ReportRow, ReportTotals
from forms_engine.models.templates import FormColumn, FormTemplate, FormVersion

__all__ = [
    "CellEdit",
    "CopyMark",
    "CopyPack",
    "Dispatch",
    "Export",
    "FormColumn",
    "FormTemplate",
    "FormVersion",
    "Report",
    "ReportRow",
    "ReportTotals",
]
