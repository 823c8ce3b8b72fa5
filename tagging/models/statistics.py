"""How many carried a tag, month by month: what a trend is drawn from. Numbers, no persons."""

from django.db import models

from accounts.models import ScopedModel


class MonthlyCount(ScopedModel):
    """Carriers of a tag who lived in a community at the end of a month (标签月度人数); of a running month: last night.

    area_code: of the community. month: its first day. Nobody: no row. Events cannot tell it: who moves leaves none.
    """

    pk = models.CompositePrimaryKey("district", "area_code", "tag", "month")
    tag = models.BigIntegerField("标签")
    month = models.DateField("月份")
    count = models.IntegerField("数量")

    class Meta:
        verbose_name = "标签月度数量"
        indexes = [models.Index(fields=["tag", "area_code", "month"], name="tag_count_of_area")]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.count}"
