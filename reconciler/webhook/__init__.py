"""The receiver of LeadSquared's status calls: a hint each, never a proof."""
