"""The published JSON Schema accepts what the loader accepts, and says what every field means."""

import io
import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML
from ruamel.yaml.constructor import SafeConstructor

from reconciler.cli.main import main
from reconciler.errors import InvalidError
from reconciler.manifests.load import load
from reconciler.manifests.schema import KINDS, schema_of, schema_text
from reconciler.manifests.syntax.nodes import Scalar
from reconciler.manifests.values import identities, scalars, times
from tests.manifests.samples import CRM, DIALER, ID, LIST_ID, write

ROOT = Path(__file__).parents[2]
PUBLISHED = ROOT / "docs" / "schema"
FILES = {"manifest": "", **{kind: kind for kind in KINDS}}
NOW = datetime(2026, 6, 1, tzinfo=UTC)

Document: TypeAlias = dict[str, Any]
Place: TypeAlias = tuple[str, ...]


class _AsWritten(SafeConstructor):
    """Constructs what YAML 1.2 does, where a date is a text."""


_AsWritten.add_constructor("tag:yaml.org,2002:timestamp", SafeConstructor.construct_yaml_str)


def _parsed(text: str) -> list[Document]:
    yaml = YAML(typ="safe", pure=True)
    yaml.Constructor = _AsWritten
    return list(yaml.load_all(text))


def _written(document: Document) -> str:
    stream = io.StringIO()
    YAML(typ="safe", pure=True).dump(document, stream)
    # As YAML 1.2 it needs no quotes around what would be a number in 1.1.
    return re.sub(r": ([0-9]{2}:[0-9]{2})\b", r': "\1"', stream.getvalue())


@cache
def _validator(kind: str = "") -> Draft202012Validator:
    return Draft202012Validator(schema_of(kind))


def _refused_by_schema(document: Document) -> bool:
    kind = document.get("kind", "")
    own = kind in KINDS and _validator(kind).is_valid(document)
    assert _validator().is_valid(document) == own
    return not own


@pytest.mark.parametrize(("name", "kind"), FILES.items())
def test_a_published_schema_is_what_the_command_prints(
    name: str, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    published = (PUBLISHED / f"{name}.json").read_bytes().decode()
    assert main(["schema", *([kind] if kind else [])]) == 0
    assert capsys.readouterr().out == published
    assert published == schema_text(kind)
    assert published.endswith("}\n")


def test_nothing_else_is_published() -> None:
    assert sorted(path.name for path in PUBLISHED.iterdir()) == sorted(f"{n}.json" for n in FILES)


def test_make_schemas_knows_every_kind() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert f"\nkinds := {' '.join(KINDS)}\n" in makefile


@pytest.mark.parametrize("kind", FILES.values())
def test_a_schema_is_valid_itself_and_names_no_host(kind: str) -> None:
    schema = schema_of(kind)
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == f"urn:reconciler:schema:v1:{kind or 'manifest'}"


def test_json_is_the_only_format(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", "Policy", "--format", "json"]) == 0
    assert capsys.readouterr() == (schema_text("Policy"), "")


def test_a_schema_can_be_written_into_a_file(tmp_path: Path) -> None:
    assert main(["schema", "--output", str(tmp_path / "all.json")]) == 0
    assert (tmp_path / "all.json").read_text(encoding="utf-8") == schema_text()


def test_a_kind_without_a_schema_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", "account"]) == 64
    assert capsys.readouterr() == (
        "",
        (
            "Error: 'account' is not a kind\n"
            "  hint: Kinds: Account, Policy, Protection, Allowance, AbsentTasks, AbsentRecords.\n"
        ),
    )


def test_no_schema_is_made_of_an_unknown_kind() -> None:
    with pytest.raises(KeyError):
        schema_of("Deployment")


def test_a_schema_needs_no_network_and_no_ledger(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", "--sandbox"]) == 0
    assert capsys.readouterr().out == schema_text()
    assert not Path(".reconciler").exists()


# What each schema says of fields


def _mappings(schema: Any) -> Iterator[Document]:  # noqa: ANN401 - any JSON
    """Yield every schema that describes a mapping of manifests, rules between fields left out."""
    for definition in schema["$defs"].values():
        assert definition["additionalProperties"] is False
        yield definition


@pytest.mark.parametrize("kind", FILES.values())
def test_every_field_is_described_and_has_examples(kind: str) -> None:
    silent = [
        f"{mapping['title']}.{name}"
        for mapping in _mappings(schema_of(kind))
        for name, field in mapping["properties"].items()
        if not field.get("description", "").endswith(".") or not field.get("examples")
    ]
    assert silent == []


def test_defaults_are_written_as_manifests_write_them() -> None:
    schema = schema_of()
    wrong = []
    for mapping in _mappings(schema):
        for name, field in mapping["properties"].items():
            validator = Draft202012Validator({**field, "$defs": schema["$defs"]})
            if "default" in field and not validator.is_valid(field["default"]):
                wrong.append(f"{mapping['title']}.{name}")
    assert wrong == []


def _examples(definition: str, place: Place) -> Iterator[tuple[Place, Any]]:
    """Yield every example of a shape and of the shapes in it, with the place of its field."""
    for name, field in schema_of()["$defs"][definition]["properties"].items():
        at = (*place, name)
        yield from ((at, example) for example in field["examples"])
        if "$ref" in field:
            yield from _examples(field["$ref"].removeprefix("#/$defs/"), at)


_HEAD = {"name": "one", "owner": "ops", "reason": "Twice"}
_CRM_SPEC = {"system": "leadsquared", "region": "in21", "tenant": "acme"}
_DIALER_SPEC = {"system": "talkdesk", "region": "us", "tenant": "acme"}


def _document(kind: str, spec: Document, **metadata: str) -> Document:
    head = _HEAD if kind not in {"Account", "Policy"} else {"name": "one"}
    return {
        "apiVersion": "reconciler/v1",
        "kind": kind,
        "metadata": {**head, **metadata},
        "spec": json.loads(json.dumps(spec)),
    }


def _base(definition: str, place: Place) -> Document:
    """Return a valid document in which the field at a place may have any of its examples."""
    if definition == "PolicyDocument":
        return _document("Policy", {})
    if definition == "AllowanceDocument":
        return _document("Allowance", {"account": "acme-crm", "lifts": {"maxDeletes": 1}})
    if definition.endswith("Account"):
        own = _CRM_SPEC if definition == "LeadSquaredAccount" else _DIALER_SPEC
        return _document("Account", {**own, "limits": {}})
    key = place[1] if len(place) > 1 else ""
    noun = "records" if "Record" in definition else "tasks"
    spec: Document = {"account": "acme-crm"}
    if noun == "records":
        spec = {"account": "acme-dialer", "recordList": LIST_ID}
    if key == "where":
        spec["where"] = {"createdBefore": "2026-01-01"}
    elif key == f"{noun}From":
        spec[key] = {"file": "ids/callbacks.csv"}
    else:
        spec[noun] = []
    if definition.endswith("Protection"):
        return _document("Protection", spec)
    if key == "where":
        spec["where"]["max"] = 5
    return _document(definition, spec, ticket="X-1")


def _with(document: Document, place: Place, value: object) -> Document:
    inner = document
    for key in place[:-1]:
        inner = inner.setdefault(key, {})
    inner[place[-1]] = value
    return document


def _cases() -> Iterator[Any]:
    for kind in KINDS:
        schema = schema_of(kind)
        shapes = schema.get("oneOf") or schema.get("anyOf") or [schema]
        for shape in shapes:
            definition = shape["$ref"].removeprefix("#/$defs/")
            for place, example in _examples(definition, ()):
                # What fields of one mapping may not say together.
                document = _with(_base(definition, place), place, example)
                name = f"{definition}.{'.'.join(place)}={json.dumps(example)[:40]}"
                yield pytest.param(document, id=name)


def _table(source: Mapping[str, Any]) -> str:
    """Return a side file that has the columns which a manifest says that it has."""
    values = {"id": ID, "note": "", "phone_number": "+14155550100"}
    values |= {"external_provider": "salesforce", "external_id": "003DL0000212DetYAE"}
    mapped = source.get("columns", {})
    ours = [*mapped]
    if set(ours) & {"external_provider", "external_id"}:
        ours = [*dict.fromkeys([*ours, "external_provider", "external_id"])]
    if not set(ours) - {"note"}:
        ours.append("id")
    row = {mapped.get(one, one): values[one] for one in ours}
    if source["file"].endswith(".txt"):
        return f"{ID}\n"
    if source["file"].endswith(".ndjson"):
        return json.dumps(row) + "\n"
    between = source.get("delimiter", ",")
    return "".join(f"{between.join(one)}\n" for one in (row.keys(), row.values()))


def _load(document: Document) -> None:
    spec = document.get("spec")
    files = {"one.yaml": _written(document)}
    if document.get("kind") != "Account":
        files |= {"crm.yaml": CRM, "dialer.yaml": DIALER}
    for key in ("tasksFrom", "recordsFrom"):
        if isinstance(spec, dict) and isinstance(spec.get(key), dict) and "file" in spec[key]:
            files[spec[key]["file"]] = _table(spec[key])
    load(write(Path("manifests"), files), now=NOW)


@pytest.mark.parametrize("document", [*_cases()])
def test_an_example_is_accepted_by_the_schema_and_by_the_loader(document: Document) -> None:
    assert [*_validator(document["kind"]).iter_errors(document)] == []
    assert _validator().is_valid(document)
    _load(document)


def _entry_cases() -> Iterator[Any]:
    specs = {
        "AbsentTasks": {"account": "acme-crm", "tasks": []},
        "AbsentRecords": {"account": "acme-dialer", "recordList": LIST_ID, "records": []},
    }
    kinds = {
        "TaskEntry": "AbsentTasks",
        "RecordById": "AbsentRecords",
        "RecordByPhone": "AbsentRecords",
        "RecordByReference": "AbsentRecords",
    }
    for definition, kind in kinds.items():
        fields = schema_of()["$defs"][definition]["properties"]
        entry = {name: example for name, field in fields.items() for example in field["examples"]}
        spec = {**specs[kind], "tasks" if kind == "AbsentTasks" else "records": [entry]}
        yield pytest.param(_document(kind, spec), id=definition)


@pytest.mark.parametrize("document", [*_entry_cases()])
def test_an_entry_of_examples_is_accepted_by_the_schema_and_by_the_loader(
    document: Document,
) -> None:
    assert [*_validator(document["kind"]).iter_errors(document)] == []
    _load(document)


def test_a_window_of_examples_is_accepted_by_the_schema_and_by_the_loader() -> None:
    fields = schema_of()["$defs"]["WindowSpec"]["properties"]
    windows = [
        {**{one: field["examples"][0] for one, field in fields.items()}, name: example}
        for name, field in fields.items()
        for example in field["examples"]
    ]
    for document in (_document("Policy", {"windows": windows}), _allowance(windows=windows)):
        assert [*_validator(document["kind"]).iter_errors(document)] == []
        _load(document)


# What both refuse

_TASKS = {"account": "acme-crm", "tasks": [ID]}
_RECORDS = {"account": "acme-dialer", "recordList": LIST_ID, "records": [{"id": ID}]}
_RULE = {"status": "completed", "max": 5}
_FILE = {"file": "ids/a.csv"}


def _tasks(**spec: object) -> Document:
    return _document("AbsentTasks", {**_TASKS, **spec})


def _rule(where: object) -> Document:
    return _document("AbsentTasks", {"account": "acme-crm", "where": where})


def _tasks_from(**source: object) -> Document:
    return _document("AbsentTasks", {"account": "acme-crm", "tasksFrom": {**_FILE, **source}})


def _records(*entries: object, **metadata: str) -> Document:
    return _document("AbsentRecords", {**_RECORDS, "records": [*entries]}, **metadata)


def _account(**spec: object) -> Document:
    return _document("Account", {**_CRM_SPEC, **spec})


def _policy(**spec: object) -> Document:
    return _document("Policy", spec)


_WINDOW = {"days": ["mon"], "from": "08:00", "to": "18:00", "timezone": "UTC"}


def _window(**more: object) -> Document:
    return _policy(windows=[{**_WINDOW, **more}])


def _allowance(**lifts: object) -> Document:
    return _document("Allowance", {"account": "acme-crm", "lifts": lifts})


_ERASING = {"purpose": "gdpr_erasure", "ticket": "X-1"}

WRONG: dict[str, Document] = {
    "another version": {**_tasks(), "apiVersion": "reconciler/v2"},
    "no version": {"kind": "Policy", "metadata": {"name": "a"}, "spec": {}},
    "an unknown kind": {**_tasks(), "kind": "AbsentTask"},
    "no metadata": {"apiVersion": "reconciler/v1", "kind": "Policy", "spec": {}},
    "an unknown key": {**_tasks(), "status": {}},
    "no owner": {**_tasks(), "metadata": {"name": "one", "reason": "Twice"}},
    "a name in capitals": _document("AbsentTasks", _TASKS, name="One"),
    "an owner of nothing": _document("AbsentTasks", _TASKS, owner=" "),
    "a reason of two lines": _document("AbsentTasks", _TASKS, reason="a\nb"),
    "an unknown purpose": _document("AbsentTasks", _TASKS, purpose="cleanup"),
    "a purpose of a policy": _document("Policy", {}, purpose="hygiene"),
    "an expiring account": _document("Account", _CRM_SPEC, expires="2027-01-01"),
    "a protection for a purpose": _document("Protection", _TASKS, purpose="hygiene"),
    "no such month": _document("AbsentTasks", _TASKS, expires="2026-13-01"),
    "an erasure without a ticket": _document("AbsentTasks", _TASKS, purpose="ccpa_delete"),
    "an erasure by rule": _document(
        "AbsentTasks", {"account": "acme-crm", "where": _RULE}, **_ERASING
    ),
    "an erasure of records by rule": _document(
        "AbsentRecords",
        {"account": "acme-dialer", "recordList": LIST_ID, "where": {"priority": [1], "max": 5}},
        **_ERASING,
    ),
    "an erasure by phone number": _records({"phoneNumber": "+14155550100"}, **_ERASING),
    "an erasure by external id": _records({"externalProvider": "a", "externalId": "b"}, **_ERASING),
    "an account of no system": _document("Account", {"region": "us", "tenant": "acme"}),
    "an account of another system": _account(system="hubspot"),
    "a region of the other system": _account(region="eu"),
    "a tenant that is a host": _account(tenant="acme.example.com"),
    "a tenant that is a number": _account(tenant=22824),
    "a host": _account(host="api.example.com"),
    "a key that sees little": _account(sees="some"),
    "a Talkdesk key that sees all": _document("Account", {**_DIALER_SPEC, "sees": "all"}),
    "no calls": _account(limits={"calls": 0}),
    "too many digits": _account(limits={"calls": 10**9}),
    "a window of nothing": _account(limits={"per": "0s"}),
    "a duration without unit": _account(limits={"settleWithin": 120}),
    "too large a batch": _account(limits={"batch": 5001}),
    "too large a page": _account(limits={"page": 1001}),
    "too large a batch of records": _document(
        "Account", {**_DIALER_SPEC, "limits": {"batch": 101}}
    ),
    "half a call": _account(limits={"calls": 2.5}),
    "more than everything": _policy(maxDeletePercent=101),
    "less than nothing": _policy(maxDeletes=-1),
    "a number as text": _policy(maxDeletes="500"),
    "a boolean as text": _policy(allowEmptying="yes"),
    "an empty canary": _policy(canary=[0]),
    "a canary that is no list": _policy(canary=10),
    "more failures than attempts": _policy(maxFailurePercent=101),
    "a plan that is never valid": _policy(planTtl="0m"),
    "an age without a unit": _policy(coolOff="5"),
    "an unknown answer to what returned": _policy(returned="keep"),
    "a ticket as text": _policy(requireTicket="true"),
    "a window on no day": _window(days=[]),
    "a window on an unknown day": _window(days=["monday"]),
    "a window on one day twice": _window(days=["mon", "mon"]),
    "a window from an hour": _window(**{"from": "8"}),
    "a window until 24:00": _window(to="24:00"),
    "a window without a place": _policy(
        windows=[{"days": ["mon"], "from": "08:00", "to": "09:00"}]
    ),
    "a window with an end": _window(until="09:00"),
    "a window of the policy at any time": _policy(windows=True),
    "an allowance that lifts nothing": _allowance(),
    "an allowance without emptying": _allowance(allowEmptying=False),
    "an allowance of an unknown limit": _allowance(maxDelete=1),
    "an allowance of what cannot be lifted": _allowance(canary=[]),
    "an allowance of more than everything": _allowance(maxDeletePercent=101),
    "an allowance of no matches": _allowance(**{"where.max": 0}),
    "an allowance at no time": _allowance(windows=False),
    "an allowance in a wrong window": _allowance(windows=[{"days": ["mon"]}]),
    "an allowance for half a plan": _document(
        "Allowance", {"account": "acme-crm", "lifts": {"maxDeletes": 1}, "digest": "sha256:ab"}
    ),
    "an allowance without an owner": {
        **_allowance(maxDeletes=1),
        "metadata": {"name": "a", "reason": "b"},
    },
    "an allowance without limits": _document("Allowance", {"account": "acme-crm"}),
    "an allowance for no account": _document("Allowance", {"lifts": {"maxDeletes": 1}}),
    "a policy for no account": _policy(accounts=[]),
    "nothing declared": _document("AbsentTasks", {"account": "acme-crm"}),
    "nothing protected": _document("Protection", {"account": "acme-crm"}),
    "a list and a rule": _tasks(where=_RULE),
    "a side file and a rule": _document(
        "AbsentTasks", {"account": "acme-crm", "tasksFrom": _FILE, "where": _RULE}
    ),
    "a record as a task": _document("AbsentTasks", {"account": "acme-crm", "records": []}),
    "a list that is none": _tasks(tasks=ID),
    "a number for a task": _tasks(tasks=[1412]),
    "an id without hyphens": _tasks(tasks=[ID.replace("-", "")]),
    "a task without id": _tasks(tasks=[{"note": "x"}]),
    "a task by phone": _tasks(tasks=[{"phoneNumber": "+14155550100"}]),
    "an unknown key of an entry": _tasks(tasks=[{"id": ID, "notes": "x"}]),
    "a bare id of a record": _records(ID),
    "a record without identifier": _records({"note": "x"}),
    "a record with two identifiers": _records({"id": ID, "phoneNumber": "+14155550100"}),
    "a provider alone": _records({"externalProvider": "salesforce"}),
    "an external id alone": _records({"externalId": "003DL0000212DetYAE"}),
    "a phone number without +": _records({"phoneNumber": "14155550100"}),
    "no record list": _document("AbsentRecords", {"account": "acme-dialer", "records": []}),
    "deleting by name": _document("AbsentRecords", {**_RECORDS, "deleteBy": "name"}),
    "a hint of nothing": _tasks(lookup={}),
    "a hint of two": _tasks(lookup={"owner": "vir@example.com", "lead": ID}),
    "a hint of nobody": _tasks(lookup={"owner": "vir"}),
    "an expectation of nothing": _tasks(expect={}),
    "an expectation with a maximum": _tasks(expect={"status": "pending", "max": 5}),
    "a rule without maximum": _rule({"status": "completed"}),
    "a rule without condition": _rule({"max": 5}),
    "a rule of nothing but consent": _rule({"max": 5, "unattended": True}),
    "a condition of records": _rule({"timezone": ["Europe/Lisbon"], "max": 5}),
    "a status that is a list": _rule({"status": ["completed"], "max": 5}),
    "a type that is no list": _rule({"type": "Call back", "max": 5}),
    "no type": _rule({"type": [], "max": 5}),
    "a time without zone": _rule({"dueBefore": "2026-03-02T08:00:00", "max": 5}),
    "a time in the past that is to come": _rule({"dueBefore": "in 30d ago", "max": 5}),
    "a protection with a maximum": _document("Protection", {"account": "acme-crm", "where": _RULE}),
    "a protection of nothing": _document("Protection", {"account": "acme-crm", "where": {}}),
    "a prefix without +": _document(
        "Protection", {"account": "acme-dialer", "where": {"phonePrefix": "351"}}
    ),
    "a side file without file": _document(
        "AbsentTasks", {"account": "acme-crm", "tasksFrom": {"ignoreColumns": True}}
    ),
    "a side file of another kind": _tasks_from(file="ids/a.xlsx"),
    "a side file from the root": _tasks_from(file="/ids/a.csv"),
    "a side file of Windows": _tasks_from(file="ids\\a.csv"),
    "columns of a text": _tasks_from(file="a.txt", columns={"id": "a"}),
    "ignored columns of a text": _tasks_from(file="a.txt", ignoreColumns=True),
    "a delimiter of a text": _tasks_from(file="a.txt", delimiter=";"),
    "a delimiter of objects": _tasks_from(file="a.ndjson", delimiter=";"),
    "an unknown delimiter": _tasks_from(delimiter=":"),
    "a column of records": _tasks_from(columns={"phone_number": "Mobile"}),
    "half a digest": _tasks_from(sha256="ab" * 16),
}


@pytest.mark.parametrize("document", WRONG.values(), ids=WRONG)
def test_a_wrong_document_is_refused_by_the_schema_and_by_the_loader(document: Document) -> None:
    assert _refused_by_schema(document)
    files: dict[str, str | bytes] = {
        "one.yaml": _written(document),
        "crm.yaml": CRM,
        "dialer.yaml": DIALER,
        "ids/a.csv": f"id\n{ID}\n",
        "a.txt": f"{ID}\n",
        "a.ndjson": f'{{"id": "{ID}"}}\n',
    }
    with pytest.raises(InvalidError) as caught:
        load(write(Path("manifests"), files), now=NOW)
    assert {problem.file for problem in caught.value.problems} == {"manifests/one.yaml"}


# What is published beside the schemas


def _yaml_blocks(page: str) -> list[str]:
    found = re.findall(r"```yaml\n(.*?)```", (ROOT / page).read_text(encoding="utf-8"), re.DOTALL)
    return [block for block in found if "apiVersion: reconciler/" in block]


def _published() -> Iterator[Any]:
    for path in sorted((ROOT / "manifests").rglob("*.yaml")):
        text = path.read_text(encoding="utf-8")
        yield pytest.param(text, id=path.relative_to(ROOT).as_posix())
    for page in ("README.md", "docs/reference/manifests.md"):
        for number, block in enumerate(_yaml_blocks(page)):
            yield pytest.param(block, id=f"{page}-{number}")


@pytest.mark.parametrize("text", [*_published()])
def test_a_published_manifest_agrees_with_the_schemas(text: str) -> None:
    documents = _parsed(text)
    assert documents
    for document in documents:
        assert [*_validator(document["kind"]).iter_errors(document)] == []
        assert _validator().is_valid(document)


@pytest.mark.parametrize(
    "path",
    sorted((ROOT / "manifests").rglob("*.yaml")),
    ids=lambda path: path.relative_to(ROOT).as_posix(),
)
def test_a_published_manifest_tells_editors_its_schema(path: Path) -> None:
    first = path.read_text(encoding="utf-8").split("\n", 1)[0]
    up = "../" * len(path.relative_to(ROOT).parent.parts)
    assert first == f"# yaml-language-server: $schema={up}docs/schema/manifest.json"
    assert (path.parent / f"{up}docs/schema/manifest.json").resolve() == PUBLISHED / "manifest.json"


# What readers accept, patterns accept, and the other way round


def _pattern(definition: str, name: str) -> str:
    found: str = schema_of()["$defs"][definition]["properties"][name]["pattern"]
    return found


_READERS = {
    "a name": (scalars.name, _pattern("AbsenceMetadata", "name")),
    "an id": (identities.guid("task"), _pattern("TaskEntry", "id")),
    "a duration": (times.duration, _pattern("LeadSquaredLimits", "settleWithin")),
    "a phone number": (identities.phone, _pattern("RecordByPhone", "phoneNumber")),
    "a prefix": (identities.phone_prefix, _pattern("RecordConditions", "phonePrefix")),
    "a tenant": (identities.tenant_code, _pattern("LeadSquaredSpec", "tenant")),
    "a digest": (identities.sha256, _pattern("TasksFrom", "sha256")),
    "the digest of a plan": (identities.digest, _pattern("AllowanceSpec", "digest")),
    "a time of day": (times.clock, _pattern("WindowSpec", "from")),
}


def _scalar(value: str, quote: str) -> Scalar:
    return Scalar(value, f"{quote}{value}{quote}", quote, 1, 1)


@pytest.mark.parametrize("case", _READERS)
@given(data=st.data())
def test_what_a_pattern_matches_can_be_read(case: str, data: st.DataObject) -> None:
    read, pattern = _READERS[case]
    value = data.draw(st.from_regex(pattern, fullmatch=True, alphabet=st.characters(codec="ascii")))
    quote = "" if case == "a duration" else '"'
    assert read(_scalar(value, quote)) is not None


_ALPHABET = "0019aAfFgGzZ-+@. TZinsdmhgo:\t"
_LIKELY = (
    "08",
    ":30",
    "0m",
    "sha256:",
    "ab" * 32,
    "2026-03-02",
    "T08:00:00",
    "Z",
    "+05:30",
    " ago",
    "in ",
    "730d",
    "+1",
    "@",
    "-",
    "a1",
)
_TEXTS = st.text(_ALPHABET, max_size=20) | st.lists(st.sampled_from(_LIKELY)).map("".join)
_ALL_READERS = _READERS | {
    "a time": (times.point_in_time, _pattern("TaskConditions", "dueBefore")),
    "a day": (times.day, _pattern("AbsenceMetadata", "expires")),
    "an owner": (identities.owner, _pattern("Lookup", "owner")),
    "an age": (times.age, _pattern("PolicySpec", "coolOff")),
    "a text": (scalars.text, _pattern("AbsenceMetadata", "reason")),
}


@pytest.mark.parametrize("case", _ALL_READERS)
@given(value=_TEXTS, quote=st.sampled_from(["", '"']))
def test_what_can_be_read_matches_the_pattern(case: str, value: str, quote: str) -> None:
    read, pattern = _ALL_READERS[case]
    try:
        read(_scalar(value, quote))
    except scalars.ReadingError:
        return
    assert re.search(pattern, value)
