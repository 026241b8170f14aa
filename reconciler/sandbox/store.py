"""The sandbox's whole world: what exists in both systems, and what was asked of them."""

from reconciler.sandbox.directory import Directory
from reconciler.sandbox.journal import Arrival, Journal
from reconciler.sandbox.record_table import RecordTable
from reconciler.sandbox.task_table import TaskTable

__all__ = ["Arrival", "Store"]


class Store(Journal, Directory, TaskTable, RecordTable):
    """Ground truth of both systems; its clock is the one of the app that serves it."""
