"""What boot sets up: which zones can make a machine, their marks, reserves and per-cpu lists, and the zonelists.

C: the set-up half of mm/page_alloc.c.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import isqrt

from buddylab.core.zone import PAGE_SIZE, SWAP_CLUSTER_MAX, PerCpuPages, Zone

LOWMEM_RESERVE_RATIO = {"DMA": 256, "DMA32": 256, "Normal": 32}
"""C: sysctl_lowmem_reserve_ratio."""


def check_zones(zones: Sequence[Zone], nodes: int) -> None:
    """Raise ValueError if two zones share a page or a label, a zone has no pages, no node, or a hole outside of it."""
    if not zones:
        raise ValueError("a machine needs at least one zone")
    ordered = sorted(zones, key=lambda zone: zone.start_pfn)
    for zone in ordered:
        if zone.start_pfn < 0 or zone.spanned_pages < 1:
            raise ValueError(
                f"zone {zone.label} must span at least one page from pfn 0 up, "
                f"not {zone.spanned_pages} from pfn {zone.start_pfn}"
            )
        if not 0 <= zone.node < nodes:
            raise ValueError(f"zone {zone.label} is on node {zone.node}, the machine has {nodes} from 0 on")
        first = zone.start_pfn
        for hole, pages in zone.holes:
            if hole < first or pages < 1 or hole + pages > zone.end_pfn:
                raise ValueError(
                    f"zone {zone.label}: the hole of {pages} pages at pfn {hole} overlaps another "
                    f"or lies outside pfn {zone.start_pfn} to {zone.end_pfn - 1}"
                )
            first = hole + pages
    for lower, upper in pairwise(ordered):
        if lower.end_pfn > upper.start_pfn:
            raise ValueError(
                f"zones {lower.label} and {upper.label} overlap: {lower.label} ends at pfn "
                f"{lower.end_pfn - 1}, {upper.label} starts at {upper.start_pfn}"
            )
    if len({zone.label for zone in zones}) < len(zones):
        raise ValueError(f"two zones share a label: {', '.join(zone.label for zone in zones)}")


def build_zonelists(
    zones: Sequence[Zone], zone_types: Sequence[str], nodes: int = 1, numa: bool = False, remote_distance: int = 20
) -> list[list[tuple[Zone, ...]]]:
    """For every node and zone type the populated zones in the order in which a request tries them.

    remote_distance: distance between two nodes (10 to itself). C: mm/page_alloc.c, build_zonelists.
    """
    by_place = {(zone.node, zone.index): zone for zone in zones if zone.present_pages}
    orders = (
        _node_orders(nodes, remote_distance)
        if numa
        else [[*range(local, nodes), *range(local)] for local in range(nodes)]
    )
    return [
        [
            tuple(by_place[node, i] for node in order for i in range(kind, -1, -1) if (node, i) in by_place)
            for kind in range(len(zone_types))
        ]
        for order in orders
    ]


def _node_orders(nodes: int, remote_distance: int) -> list[list[int]]:
    """Every node's order of nodes: near ones first, the load of being first among equals spread.

    C: find_next_best_node; all nodes but the first are without a CPU here.
    """
    node_load = [0] * nodes
    orders = []
    for local in range(nodes):
        order, load, previous = [local], nodes - 1, local
        while len(order) < nodes:
            near = {n: 10 if n == local else remote_distance for n in range(nodes)}
            values = {
                n: ((near[n] + (n < local) + (n == 0)) * nodes * 4 + node_load[n], n)
                for n in range(nodes)
                if n not in order
            }
            best = min(values, key=values.__getitem__)
            if near[best] != near[previous]:
                node_load[best] += load
            order.append(best)
            previous, load = best, load - 1
        orders.append(order)
    return orders


def init_per_zone_pages_min(zones: Sequence[Zone]) -> int:
    """min_free_kbytes of a machine with these zones: the square root of 16 times its low memory in kB.

    C: mm/page_alloc.c, init_per_zone_pages_min; between 128 and 65,536.
    """
    lowmem_kbytes = sum(zone.present_pages for zone in zones if zone.name != "HighMem") * (PAGE_SIZE >> 10)
    return min(max(isqrt(lowmem_kbytes * 16), 128), 65536)


def setup_per_zone_pages_min(zones: Sequence[Zone], min_free_kbytes: int) -> None:
    """Share min_free_kbytes out over the zones and set their three marks. C: setup_per_zone_pages_min."""
    pages_min = min_free_kbytes * 1024 // PAGE_SIZE
    lowmem_pages = sum(zone.present_pages for zone in zones if zone.name != "HighMem")
    for zone in zones:
        share = pages_min * zone.present_pages // lowmem_pages
        high = zone.name == "HighMem"
        zone.pages_min = min(max(zone.present_pages // 1024, SWAP_CLUSTER_MAX), 128) if high else share
        zone.pages_low = zone.pages_min + (share >> 2)
        zone.pages_high = zone.pages_min + (share >> 1)


def setup_per_zone_lowmem_reserve(
    zones: Sequence[Zone], zone_types: Sequence[str], ratio: Mapping[str, int] = LOWMEM_RESERVE_RATIO
) -> None:
    """Set what each zone keeps from requests that could have used a higher one: the pages above it / its ratio.

    C: setup_per_zone_lowmem_reserve, which takes a ratio below 1 as 1.
    """
    present = {(zone.node, zone.index): zone.present_pages for zone in zones}
    for zone in zones:
        reserve, above = [0] * len(zone_types), 0
        for j in range(zone.index + 1, len(zone_types)):
            above += present.get((zone.node, j), 0)
            reserve[j] = above // max(ratio[zone.name], 1)
        zone.lowmem_reserve = reserve


def calculate_totalreserve_pages(zones: Sequence[Zone]) -> int:
    """Pages that the marks and reserves keep back on the whole machine. C: calculate_totalreserve_pages."""
    return sum(min(max(zone.lowmem_reserve[zone.index :]) + zone.pages_high, zone.present_pages) for zone in zones)


def zone_batchsize(zone: Zone) -> int:
    """How many pages a per-cpu list takes at once: about a thousandth of the zone. C: zone_batchsize."""
    batch = max(min(zone.present_pages // 1024, 512 * 1024 // PAGE_SIZE) // 4, 1)
    return (1 << ((batch + batch // 2).bit_length() - 1)) - 1


def setup_pageset(zone: Zone, batch: int) -> None:
    """Size the two per-cpu lists. C: setup_pageset."""
    zone.hot = PerCpuPages(batch=max(1, batch), high=6 * batch)
    zone.cold = PerCpuPages(batch=max(1, batch // 2), high=2 * batch)


def setup_zones(zones: Sequence[Zone], zone_types: Sequence[str], min_free_kbytes: int | None = None) -> int:
    """Give the zones the marks, reserves and per-cpu lists that the kernel would; returns min_free_kbytes."""
    if min_free_kbytes is None:
        min_free_kbytes = init_per_zone_pages_min(zones)
    setup_per_zone_pages_min(zones, min_free_kbytes)
    setup_per_zone_lowmem_reserve(zones, zone_types)
    for zone in zones:
        setup_pageset(zone, zone_batchsize(zone))
    return min_free_kbytes
