"""The worker: carries the deals of one installation, with the settings of its environment."""

import sys

from runtime.logging import set_up_logging
from runtime.settings import InvalidSettings
from runtime.settings_loading import read_settings
from runtime.worker_main import leave, run_until_stopped, work

WRONG_SETTINGS = 2


def main() -> None:
    try:
        settings = read_settings()
        set_up_logging(settings.log_level)
        run_until_stopped(lambda stop: work(settings, stop))
    except InvalidSettings as problem:
        sys.stderr.write(f"The settings do not hold together:\n{problem}\n")
        leave(WRONG_SETTINGS)
    leave(0)


if __name__ == "__main__":
    main()
