import pytest
from hypothesis import given
from hypothesis import strategies as st

from runix_tui.core.ports import Page
from runix_tui.gateway.table import SLOTS, Full, SlotState, Table, Target

ONE, TWO = Target("10.0.0.1", 8080), Target("10.0.0.2", 8080)


def slots(table: Table, subdomain: str) -> list[SlotState]:
    return [slot.state for slot in table.backends[table.hosts[subdomain]]]


def test_a_route_takes_a_free_backend():
    table = Table.of_size(2).with_route("a-1", ONE).with_route("b-1", TWO)
    assert table.routed() == {"a-1": ONE, "b-1": TWO}
    assert table.hosts["a-1"] != table.hosts["b-1"]


def test_a_second_address_takes_over_and_the_first_drains():
    table = Table.of_size(1).with_route("a-1", ONE).with_route("a-1", TWO)
    assert table.routed() == {"a-1": TWO}
    assert list(table.draining("a-1").values()) == [ONE]
    assert table.draining("b-1") == {}


def test_the_same_address_again_changes_nothing():
    table = Table.of_size(1).with_route("a-1", ONE)
    assert table.with_route("a-1", ONE) == table


def test_an_address_that_drains_is_taken_up_again():
    table = Table.of_size(1).with_route("a-1", ONE).with_route("a-1", TWO).with_route("a-1", ONE)
    assert table.routed() == {"a-1": ONE}
    assert list(table.draining("a-1").values()) == [TWO]
    assert slots(table, "a-1").count(SlotState.EMPTY) == SLOTS - 2


def test_with_all_slots_in_use_the_longest_drained_gives_way():
    table = Table.of_size(1)
    for number in range(1, SLOTS + 2):
        table = table.with_route("a-1", Target(f"10.0.0.{number}", 80))
    left = {target.address for target in table.draining("a-1").values()}
    assert left == {f"10.0.0.{number}" for number in range(2, SLOTS + 1)}
    assert table.routed() == {"a-1": Target(f"10.0.0.{SLOTS + 1}", 80)}


def test_what_was_drained_is_free_unless_it_serves_again():
    table = Table.of_size(1).with_route("a-1", ONE).with_route("a-1", TWO)
    places = list(table.draining("a-1"))
    assert table.without(places).draining("a-1") == {}
    again = table.with_route("a-1", ONE)
    assert again.without(places).routed() == {"a-1": ONE}


def test_a_page_takes_the_route_away_and_frees_the_backend():
    table = Table.of_size(1).with_route("a-1", ONE).with_page("a-1", Page.STOPPED)
    assert table.routed() == {}
    assert list(table.draining("a-1").values()) == [ONE]
    assert table.with_route("b-1", TWO).routed() == {"b-1": TWO}
    assert table.with_page("a-1", None).hosts == {}


def test_backends_without_leftovers_are_taken_first():
    table = Table.of_size(2).with_route("a-1", ONE).with_page("a-1", None).with_route("b-1", TWO)
    assert table.draining("a-1")
    assert slots(table, "b-1").count(SlotState.EMPTY) == SLOTS - 1


def test_a_full_table_says_so_and_grows():
    table = Table.of_size(1).with_route("a-1", ONE)
    with pytest.raises(Full):
        table.with_route("b-1", TWO)
    grown = table.grown(2).with_route("b-1", TWO)
    assert grown.routed() == {"a-1": ONE, "b-1": TWO}
    assert len(table.grown(1).backends) == 1


def test_grown_evens_out_the_number_of_slots():
    other = Table((Table.of_size(1).backends[0][:1], Table.of_size(1).backends[0] * 2))
    assert {len(backend) for backend in other.grown(3).backends} == {SLOTS}


def test_settled_keeps_routes_alone():
    table = Table.of_size(1).with_route("a-1", ONE).with_route("a-1", TWO).settled()
    assert table.routed() == {"a-1": TWO}
    assert table.draining("a-1") == {}


@pytest.mark.parametrize(
    "subdomain", ["", "A", "1a", "a-", "-a", "a.b", "a b", "a\n", "a;b", "a_b", "ä", "a" * 64, "a\nsvc_0 x"]
)
def test_only_labels_get_in(subdomain: str):
    with pytest.raises(ValueError):
        Table.of_size(1).with_route(subdomain, ONE)
    with pytest.raises(ValueError):
        Table.of_size(1).with_page(subdomain, Page.FAILED)


@pytest.mark.parametrize(
    ("address", "port"),
    [
        ("", 80),
        ("web", 80),
        ("10.0.0.1;", 80),
        ("10.0.0.1 x", 80),
        ("fe80::1%eth0", 80),
        ("10.0.0.1", 0),
        ("::1", 65536),
    ],
)
def test_only_addresses_get_in(address: str, port: int):
    with pytest.raises(ValueError):
        Target(address, port)


HOSTS = st.sampled_from(["a-1", "b-1", "c-1"])
STEPS = st.lists(st.tuples(HOSTS, st.one_of(st.integers(1, 9), st.sampled_from(Page), st.none())), max_size=40)


@given(STEPS)
def test_whatever_comes_each_host_leads_where_it_was_last_sent(steps):
    table, wanted = Table.of_size(3), {}
    for host, what in steps:
        if isinstance(what, int):
            wanted[host] = Target(f"10.0.0.{what}", 80)
            table = table.with_route(host, wanted[host])
        else:
            wanted[host] = what
            table = table.with_page(host, what)
        assert table.routed() == {name: target for name, target in wanted.items() if isinstance(target, Target)}
        backends = [where for where in table.hosts.values() if isinstance(where, int)]
        assert len(backends) == len(set(backends))
        for backend in table.backends:
            assert len(backend) == SLOTS
            assert sum(slot.state is SlotState.READY for slot in backend) <= 1
