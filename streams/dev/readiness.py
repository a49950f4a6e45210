"""Whether a cluster truly answers: a listening port says little while brokers elect and load."""

import asyncio
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError, for_code

from streams.dev.ports import HOST, is_listening

_ATTEMPT_SECONDS = 3.0
_GROUP = "weft-readiness"
_GROUP_ID_NOT_FOUND = 69


def answers(ports: Collection[int], node_ids: Collection[int], cluster_id: str) -> bool:
    """Whether each port on the loopback address serves this cluster with these nodes and a group coordinator.

    One attempt of at most 3 s; may be called inside or outside of an event loop.
    """
    if not all(map(is_listening, ports)):
        return False
    with ThreadPoolExecutor(1) as thread:  # an event loop of its own: the caller's may be running
        return thread.submit(lambda: asyncio.run(_all_answer(ports, node_ids, cluster_id))).result()


async def _all_answer(ports: Collection[int], node_ids: Collection[int], cluster_id: str) -> bool:
    try:
        async with asyncio.timeout(_ATTEMPT_SECONDS):
            return all([await _answers(port, node_ids, cluster_id) for port in ports])
    except (KafkaError, OSError, TimeoutError):
        return False


async def _answers(port: int, node_ids: Collection[int], cluster_id: str) -> bool:
    admin = AIOKafkaAdminClient(bootstrap_servers=f"{HOST}:{port}")
    try:
        await admin.start()
        cluster = await admin.describe_cluster()
        known = {broker["node_id"] for broker in cluster["brokers"]}
        if cluster["cluster_id"] != cluster_id or not known >= set(node_ids):
            return False
        await _check_coordinator(admin)
        return True
    finally:
        await admin.close()


async def _check_coordinator(admin: AIOKafkaAdminClient) -> None:
    [response] = await admin.describe_consumer_groups([_GROUP])
    [group] = response.to_object()["groups"]
    if group["error_code"] not in (0, _GROUP_ID_NOT_FOUND):
        raise for_code(group["error_code"])
