"""How hard the property tests look: `dev` explores anew each time, `ci` repeats itself, `mutation` is quick."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, settings

# The machines differ in speed and are shared, so time says nothing about a law.
_PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)

settings.register_profile("dev", _PATIENT, max_examples=25)
settings.register_profile("ci", _PATIENT, max_examples=50, derandomize=True)
settings.register_profile(
    "mutation",
    _PATIENT,
    max_examples=20,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],  # a mutant is dead at its first failure, however long
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "dev"))
