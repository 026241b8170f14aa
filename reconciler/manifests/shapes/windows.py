"""Windows: the hours in which batches may be sent."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from reconciler.domain.guarding.windows import DAYS
from reconciler.manifests.shapes.fields import Clock, Shape, Timezone, word
from reconciler.manifests.values import scalars

EXAMPLE = {
    "days": ["mon", "tue", "wed", "thu", "fri"],
    "from": "08:00",
    "to": "18:00",
    "timezone": "Europe/Lisbon",
}


class WindowSpec(Shape):
    """Some hours of some days, by the clocks of one place."""

    days: Annotated[
        list[Annotated[str, word(*DAYS)]], BeforeValidator(scalars.items), Field(min_length=1)
    ] = Field(
        description="The days on which it begins, each once.",
        examples=[["mon", "tue", "wed", "thu", "fri"]],
        json_schema_extra={"uniqueItems": True},
    )
    begins: Clock = Field(
        alias="from", description="When it begins; hours and minutes, quoted.", examples=["08:00"]
    )
    ends: Clock = Field(
        alias="to",
        description="When it ends, which is not in it any more; hours and minutes, quoted. Not "
        "after `from` it is a time of the next day, so that the same time is 24 hours.",
        examples=["18:00", "00:00"],
    )
    timezone: Timezone = Field(
        description="Whose clocks: a name of the IANA database.",
        examples=["Europe/Lisbon", "UTC"],
    )


Windows = Annotated[list[WindowSpec], BeforeValidator(scalars.items)]
