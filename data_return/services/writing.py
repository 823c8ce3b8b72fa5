"""The one way to write records: opened by name, for the department that publishes the dataset."""

from accounts.actors import Actor
from accounts.errors import NotFound
from accounts.rights import PUBLISH_DATASETS, require
from data_return.models import Dataset
from data_return.sight import reading_of, writing_of


def open_writing(*, actor: Actor, dataset: Dataset) -> None:
    """Let the running transaction add, change and remove records and files of the dataset, inside the actor's scope.

    Until the transaction, the savepoint or the scope ends; call it again after each. Opens reading, too: PostgreSQL
    asks for both where a row is changed. Raises NotFound for a dataset that the post's department does not publish.
    """
    require(actor, PUBLISH_DATASETS)
    if dataset.pk not in writing_of(actor).datasets:
        raise NotFound
    reading_of(actor)
