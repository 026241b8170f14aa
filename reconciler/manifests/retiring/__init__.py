"""Taking absences that are done out of the work tree: what `reconciler retire` does."""
