"""What one report cost its village (减负账): counted beside the report, so that no page reads a million rows."""

from django.db import models

from accounts.models import ScopedModel
from forms_engine.models import Report


class ReportBurden(ScopedModel):
    """Counts of cells of one report; nothing of a resident, of a worker or of who did what. area_code: the community.

    undisturbed: data answered the form (零打扰), as it was when the report was first counted.
    rows: without the removed ones. cells: rows x columns that ask something; fresh: of these, of new asks (新要).
    known: bound cells that arrived with a value; returned: of these, whose value a department gave back. last_period:
    new asks that arrived with the answer of the last period.
    typed: cells in which something was entered by hand; retyped: of these, that had arrived with a value.
    confirmed: cells that somebody let stand with one click. What was put back counts as neither.
    version, state: of the report when it was counted; where the report says otherwise, it is counted again.
    """

    pk = models.CompositePrimaryKey("district", "report_id")
    report = models.ForeignKey(Report, models.CASCADE, related_name="+", db_constraint=False)
    undisturbed = models.BooleanField(default=False)
    rows = models.IntegerField()
    cells = models.IntegerField()
    fresh = models.IntegerField()
    known = models.IntegerField()
    returned = models.IntegerField()
    last_period = models.IntegerField()
    typed = models.IntegerField()
    retyped = models.IntegerField()
    confirmed = models.IntegerField()
    version = models.IntegerField()
    state = models.CharField(max_length=10)
    counted_at = models.DateTimeField()

    class Meta:
        verbose_name = "减负账"
        indexes = [models.Index(fields=["area_code"])]

    def __str__(self) -> str:
        return f"减负账 {self.report_id}"
