import os

from hypothesis import HealthCheck, settings

from tests.property.purity import listen

listen()
SLOW = (HealthCheck.too_slow, HealthCheck.filter_too_much)  # a machine that is busy is no bug
settings.register_profile("dev", deadline=None, max_examples=40, suppress_health_check=SLOW)
settings.register_profile(
    "ci", deadline=None, max_examples=40, suppress_health_check=SLOW, derandomize=True, print_blob=True
)
settings.load_profile("ci" if os.environ.get("CI") == "true" else "dev")
