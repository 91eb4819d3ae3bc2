"""Makes the company and the people of the tests; BottleCRM's own Python runs this in its site."""

import json
import os
from pathlib import Path

from common.models import (  # type: ignore[import-not-found]
    Org,
    PersonalAccessToken,
    Profile,
    User,
)
from common.tasks import set_rls_context  # type: ignore[import-not-found]
from opportunity.models import DealPipeline  # type: ignore[import-not-found]

_PEOPLE = {
    "cashward": ("cashward@seller.example", "Cashward", "ADMIN"),
    "sales": ("nina@seller.example", "Nina Novak", "USER"),
}


def seed() -> dict[str, str]:
    """Make the company, its pipeline, and a profile with a token per person; return the tokens."""
    org = Org.objects.create(name="Seller", default_currency="EUR", timezone="UTC")
    set_rls_context(org.id)
    DealPipeline.default_for(org)
    answer = {"org": str(org.id)}
    for name, (email, called, role) in _PEOPLE.items():
        user = User.objects.create_user(email=email, password=None)
        User.objects.filter(pk=user.pk).update(name=called)
        profile = Profile.objects.create(
            user=user, org=org, role=role, has_sales_access=True, is_active=True
        )
        token, _ = PersonalAccessToken.generate(profile=profile, name=name)
        answer |= {f"{name}_token": token, f"{name}_profile": str(profile.id)}
    return answer


people = Path(os.environ["PEOPLE"])
people.touch(mode=0o600)
people.write_text(json.dumps(seed(), indent=2))
