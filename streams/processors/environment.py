"""`environment`: where a record comes from, concluded by rules from the names of topics, hosts and services."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from fnmatch import translate
from typing import Any, ClassVar, Final, NamedTuple, TypeAlias

from pydantic import Field

from streams.processors import base
from streams.processors.base import Acted, Processor
from streams.types import Record

ENVIRONMENT: Final = "deployment.environment.name"
_OLD_ENVIRONMENT = "deployment.environment"
_MOST_REMEMBERED = 4_096
_LONGEST_NAME = 1_024

Names: TypeAlias = tuple[Any, ...]
"""What rules look at: the topic, then the values of resource keys, None for a missing one."""


class Rule(base.Options):
    """What records are that match all globs: `*` any text, `?` any character, `[ab]` one of some."""

    topic: str = Field("*", description="glob of the raw topic")
    host: str = Field("*", description="glob of host.name")
    service: str = Field("*", description="glob of service.name")
    resource: dict[str, str] = Field(default_factory=dict, description="key of the resource to the glob of its value")
    environment: str | None = Field(None, min_length=1, description="sets resource.deployment.environment.name")
    region: str | None = Field(None, min_length=1, description="sets resource.cloud.region")
    cluster: str | None = Field(None, min_length=1, description="sets resource.k8s.cluster.name")
    feature_flags: dict[str, str | bool] = Field(
        default_factory=dict, description="name to variant: sets attributes.feature_flag.NAME"
    )


class Conclusion(NamedTuple):
    """What the rules say of records with the same names."""

    resource: Mapping[str, str]
    attributes: Mapping[str, str | bool]


class Environment(Processor):
    """Names the deployment environment, region and cluster of a record, and its feature flags.

    Rules are globs on topic, host, service and any key of the resource. For each field the first rule that matches and
    names it counts. What the source says itself stays, also under the name `deployment.environment`, which
    OpenTelemetry has given up. Points of metrics get no feature flags, because these would make other series of them.
    """

    class Options(base.Options):
        """The rules, in their order."""

        rules: tuple[Rule, ...] = Field((), description="rules; the first that names a field counts")

    name: ClassVar[str] = "environment"
    version: ClassVar[str] = "1"
    reads: ClassVar[frozenset[str]] = frozenset({"source", "resource", "signal"})
    writes: ClassVar[frozenset[str]] = frozenset(
        {f"resource.{ENVIRONMENT}", "resource.cloud.region", "resource.k8s.cluster.name", "attributes.feature_flag.*"}
    )

    def __init__(self, options: Options) -> None:
        super().__init__(options)
        looked_at = dict.fromkeys(("host.name", "service.name"))
        looked_at |= dict.fromkeys(key for rule in options.rules for key in rule.resource)
        self._keys = tuple(looked_at)
        self._rules = tuple((_matcher(rule, self._keys), _conclusion(rule)) for rule in options.rules)
        self._remembered: dict[Names, Conclusion] = {}

    def process(self, record: Record) -> Acted:
        """Set what the source and the rules say; True when something was."""
        resource, acted = record["resource"], False
        if _OLD_ENVIRONMENT in resource and ENVIRONMENT not in resource:
            resource[ENVIRONMENT] = resource[_OLD_ENVIRONMENT]
            acted = True
        if not self._rules:
            return acted
        names = (record["source"]["topic"], *map(resource.get, self._keys))
        try:
            said = self._remembered.get(names) or self._conclude(names)
        except TypeError:  # a list or an object, which no table can be asked for
            said = self._conclude(tuple(map(str, names)))
        acted |= _complete(resource, said.resource)
        return (record["signal"] != "metric" and _complete(record["attributes"], said.attributes)) or acted

    def _conclude(self, names: Names) -> Conclusion:
        """Ask the rules, once for all records with the same names."""
        resource: dict[str, str] = {}
        attributes: dict[str, str | bool] = {}
        for matches, said in self._rules:
            if matches(names):
                resource = {**said.resource, **resource}
                attributes = {**said.attributes, **attributes}
        found = Conclusion(resource, attributes)
        # Only texts: 1 and True are one key to a table and two names to a glob.
        if all(name is None or (type(name) is str and len(name) <= _LONGEST_NAME) for name in names):
            if len(self._remembered) >= _MOST_REMEMBERED:
                self._remembered.clear()
            self._remembered[names] = found
        return found


def _complete(holder: dict[str, Any], said: Mapping[str, Any]) -> bool:
    acted = False
    for name, value in said.items():
        if name not in holder:
            holder[name] = value
            acted = True
    return acted


def _conclusion(rule: Rule) -> Conclusion:
    said = {ENVIRONMENT: rule.environment, "cloud.region": rule.region, "k8s.cluster.name": rule.cluster}
    return Conclusion(
        {name: value for name, value in said.items() if value is not None},
        {f"feature_flag.{name}": variant for name, variant in rule.feature_flags.items()},
    )


def _matcher(rule: Rule, keys: tuple[str, ...]) -> Callable[[Names], bool]:
    """Compile the globs of a rule that say more than `*`."""
    globs = {"host.name": rule.host, "service.name": rule.service, **rule.resource}
    asked = [(0, rule.topic), *((keys.index(key) + 1, glob) for key, glob in globs.items())]
    tests = [(place, re.compile(translate(glob)).match) for place, glob in asked if glob != "*"]
    return lambda names: all(names[place] is not None and test(str(names[place])) for place, test in tests)
