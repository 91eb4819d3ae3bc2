"""The properties that HubSpot itself defines for each object type, as far as we use them."""

from collections.abc import Mapping

from testbed.vendors.common.state import Doc

# name:type/fieldType, `!` calculated or read-only, `=a|b` the options of an enumeration.
_CURRENCIES = "enumeration/select=EUR|CZK|GBP|JPY|USD|CHF|PLN|HUF"
_EVERYWHERE = (
    "createdate:datetime/date! hs_object_id:number/number! hs_merged_object_ids:string/text! "
    "hubspot_owner_id:enumeration/select "
)
_OWN = {
    "contacts": "lastmodifieddate:datetime/date! email:string/text firstname:string/text "
    "lastname:string/text jobtitle:string/text company:string/text",
    "companies": "hs_lastmodifieddate:datetime/date! name:string/text domain:string/text "
    "address:string/text city:string/text zip:string/text country:string/text "
    "industry:string/text",
    "deals": "hs_lastmodifieddate:datetime/date! dealname:string/text amount:number/number "
    "dealstage:enumeration/radio pipeline:enumeration/select closedate:datetime/date "
    f"deal_currency_code:{_CURRENCIES} "
    "amount_in_home_currency:number/number!",
    "line_items": "hs_lastmodifieddate:datetime/date! name:string/text quantity:number/number "
    "price:number/number amount:number/number! hs_sku:string/text "
    "discount:number/number hs_discount_percentage:number/number "
    f"hs_line_item_currency_code:{_CURRENCIES}",
    "tasks": "hs_lastmodifieddate:datetime/date! hs_timestamp:datetime/date "
    "hs_task_subject:string/text hs_task_body:string/textarea hs_task_status:"
    "enumeration/select=NOT_STARTED|IN_PROGRESS|WAITING|COMPLETED|DEFERRED "
    "hs_task_type:enumeration/select=TODO|CALL|EMAIL",
}
_EPOCH = "1970-01-01T00:00:00Z"


def vendor_defined(type_name: str) -> dict[str, Doc]:
    """The definitions by name; the options of stages, pipelines and owners are still empty."""
    words = f"{_EVERYWHERE}{_OWN[type_name]}".split()
    return {made["name"]: made for made in map(_parsed, words)}


def definition(name: str, label: str, type_: str, field_type: str, **more: object) -> Doc:
    """A whole definition as the API shows it; `more` replaces the usual values."""
    return {
        "name": name,
        "label": label,
        "type": type_,
        "fieldType": field_type,
        "groupName": "",
        "description": "",
        "options": [],
        "displayOrder": -1,
        "hasUniqueValue": False,
        "calculated": False,
        "externalOptions": False,
        "hidden": False,
        "formField": False,
        "hubspotDefined": False,
        "modificationMetadata": _may_change(definition=True, value=True),
        "createdAt": _EPOCH,
        "updatedAt": _EPOCH,
        "archived": False,
    } | more


def options(labels: Mapping[str, str]) -> list[Doc]:
    """The options of an enumeration, of values and their labels."""
    return [
        {"label": label, "value": value, "displayOrder": number, "hidden": False}
        for number, (value, label) in enumerate(labels.items())
    ]


def _parsed(text: str) -> Doc:
    head, _, choices = text.partition("=")
    name, _, types = head.partition(":")
    read_only = types.endswith("!")
    type_, _, field_type = types.rstrip("!").partition("/")
    return definition(
        name,
        name.removeprefix("hs_").replace("_", " ").capitalize(),
        type_,
        field_type,
        groupName="hubspot",
        options=options({choice: choice for choice in choices.split("|") if choice}),
        hasUniqueValue=name == "email",
        calculated=read_only,
        hubspotDefined=True,
        modificationMetadata=_may_change(definition=False, value=not read_only),
    )


def _may_change(*, definition: bool, value: bool) -> Doc:
    return {
        "archivable": definition,
        "readOnlyDefinition": not definition,
        "readOnlyValue": not value,
    }
