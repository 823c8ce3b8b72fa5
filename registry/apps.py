from django.apps import AppConfig


class RegistryConfig(AppConfig):
    name = "registry"
    verbose_name = "基础登记库"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from registry import handlers, handover, lookups  # noqa: F401  (registers jobs, open work and `starts`)
