from django.db import models

from accounts.models import Post, ScopedModel
from registry.models.people import Person


class Event(ScopedModel):
    """An event (事): reported with place, people and photos; accepted, handled, closed."""

    class State(models.TextChoices):
        REPORTED = "reported", "待受理"
        HANDLING = "handling", "处理中"
        CLOSED = "closed", "已办结"
        RETURNED = "returned", "已退回"

    number = models.CharField("编号", max_length=30)
    title = models.CharField("事件标题", max_length=200)
    category = models.CharField("事件类别", max_length=20)
    place = models.CharField("发生地点", max_length=200)
    description = models.TextField("情况说明", max_length=2000, blank=True)
    occurred_at = models.DateTimeField("发生时间")
    state = models.CharField("办理状态", max_length=10, choices=State, default=State.REPORTED)
    reporter = models.ForeignKey(Post, models.PROTECT, related_name="+")
    handler = models.ForeignKey(Post, models.PROTECT, null=True, blank=True, related_name="+")
    people = models.ManyToManyField(Person, through="EventPerson", related_name="events")
    version = models.IntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "事件"
        ordering = ["-occurred_at", "-pk"]
        indexes = [
            models.Index(fields=["area_code", "state", "-occurred_at"]),
            models.Index(fields=["id"], name="event_id"),
        ]
        constraints = [models.UniqueConstraint(fields=["district", "number"], name="event_number_once")]

    def __str__(self) -> str:
        return f"事件 {self.number}"


class EventPerson(ScopedModel):
    """A person concerned by an event (涉事人员). Scoped like the event: the link alone tells nothing."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="links", db_constraint=False)
    person = models.ForeignKey(Person, models.DO_NOTHING, related_name="+", db_constraint=False)

    class Meta:
        verbose_name = "涉事人员"
        indexes = [models.Index(fields=["event"]), models.Index(fields=["person"])]
        constraints = [models.UniqueConstraint(fields=["district", "event", "person"], name="person_once_per_event")]

    def __str__(self) -> str:
        return f"涉事人员 {self.pk}"


class EventStep(ScopedModel):
    """One step in the handling of an event: who did what, and what they wrote."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="steps", db_constraint=False)
    state = models.CharField(max_length=10, choices=Event.State)
    post = models.ForeignKey(Post, models.PROTECT, related_name="+")
    note = models.CharField("说明", max_length=500, blank=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "办理记录"
        ordering = ["pk"]
        indexes = [models.Index(fields=["event"])]

    def __str__(self) -> str:
        return self.get_state_display()


class EventPhoto(ScopedModel):
    """A photo of an event, re-encoded at upload (no position or device data is kept). Kept in the database: it is
    small, scoped like its event, and part of every backup."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="photos", db_constraint=False)
    image = models.BinaryField()
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "照片"
        ordering = ["pk"]
        indexes = [models.Index(fields=["event"])]

    def __str__(self) -> str:
        return f"照片 {self.pk}"
