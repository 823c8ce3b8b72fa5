from .datasets import Dataset, DatasetField, DatasetVersion
from .records import DatasetLoad, ReturnedRecord

__all__ = ["Dataset", "DatasetField", "DatasetLoad", "DatasetVersion", "ReturnedRecord"]
