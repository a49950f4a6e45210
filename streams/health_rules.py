"""When a role is not well: the rules of the report, one function each.

Each rule's docstring says when it finds something; docs/reference/health.md is made from them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from streams.health import Found, Rule, Snapshot, Status
from streams.metrics import PartitionStatus, RoleState

_TREND_SECONDS: Final = 10.0
"""Rules about a trend say nothing before this much has been watched."""

_SLOW_SECONDS: Final = 10.0
_SILENT_SECONDS: Final = 30.0
"""Unacknowledged work or unread records older than this are no longer a moment's burst."""

_REBALANCES: Final = 3
"""Assignments within the window that make a rebalance storm: one replica that is replaced makes two."""

HOLD_CURES: Final[Mapping[str, str]] = {
    "flood": "look at `weft tail dead --from-beginning`, then `{command} --resume-partition {topic}:{partition}`",
    "undecodable": "`weft ledger` shows the position; delete the records up to the damage with"
    " kafka-delete-records, then restart with `{command} --accept-gap {topic}:{partition}`",
    "offsets.lost": "restart with `{command} --accept-gap {topic}:{partition}`",
    "topic.recreated": "set `topics: {{{topic}: {{source_epoch: NAME}}}}` in the settings file, then restart with"
    " `{command}`",
    "unauthorised": "grant Read on it (`weft topics acl` prints the command); it goes on by itself",
    "sink.unavailable": "see that the sink's store runs and answers; it goes on by itself",
}
"""What releases a partition, by the reason why it is held; for `str.format`."""


def unready(state: RoleState) -> str | None:
    """Say why a role should not count as ready, or None: it must be assigned and its output acknowledged."""
    if state.stopping:
        return "stopping"
    if state.sink and state.sink.unavailable:
        return f"{state.sink.name} takes no records: {state.sink.unavailable}"
    if not state.assigned:
        return "no partitions assigned yet"
    if state.held_outputs:
        return f"output is held: {', '.join(state.held_outputs)}"
    if state.brokers_silent_seconds > _SILENT_SECONDS:
        return f"no broker has answered for {state.brokers_silent_seconds:.0f} s"
    if _slow(state):
        return f"output was not acknowledged for {state.oldest_work_seconds:.0f} s"
    return None


def _stuck(now: Snapshot, earlier: Sequence[Snapshot]) -> Found:
    """Work or a readable partition has made no progress for `timing.stuck_after_seconds`; the process ends itself."""
    if now.state.stuck:
        yield now.state.stuck, "it ends and what is uncommitted is replayed; see its log"


def _partition_held(now: Snapshot, earlier: Sequence[Snapshot]) -> Found:
    """An input partition is paused until an operator acts (`flood`, `undecodable`, `offsets.lost`, `topic.recreated`).

    The other partitions go on.
    """
    for partition in now.state.partitions:
        names = {"topic": partition.topic, "partition": partition.partition, "command": now.state.command}
        for reason, explanation in partition.holds.items():
            if reason != "sink.unavailable":  # that is one finding, not one a partition
                yield f"{_name(partition)} is held ({reason}): {explanation}", HOLD_CURES[reason].format(**names)


def _output_held(now: Snapshot, earlier: Sequence[Snapshot]) -> Found:
    """An output partition refuses our batches: no permission, or no such topic.

    The same batch is retried, so it recovers without a restart once the cause is gone.
    """
    for reason in now.state.held_outputs:
        yield f"output is held: {reason}", "`weft topics check`"


def _unassigned(now: Snapshot, earlier: Sequence[Snapshot]) -> Found:
    """The group has not assigned this process its share: it just started, or a rebalance is going on."""
    if not now.state.assigned and not now.state.stopping:
        yield "no partitions assigned yet", "wait for the group; `weft topics check` if it lasts"


def _brokers_silent(now: Snapshot, earlier: Sequence[Snapshot]) -> Found:
    """No broker has answered for more than 30 seconds; lag is not known meanwhile. Also makes the role not ready.

    The role goes on by itself when one answers.
    """
    if now.state.brokers_silent_seconds > _SILENT_SECONDS:
        silent = f"no broker has answered for {now.state.brokers_silent_seconds:.0f} s"
        yield silent, "see that Kafka runs at WEFT_BROKERS; `weft topics check` tells whether it answers"


def _stopping(now: Snapshot, earlier: Sequence[Snapshot]) -> Found:
    """The process was asked to stop and drains what is in flight."""
    if now.state.stopping:
        yield "stopping: draining what is in flight", "wait; it ends within timing.stop_deadline_seconds"


def _slow_output(now: Snapshot, earlier: Sequence[Snapshot]) -> Found:
    """The oldest work has waited for its acknowledgement for more than 10 seconds; also makes the role not ready."""
    if _slow(now.state):
        yield f"work from {now.state.oldest_work_seconds:.0f} s ago is not acknowledged", _check(now.state, "brokers")


def _backpressure(now: Snapshot, earlier: Sequence[Snapshot]) -> Found:
    """The output in flight was at its bound, `flow.in_flight_bytes`, all through the window.

    The brokers are slow, or the store of a sink.
    """
    if _watched(now, earlier) and all(_full(snapshot.state) for snapshot in (*earlier, now)):
        waits = "the store" if now.state.sink else "the brokers"
        yield f"fetching is paused: output waits for {waits}", _check(now.state, "brokers' disks and network")


def _falling_behind(now: Snapshot, earlier: Sequence[Snapshot]) -> Found:
    """A partition's oldest unread record is older than 10 seconds and its lag did not shrink within the window.

    A backlog that shrinks is no finding; nor is the lag of a held partition, which has its own.
    """
    if not _watched(now, earlier):
        return
    before = {_name(partition): partition.lag_records for partition in earlier[0].state.partitions}
    for partition in now.state.partitions:
        lag, lag_before = partition.lag_records, before.get(_name(partition))
        if lag and lag_before and lag >= lag_before and _old(partition) and not partition.holds:
            yield (
                f"{_name(partition)} is {lag} records behind and does not catch up",
                _more(now.state),
            )


def _rebalancing(now: Snapshot, earlier: Sequence[Snapshot]) -> Found:
    """The group assigned partitions 3 times or more within the window."""
    if earlier and (count := now.rebalances - earlier[0].rebalances) >= _REBALANCES:
        yield (
            f"{count} rebalances within {now.uptime_seconds - earlier[0].uptime_seconds:.0f} s",
            ("look for members that come and go: `weft health` on each machine, and the logs"),
        )


def _reload_refused(now: Snapshot, earlier: Sequence[Snapshot]) -> Found:
    """The settings file, or one that a processor reads, was changed in a way that a running worker refuses.

    It goes on with what it had.
    """
    if now.state.reload_refused:
        yield f"changed settings were refused: {now.state.reload_refused}", "`weft check` explains the file"


def _breaker_open(now: Snapshot, earlier: Sequence[Snapshot]) -> Found:
    """A look-up's circuit breaker refuses calls: what it asks fails or is slow, or an operator isolated it.

    The records go on without its answers, as its failure policy says; it closes by itself once probes succeed.
    """
    for status in now.state.processors:
        if status.breaker == "isolated":
            yield f"{status.name} is isolated by an operator", f"`weft worker --reset {status.name}`"
        elif status.breaker not in (None, "closed"):
            yield f"{status.name} is not called: its breaker is {status.breaker}", "check what it asks, and its options"


def _sink_unavailable(now: Snapshot, earlier: Sequence[Snapshot]) -> Found:
    """A sink's store does not take records: it fails, is slow or was not reached yet, or an operator isolated it.

    The partitions are paused and nothing is lost; they go on by themselves once it does. Makes the role not ready.
    """
    sink = now.state.sink
    if sink is None or sink.unavailable is None:
        return
    message = f"{sink.name} has not taken records for {sink.unavailable_seconds:.0f} s: {sink.unavailable}"
    if sink.breaker == "isolated":
        yield message, f"`{now.state.command} --reset`"
    else:
        yield message, "see that its store runs and answers; it goes on by itself"


def _sink_rejecting(now: Snapshot, earlier: Sequence[Snapshot]) -> Found:
    """A sink's store refused records for good within the window; they are dead letters."""
    sink, before = now.state.sink, earlier[0].state.sink if earlier else None
    if sink and (rejected := sink.rejected - (before.rejected if before else 0)) > 0:
        yield f"{sink.name} refused {rejected:,} records", "`weft tail dead --from-beginning` tells why"


def _processor_failing(now: Snapshot, earlier: Sequence[Snapshot]) -> Found:
    """A processor failed on records within the window; its failure policy says what became of them."""
    before = {status.name: status.failed for status in earlier[0].state.processors} if earlier else {}
    for status in now.state.processors:
        if (failures := status.failed - before.get(status.name, 0)) > 0:
            yield f"{status.name} failed on {failures:,} records", f"`weft processors {status.name}` tells its options"


RULES: Final = (
    Rule("stuck", Status.FAILING, _stuck),
    Rule("partition.held", Status.FAILING, _partition_held),
    Rule("output.held", Status.FAILING, _output_held),
    Rule("reload.refused", Status.DEGRADED, _reload_refused),
    Rule("breaker.open", Status.DEGRADED, _breaker_open),
    Rule("sink.unavailable", Status.DEGRADED, _sink_unavailable),
    Rule("sink.rejecting", Status.DEGRADED, _sink_rejecting),
    Rule("processor.failing", Status.DEGRADED, _processor_failing),
    Rule("unassigned", Status.DEGRADED, _unassigned),
    Rule("brokers.silent", Status.DEGRADED, _brokers_silent),
    Rule("stopping", Status.DEGRADED, _stopping),
    Rule("output.slow", Status.DEGRADED, _slow_output),
    Rule("backpressure", Status.DEGRADED, _backpressure),
    Rule("falling.behind", Status.DEGRADED, _falling_behind),
    Rule("rebalancing", Status.DEGRADED, _rebalancing),
)
"""Every rule, the gravest first."""


def _name(partition: PartitionStatus) -> str:
    return f"{partition.topic}-{partition.partition}"


def _more(state: RoleState) -> str:
    started = f"start one more `{state.command}`"
    return f"check the store of {state.sink.name}; if it takes several writers, {started}" if state.sink else started


def _check(state: RoleState, brokers: str) -> str:
    return f"check the store of {state.sink.name}, then the {brokers}" if state.sink else f"check the {brokers}"


def _slow(state: RoleState) -> bool:
    return state.oldest_work_seconds is not None and state.oldest_work_seconds > _SLOW_SECONDS


def _old(partition: PartitionStatus) -> bool:
    """Whether the oldest unread record is old, or nothing was read yet."""
    return partition.lag_seconds is None or partition.lag_seconds > _SLOW_SECONDS


def _full(state: RoleState) -> bool:
    return state.in_flight_bytes >= state.in_flight_bytes_limit


def _watched(now: Snapshot, earlier: Sequence[Snapshot]) -> bool:
    return bool(earlier) and now.uptime_seconds - earlier[0].uptime_seconds >= _TREND_SECONDS
