from django.apps import AppConfig


class TaggingConfig(AppConfig):
    name = "tagging"
    verbose_name = "标签"
    default_auto_field = "django.db.models.BigAutoField"
