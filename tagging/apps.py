from django.apps import AppConfig


class TaggingConfig(AppConfig):
    name = "tagging"
    verbose_name = "标签"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tagging import handlers  # noqa: F401  (registers the approval)
