"""Names who runs a command, as the operating system says."""

import os
import pwd

from domain.actor import Actor, Verification


def current_actor() -> Actor:
    """Return the user of this process by uid, since variables such as USER can say anything.

    The same uid may be another user on another machine, so the subject names the machine too.
    """
    uid = os.getuid()
    try:
        name = pwd.getpwuid(uid).pw_name
    except KeyError:  # a container may run as a user without an account
        name = f"uid {uid}"
    return Actor(
        subject=f"uid:{uid}@{os.uname().nodename}",
        display_name=name,
        verified_by=Verification.UNVERIFIED,
    )
