"""The explorer's machine: what is worked out when somebody looks is what it would be if all of it were written out."""

import subprocess
import sys
from random import Random

import pytest

from buddylab.core.buddy import free_one_page, rmqueue
from buddylab.core.zone import MAX_ORDER, TOP
from buddylab.explorer.carving import carve
from buddylab.explorer.filling import MIXES, blocks_like, free_blocks, pages_at, prepare
from buddylab.explorer.plan import KINDS, Stride
from buddylab.machines.hardware import MACHINES, of

OWN = ({"Normal": 1}, {"DMA": 1, "Normal": 3}, {"DMA": 5, "DMA32": 37, "Normal": 100}, {"Normal": 512})
SETTINGS = [
    (machine, pressure, scatter)
    for machine in (*MACHINES, *OWN)
    for pressure, scatter in ((0, 60), (1, 0), (300, 60), (480, 100), (520, 30), (900, 92), (1000, 50))
]


def carved(machine, pressure, scatter):
    """(zone, blocks wanted, how it is cut) of every zone."""
    for zone in of(machine).machine().zones:
        wanted = free_blocks(zone, pages_at(zone, pressure), scatter)
        yield zone, wanted, carve(zone, wanted, Random(1))


@pytest.mark.parametrize(("machine", "pressure", "scatter"), SETTINGS, ids=str)
def test_a_zone_has_just_the_wished_free_blocks_and_their_buddies_are_in_use(machine, pressure, scatter):
    """Blocks of 2 MB and more may lie side by side, where a zone begins or ends inside of 4 MB; nothing else does."""
    for zone, wanted, cutting in carved(machine, pressure, scatter):
        have = [zone.nr_free(order) for order in range(MAX_ORDER)]
        assert have[: TOP - 1] == wanted[: TOP - 1] and zone.nr_free_pages == sum(n << o for o, n in enumerate(wanted))
        if not (zone.start_pfn | zone.end_pfn) % 1024:
            assert have == wanted
        if 2 * zone.nr_free_pages <= zone.present_pages:
            for order in range(TOP):
                for pfn in zone.free_list(order)[:200]:
                    assert cutting.block_of(pfn ^ (1 << order)) is not None and cutting.block_of(pfn) is None


@pytest.mark.parametrize(("machine", "pressure", "scatter"), SETTINGS[::3], ids=str)
def test_every_page_is_free_or_in_one_block(machine, pressure, scatter):
    for zone, _, cutting in carved(machine, pressure, scatter):
        free = [(pfn, order) for order in range(MAX_ORDER) for pfn in zone.free_list(order)]
        used = [(pfn, order) for order, blocks in enumerate(cutting.used) for pfn in blocks]
        end = zone.start_pfn
        for pfn, order in sorted(free + used):
            assert pfn == end and pfn % (1 << order) == 0
            end = pfn + (1 << order)
        assert end == zone.end_pfn


def test_the_number_of_a_block_leads_to_it_and_back():
    rng = Random(2)
    for _, _, cutting in carved("numa", 300, 60):
        for order, blocks in enumerate(cutting.used):
            assert list(blocks) == [blocks[place] for place in range(len(blocks))] == list(reversed(blocks))[::-1]
            for place in rng.sample(range(len(blocks)), min(20, len(blocks))):
                page = blocks[place] + rng.randrange(1 << order)
                assert cutting.block_of(page) == (blocks[place], order, place)


@pytest.mark.parametrize("seed", range(20))
def test_a_free_list_behaves_as_a_plain_one(seed):
    """Blocks taken and given back at random, split and merged: both zones stay equal, list by list."""
    rng, held = Random(seed), []
    zone = next(carved("small", 300 + 30 * seed, 60))[0]
    plain = zone.copy()
    plain.free_area[:TOP] = [dict.fromkeys(area) for area in zone.free_area[:TOP]]
    for _ in range(400):
        if rng.random() < 0.55 or not held:
            order = rng.choice((0, 0, 0, 1, 2, 3, 5))
            pfn = rmqueue(zone, order)
            assert pfn == rmqueue(plain, order)
            held += [(pfn, order)] if pfn is not None else []
        else:
            block = held.pop(rng.randrange(len(held)))
            free_one_page(zone, *block)
            free_one_page(plain, *block)
        if rng.random() < 0.05:
            zone = zone.copy()
    for order in range(MAX_ORDER):
        assert zone.free_list(order) == plain.free_list(order) and zone.nr_free(order) == plain.nr_free(order)
    assert [dict(area) for area in zone.free_area[:TOP]] == plain.free_area[:TOP]


@pytest.mark.parametrize("mix", MIXES)
def test_the_shares_of_the_mix_hold(mix):
    """All blocks of an order are shared out, so a zone's shares are off by half the smallest blocks at most."""
    plan = prepare("i386_1g", 700, None, mix).plan
    for users in plan.users:
        used = users.zone.present_pages - users.zone.nr_free_pages
        for kind in KINDS:
            pages = users.pages[kind] + sum(plan.kind_of(pfn) == kind for pfn in users.at_hand)
            assert abs(pages - used * getattr(MIXES[mix], kind) / 100) <= 64


def test_the_page_of_a_number_has_that_number():
    for users in prepare("small", 700).plan.users:
        for kind in KINDS:
            pages = [users.page(kind, number) for number in range(users.pages[kind])]
            assert len(set(pages)) == len(pages)
            for number in range(0, len(pages), 37):
                found = users.find(pages[number])
                assert found is not None and (found[0], found[3]) == (kind, number)


def test_a_list_knows_where_its_pages_stand():
    for lists in prepare("small", 700).plan.lists:
        for listed in lists:
            for place in range(0, len(listed), 29):
                users, pfn = listed.users, listed[place] >> 8
                kind, _, _, number = users.find(pfn)
                assert listed.place_of(kind, number) == place and listed.tag(place) == listed[place] & 255
            assert sum(listed.tags().values()) == len(listed)


@pytest.mark.parametrize("seed", range(10))
def test_the_books_behave_as_a_plain_dict(seed):
    rng, owner = Random(seed), prepare("tiny", 700, None, "desktop").machine.owner
    plain = dict(owner)
    assert len(plain) == len(owner) > 200
    for _ in range(300):
        pfn, deed = rng.randrange(1024), rng.choice(("del", "set", "get", "copy"))
        assert (pfn in owner) == (pfn in plain) and owner.get(pfn) == plain.get(pfn)
        if deed == "del" and pfn in plain:
            del owner[pfn], plain[pfn]
        elif deed == "del":
            with pytest.raises(KeyError):
                del owner[pfn]
        elif deed == "set" and pfn not in plain:
            owner[pfn] = plain[pfn] = 3
        elif deed == "copy":
            owner = owner.copy()
    assert (
        dict(owner.items()) == plain and len(owner) == len(plain) and sorted(owner.values()) == sorted(plain.values())
    )


@pytest.mark.parametrize("length", [1, 2, 7, 64, 1000, 44578])
def test_a_stride_leads_through_all_places_and_back(length):
    stride = Stride(length)
    there = [stride.there(place) for place in range(length)]
    assert sorted(there) == list(range(length)) and [stride.back(place) for place in there] == list(range(length))


def test_a_shape_is_kept_at_any_pressure():
    """Half of what the report has, to the page: 70,060 / 2 = 35,030, nearly all of it in single pages and pairs."""
    zone = of("report").machine().zone("Normal")
    shape = [count << order for order, count in enumerate((44578, 11117, 800, 0, 1, 1, 0, 0, 0, 0, 0))]
    half = blocks_like(shape, zone, sum(shape) // 2)
    assert sum(count << order for order, count in enumerate(half)) == 35030
    assert half[:3] == [22290, 5558, 400] and sum(half[4:]) == 1


def test_another_process_makes_the_same_machine():
    program = (
        "from buddylab.explorer.filling import prepare; import zlib; m = prepare('report', 321).machine;"
        "print(zlib.crc32(repr([(z.free_list(o), list(z.hot.pages)) for z in m.zones for o in range(11)]"
        " + sorted(m.owner.items())).encode()))"
    )
    told = {
        subprocess.run([sys.executable, "-c", program], env={"PYTHONHASHSEED": seed}, capture_output=True).stdout
        for seed in ("1", "2")
    }
    assert len(told) == 1 and told.pop().strip().isdigit()
