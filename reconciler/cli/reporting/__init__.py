"""Reporting: plans, outcomes and errors in every form, and what a step of CI is told."""
