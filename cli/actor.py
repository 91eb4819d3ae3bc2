"""Who runs a command, as the operating system says."""

import os
import pwd

from domain.actor import Actor, Verification


def current_actor() -> Actor:
    """The user of this process, by uid: variables such as USER can say anything.

    Nobody verifies the operating system's word, and the same uid may be another user elsewhere:
    so the subject names the machine too.
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
