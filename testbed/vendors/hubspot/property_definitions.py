"""The properties that HubSpot itself defines, for each kind of record."""

from testbed.vendors.common.state import Doc

# name:type/fieldType, `!` calculated or read-only, `=a|b` the options of an enumeration.
_EVERYWHERE = (
    "createdate:datetime/date! hs_object_id:number/number! hs_merged_object_ids:string/text! "
    "hubspot_owner_id:enumeration/select"
)
_OWN = {
    "contacts": "lastmodifieddate:datetime/date! email:string/text firstname:string/text "
    "lastname:string/text phone:string/text jobtitle:string/text company:string/text "
    "city:string/text country:string/text lifecyclestage:enumeration/select"
    "=subscriber|lead|opportunity|customer|other",
    "companies": "hs_lastmodifieddate:datetime/date! hs_unique_creation_key:string/text! "
    "name:string/text domain:string/text website:string/text phone:string/text "
    "address:string/text city:string/text zip:string/text state:string/text "
    "country:string/text industry:string/text description:string/textarea "
    "numberofemployees:number/number annualrevenue:number/number lifecyclestage:"
    "enumeration/select=subscriber|lead|opportunity|customer|other",
    "deals": "hs_lastmodifieddate:datetime/date! dealname:string/text amount:number/number "
    "dealstage:enumeration/radio pipeline:enumeration/select closedate:datetime/date "
    "description:string/textarea dealtype:enumeration/radio=newbusiness|existingbusiness "
    "deal_currency_code:enumeration/select=EUR|CZK|GBP|JPY|USD|CHF|PLN|HUF "
    "hs_is_closed:bool/booleancheckbox! hs_is_closed_won:bool/booleancheckbox! "
    "hs_is_closed_lost:bool/booleancheckbox! hs_deal_stage_probability:number/number! "
    "amount_in_home_currency:number/number!",
    "tickets": "hs_lastmodifieddate:datetime/date! subject:string/text content:string/textarea "
    "hs_pipeline:enumeration/select hs_pipeline_stage:enumeration/select "
    "hs_ticket_priority:enumeration/select=LOW|MEDIUM|HIGH|URGENT "
    "hs_external_object_ids:string/text",
    "products": "hs_lastmodifieddate:datetime/date! name:string/text description:string/textarea "
    "price:number/number hs_sku:string/text recurringbillingfrequency:enumeration/select"
    "=weekly|monthly|quarterly|annually",
    "line_items": "hs_lastmodifieddate:datetime/date! name:string/text description:string/textarea "
    "quantity:number/number price:number/number amount:number/number! hs_sku:string/text "
    "hs_product_id:number/number discount:number/number hs_discount_percentage:number/number "
    "hs_tax_rate_group_id:string/text tax:number/number hs_line_item_currency_code:"
    "enumeration/select=EUR|CZK|GBP|JPY|USD|CHF|PLN|HUF "
    "recurringbillingfrequency:enumeration/select=weekly|monthly|quarterly|annually "
    "hs_recurring_billing_period:string/text hs_position_on_quote:number/number "
    "hs_external_id:string/text",
    "quotes": "hs_lastmodifieddate:datetime/date! hs_title:string/text hs_status:"
    "enumeration/select=DRAFT|APPROVAL_NOT_NEEDED|PENDING_APPROVAL|APPROVED|REJECTED "
    "hs_expiration_date:date/date hs_quote_amount:number/number! hs_currency:string/text",
    "tasks": "hs_lastmodifieddate:datetime/date! hs_timestamp:datetime/date "
    "hs_task_subject:string/text hs_task_body:string/textarea hs_task_status:"
    "enumeration/select=NOT_STARTED|IN_PROGRESS|WAITING|COMPLETED|DEFERRED "
    "hs_task_priority:enumeration/select=NONE|LOW|MEDIUM|HIGH "
    "hs_task_type:enumeration/select=TODO|CALL|EMAIL",
    "notes": "hs_lastmodifieddate:datetime/date! hs_timestamp:datetime/date "
    "hs_note_body:string/textarea",
}
_UNIQUE = {"email", "hs_external_id", "hs_external_object_ids"}
_BIRTH = "1970-01-01T00:00:00Z"


def vendor_defined(kind: str) -> dict[str, Doc]:
    """The definitions of a kind by name; options that live elsewhere are still empty."""
    return {d["name"]: d for d in map(_definition, f"{_EVERYWHERE} {_OWN[kind]}".split())} | (
        {"hs_sku": _definition("hs_sku:string/text") | {"hasUniqueValue": True}}
        if kind == "products"
        else {}
    )


def definition(name: str, label: str, type_: str, field_type: str, **more: object) -> Doc:
    """A whole definition as the API shows it; `more` wins over the usual values."""
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
        "modificationMetadata": {
            "archivable": True,
            "readOnlyDefinition": False,
            "readOnlyValue": False,
        },
        "createdAt": _BIRTH,
        "updatedAt": _BIRTH,
        "archived": False,
    } | more


def _definition(text: str) -> Doc:
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
        options=options(choices.split("|") if choices else []),
        hasUniqueValue=name in _UNIQUE,
        calculated=read_only,
        hubspotDefined=True,
        modificationMetadata={
            "archivable": False,
            "readOnlyDefinition": True,
            "readOnlyValue": read_only,
        },
    )


def options(values: list[str], labels: dict[str, str] | None = None) -> list[Doc]:
    """The options of an enumeration, in the order given."""
    named = labels or {}
    return [
        {"label": named.get(v, v), "value": v, "displayOrder": n, "hidden": False}
        for n, v in enumerate(values)
    ]
