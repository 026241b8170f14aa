# Checks of a reconciler plan (`--format json`), for conftest and OPA.
# How to use and change them: docs/policy-checks.md.
package main

import rego.v1

# How many deletions one manifest may bring; data from outside replaces it.
default most_per_manifest := 200

most_per_manifest := data.reconciler.most_per_manifest

# Tickets whose erasures somebody has approved.
default approved := []

approved := data.reconciler.approved

deletions := [item | some item in input.items; item.action == "delete"]

deny contains "this is not a plan in a form that these checks know" if not known

known if {
	input.type == "plan"
	startswith(input.format_version, "1.")
}

deny contains message if {
	some item in deletions
	some place in item.declared
	place.ticket == ""
	message := sprintf("%s:%d: %s deletes without a ticket", [place.file, place.line, place.manifest])
}

deny contains message if {
	some manifest, addresses in by_manifest
	count(addresses) > most_per_manifest
	message := sprintf("%s deletes %d, and %d is the most", [manifest, count(addresses), most_per_manifest])
}

by_manifest[manifest] contains item.address if {
	some item in deletions
	some place in item.declared
	manifest := place.manifest
}

deny contains message if {
	some item in deletions
	some place in item.declared
	place.purpose == "gdpr_erasure"
	not place.ticket in approved
	message := sprintf("%s: the erasure of %s is not approved", [place.manifest, place.ticket])
}

# Of a plan that was compared with a base.
deny contains message if {
	some change in input.loosened
	startswith(change.manifest, "Protection/")
	words := object.get(change, "words", "is gone")
	message := sprintf("%s: %s: %s %s", [change.place, change.manifest, change.subject, words])
}

deny contains message if {
	message := sprintf("nothing was compared with %s: %s", [input.base.ref, input.base.error])
}

warn contains message if {
	input.counts.held > 0
	message := sprintf("%d held: they are declared and will not be deleted", [input.counts.held])
}
