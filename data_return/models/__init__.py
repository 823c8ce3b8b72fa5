from .datasets import Dataset, DatasetField, DatasetVersion

__all__ = ["Dataset", "DatasetField", "DatasetVersion"]
