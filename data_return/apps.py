from django.apps import AppConfig


class DataReturnConfig(AppConfig):
    name = "data_return"
    verbose_name = "回流数据"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from data_return import handlers  # noqa: F401  (registers approvals)
