from django.apps import AppConfig


class FormsEngineConfig(AppConfig):
    name = "forms_engine"
    verbose_name = "万能表单"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from forms_engine import handlers, schema  # noqa: F401  (each registers what it does)
