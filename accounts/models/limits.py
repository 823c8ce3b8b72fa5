from django.db import models


class Spending(models.Model):
    """How much of a limit (用量) somebody has used: one row per payer and kind, read and written by `accounts.limits`.

    payer: `user:<id>` or `address:<IP>`. paid_until: when what was spent so far is worked off.
    """

    payer = models.CharField(max_length=60)
    what = models.CharField(max_length=20)
    paid_until = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = "用量"
        constraints = [models.UniqueConstraint(fields=["payer", "what"], name="one_spending_per_kind")]

    def __str__(self) -> str:
        return f"{self.payer} {self.what}"
