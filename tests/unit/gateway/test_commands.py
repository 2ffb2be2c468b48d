from hypothesis import given
from hypothesis import strategies as st

from runix_tui.core.ports import Page
from runix_tui.gateway import commands
from runix_tui.gateway.table import EMPTY, Slot, SlotState, Table, Target

ONE, TWO = Target("10.0.0.1", 8080), Target("10.0.0.2", 9090)
MAP = "/gateway/config/hosts.map"

# As HAProxy 2.6.12 prints them.
PROCESSES = """\
#<PID>          <type>          <reloads>       <uptime>        <version>      
20706           master          1 [failed: 0]   0d00h00m04s     2.6.12-1+deb12u4
# workers
20881           worker          0               0d00h00m01s     2.6.12-1+deb12u4
# old workers
20709           worker          1               0d00h00m04s     2.6.12-1+deb12u4
20700           worker          2               0d00h01m04s     2.6.12-1+deb12u4
# programs

"""  # noqa: W291
SERVERS = """\
1
# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight \
srv_time_since_last_change srv_check_status srv_check_result \
srv_check_health srv_check_state srv_agent_state bk_f_forced_id srv_f_forced_id \
srv_fqdn srv_port srvrecord srv_use_ssl srv_check_port srv_check_addr srv_agent_addr srv_agent_port
2 relay 1 gateway 127.0.0.1 2 0 1 1 27 1 0 2 0 0 0 0 - 8080 - 0 0 - - 0
3 svc_0 1 s0 10.0.0.1 2 8 1 1 0 1 0 2 0 0 0 0 - 8080 - 0 0 - - 0
3 svc_0 2 s1 10.0.0.2 2 4 1 1 0 1 0 0 8 0 0 0 - 9090 - 0 0 - - 0
4 svc_1 1 s0 127.0.0.1 0 5 1 1 27 1 0 0 8 0 0 0 - 1 - 0 0 - - 0
4 svc_1 2 s1 127.0.0.1 0 5 1 1 27 1 0 0 8 0 0 0 - 1 - 0 0 - - 0

"""
HOSTS = """\
0x555e96c0fd40 web-ab12.localhost svc_0
0x555e96c0fd80 off-ab12.localhost stopped
0x555e96c0fdc0 odd.example svc_1
0x555e96c0fde0 far-ab12.localhost svc_7
0x555e96c0fdf0 what-ab12.localhost elsewhere

"""
STATISTICS = """\
# pxname,svname,qcur,qmax,scur,smax
svc_0,s0,0,0,3,4
svc_0,s1,0,0,0,1
relay,gateway,0,0,9,9

"""
SESSIONS = """\
0x5592cd5b8650: proto=tcpv4 src=127.0.0.1:59466 fe=web be=svc_0 srv=s0 ts=00 epoch=0 age=1s calls=3
0x5592cd5b8660: proto=tcpv4 src=127.0.0.1:59467 fe=web be=svc_1 srv=s0 ts=00 epoch=0 age=1s calls=3
0x5592cd5b8670: proto=tcpv4 src=127.0.0.1:59468 fe=web be=relay srv=gateway ts=00 epoch=0 age=1s calls=3
0x7fb3e4042fe0: proto=sockpair src=unix:1 fe=GLOBAL be=<NONE> srv=<none> ts=00 epoch=0 age=0s calls=1
"""


def test_a_first_route_serves_before_its_host_is_known():
    empty = Table.of_size(2)
    assert commands.difference(empty, empty.with_route("web-ab12", ONE)) == [
        "set server svc_0/s0 addr 10.0.0.1 port 8080",
        "set server svc_0/s0 state ready",
        f"add map {MAP} web-ab12.localhost svc_0",
    ]


def test_a_switch_has_the_new_slot_ready_before_the_old_lets_go():
    before = Table.of_size(1).with_route("web-ab12", ONE)
    assert commands.difference(before, before.with_route("web-ab12", TWO)) == [
        "set server svc_0/s1 addr 10.0.0.2 port 9090",
        "set server svc_0/s1 state ready",
        "set server svc_0/s0 state drain",
    ]


def test_a_page_comes_before_the_slot_lets_go():
    before = Table.of_size(1).with_route("web-ab12", ONE)
    assert commands.difference(before, before.with_page("web-ab12", Page.STOPPED)) == [
        f"set map {MAP} web-ab12.localhost stopped",
        "set server svc_0/s0 state drain",
    ]
    assert commands.difference(before, before.with_page("web-ab12", None))[0] == f"del map {MAP} web-ab12.localhost"


def test_a_drained_slot_goes_into_maintenance():
    before = Table.of_size(1).with_route("web-ab12", ONE).with_route("web-ab12", TWO)
    after = before.without(list(before.draining("web-ab12")))
    assert commands.difference(before, after) == ["set server svc_0/s0 state maint"]


def test_a_slot_that_is_needed_while_it_drains_is_emptied_first():
    draining = Slot(SlotState.DRAINING, ONE, "web-ab12")
    ready = Slot(SlotState.READY, TWO, "web-ab12")
    assert commands.difference(Table(((draining,),)), Table(((ready,),)))[:2] == [
        "shutdown sessions server svc_0/s0",
        "set server svc_0/s0 addr 10.0.0.2 port 9090",
    ]


def test_what_drains_only_in_a_worker_that_left_is_not_told():
    wanted = Table(((Slot(SlotState.DRAINING, ONE, "web-ab12"),),))
    assert commands.difference(Table(((EMPTY,),)), wanted) == []


def test_no_difference_no_command():
    table = Table.of_size(2).with_route("web-ab12", ONE).with_page("off-ab12", Page.FAILED)
    assert commands.difference(table, table) == []


def test_answers_that_are_no_complaint():
    fine = (
        "\nIP changed from '127.0.0.1' to '10.0.0.1', port changed from '1' to '80' by 'stats socket command'\n\n"
        "no need to change the addr, port changed from '1' to '18092' by 'stats socket command'\n"
        "no need to change the addr, no need to change the port\n"
    )
    assert commands.complaints(fine) == []
    for text in ("No such server.", "entry not found.", "Unknown command: 'x'", "Proxy is disabled."):
        assert commands.complaints(f"\n{text}\n\n") == [text]


def test_processes_are_told_apart():
    assert commands.parse_processes(PROCESSES) == commands.Processes(20881, (20709, 20700))
    assert commands.parse_processes("") == commands.Processes(None, ())


def test_the_revision_is_the_description():
    assert commands.parse_description("Name: HAProxy\nnode: vm\ndescription: runix-12ab\nStopping: 0\n") == "runix-12ab"
    assert commands.parse_description("Name: HAProxy\n") == ""


def test_a_running_table_is_read_back():
    table = commands.parse_table(HOSTS, SERVERS)
    assert table.hosts == {"web-ab12": 0, "off-ab12": Page.STOPPED}
    assert table.routed() == {"web-ab12": TWO}
    assert table.draining("web-ab12") == {(0, 0): ONE}
    assert table.backends[1] == (EMPTY, EMPTY)


def test_sessions_are_counted_by_slot():
    assert commands.parse_statistics(STATISTICS) == {(0, 0): 3, (0, 1): 0}


def test_sessions_are_ended_by_slot():
    assert commands.shut_listed(SESSIONS, {(0, 0)}) == ["shutdown session 0x5592cd5b8650"]
    assert commands.shut_listed(SESSIONS, {(0, 1), (7, 0)}) == []


STEPS = st.lists(
    st.tuples(st.sampled_from(["a-1", "b-1", "c-1"]), st.one_of(st.integers(1, 6), st.sampled_from(Page), st.none())),
    max_size=20,
)


@given(STEPS, STEPS)
def test_commands_hold_nothing_but_our_own_words(first, second):
    before = after = Table.of_size(3)
    for steps in (first, second):
        before = after
        for host, what in steps:
            after = (
                after.with_route(host, Target(f"10.0.0.{what}", 80))
                if isinstance(what, int)
                else after.with_page(host, what)
            )
    for line in commands.difference(before, after):
        assert set(line) <= set("abcdefghijklmnopqrstuvwxyz0123456789-_./ ")
