from django.apps import AppConfig


class FormsEngineConfig(AppConfig):
    name = "forms_engine"
    verbose_name = "万能表单"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from forms_engine import handlers  # noqa: F401  (registers what it does)
