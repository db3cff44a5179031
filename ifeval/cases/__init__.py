"""A team's own prompts as a task: one file of cases, each with what a right reply must hold (docs/cases.md)."""

from ifeval.cases.task import cases_tasks

__all__ = ["cases_tasks"]
