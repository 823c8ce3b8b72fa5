from django.db.models import TextChoices


class FileFormat(TextChoices):
    """What the file is (导出格式)."""

    XLSX = "xlsx", "Excel(原表样式)"
    CSV = "csv", "CSV"
