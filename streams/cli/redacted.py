"""How commands redact what they show of raw data: as the settings say of `redact`, and also where it is not in use."""

from __future__ import annotations

from pydantic import ValidationError

from streams.errors import ConfigurationError
from streams.processors.redaction.display import Display
from streams.processors.redaction.options import RedactOptions
from streams.settings import Settings, what_is_wrong

_NAME = "redact"


def display_of(settings: Settings) -> Display:
    """Make the redaction of what is shown.

    Raises:
        ConfigurationError: the options of `redact` do not fit.
    """
    options = next((entry.options for entry in settings.processors if entry.name == _NAME), {})
    try:
        return Display(RedactOptions(**options))
    except ValidationError as error:
        raise ConfigurationError(
            f"processors.redact.options: {what_is_wrong(error)}", cure="`weft processors redact` shows its options."
        ) from None
