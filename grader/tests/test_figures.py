"""The figures of failures: how steps and charts are read, and the text figures that they become."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from report_samples import charts_check, exchange_check
from test_plugin import pytest_on
from timeslice.contract.kit import Kit
from timeslice.report.drawings import draw_gantt, draw_ladder
from timeslice.report.failure import failure_text
from timeslice.report.figures.gantt import CPUS_MAX, TICKS_MAX, GanttPair, Slice, gantt_text, read_gantt
from timeslice.report.figures.ladder import ENDS_MAX, ROWS_MAX, Arrow, Ladder, Note, ladder_text, read_ladder

HELLO = '   0.3 ms  client:40123 -> server: 5 bytes "hello"'


def ladder_of(*steps: str) -> Ladder:
    """The ladder, which must exist."""
    ladder = read_ladder(steps)
    assert ladder is not None
    return ladder


def charts_of(expected: str, got: str, tick: int) -> GanttPair | None:
    """The parts that the grader reads from a failure with these charts."""
    check = charts_check(expected, got, tick)
    return read_gantt(check.expected, check.got)


# ---- ladders ----


def test_a_step_of_the_banks_form_is_an_arrow_and_any_other_a_note() -> None:
    ladder = ladder_of("a server is started", HELLO)
    assert ladder.ends == ["client", "server"]
    assert ladder.rows == [Note("a server is started"), Arrow("0.3", 0, 1, "5 bytes", ' "hello"', "")]
    assert ladder.left_out == 0


def test_the_whole_exchange_as_text() -> None:
    assert ladder_text(ladder_of(*exchange_check().steps)).splitlines() == [
        "      ms  client             relay            server",
        "          · relay: seed 1, of 100 datagrams 40 are dropped",
        '          · udp_call(relay_address(relay), "<ask>", 5, reply, sizeof reply, &patient)',
        '     0.3     ├────────────────►│                 │   5 bytes "<ask>"',
        '     0.3     │                 ├────────\u2573        │   5 bytes "<ask>", dropped',
        '     4.4     ├────────────────►│                 │   5 bytes "<ask>"',
        '     4.4     │                 ├────────┤        │   5 bytes "<ask>", held',
        '     8.5     ├────────────────►│                 │   5 bytes "<ask>"',
        '     8.5     │                 ├────────────────►│   5 bytes "<ask>"',
        '     8.6     │                 ├────────────────►│   5 bytes "<ask>", duplicate',
        '     8.6     │                 │        ├───────►│   5 bytes "<ask>", delivered late',
        "     8.7     │                 │◄────────────────┤   0 bytes",
        "     8.7     │◄────────────────┤                 │   0 bytes",
        '     9.9     │                 │◄────────────────┤   5000 bytes "\\x00\\xff\\"\\\\ok"..., found waiting',
        "    10.0     │                 ├────────\u2573        │   1 byte, refused",
    ]


@pytest.mark.parametrize(
    "step",
    [
        HELLO.upper(),
        HELLO + "\n",
        HELLO + " ",
        HELLO + ", eaten",
        HELLO + ", dropped, held",
        HELLO.replace("client:40123", "client:401234"),
        HELLO.replace("client:40123", "<b>"),
        HELLO.replace("client:40123", "client:\u0664"),
        HELLO.replace("client:40123", "server"),  # to itself
        HELLO.replace("->", "<-"),
        HELLO.replace("0.3", "0.30"),
        HELLO.replace("0.3", "-0.3"),
        HELLO.replace("0.3", "1" * 9 + ".3"),
        HELLO.replace("hello", 'he"llo'),
        HELLO.replace("hello", "h\\ello"),
        HELLO.replace("hello", "h\u00e9llo"),
        HELLO.replace("hello", "h" * 25),
        HELLO.replace("5 bytes", "555555 bytes"),
        " " * 400 + HELLO,
    ],
)
def test_what_is_nearly_of_the_form_is_no_arrow(step: str) -> None:
    assert read_ladder([step]) is None
    assert ladder_of(HELLO, step).rows[1] == Note(step)


def test_without_a_datagram_there_is_no_ladder() -> None:
    assert read_ladder([]) is None
    assert read_ladder(["udp_bind(NULL, 0)"]) is None


def test_ports_tell_ends_of_one_kind_apart_and_are_left_out_otherwise() -> None:
    ladder = ladder_of(
        "0.1 ms  peer:1 -> peer:2: 0 bytes",
        "0.2 ms  client:3 -> peer:1: 0 bytes",
        "0.2 ms  client:3 -> server: 0 bytes",
    )
    assert ladder.ends == ["peer:1", "peer:2", "client", "server"]


def test_too_many_ends_of_one_kind_share_an_upright() -> None:
    ladder = ladder_of(
        *(f"0.1 ms  client:{port} -> server: 0 bytes" for port in range(1, 9)), "0.2 ms  client:1 -> client:2: 0 bytes"
    )
    assert ladder.ends == ["8 clients", "server"]
    assert ladder.rows[-1] == Note("0.2 ms  client:1 -> client:2: 0 bytes")
    everything = [
        f"0.1 ms  {one}:{port} -> peer:9: 0 bytes" for one in ("client", "server", "relay", "peer") for port in range(8)
    ]
    assert len(ladder_of(*everything).ends) <= ENDS_MAX


def test_of_many_steps_the_last_are_drawn() -> None:
    ladder = ladder_of(*["before"] * 500, *[HELLO] * (ROWS_MAX - 1), "last")
    assert len(ladder.rows) == ROWS_MAX
    assert ladder.rows[-1] == Note("last")
    assert ladder.left_out == 500
    assert "(500 earlier steps left out)" in ladder_text(ladder)


ENDS = st.sampled_from(["client:1", "client:65535", "peer:3", "peer:44444", "server", "server:5", "relay", "client:7"])
DATAGRAMS = st.builds(
    '{:6.1f} ms  {} -> {}: {} bytes "{}"{}{}'.format,
    st.floats(0, 99999),
    ENDS,
    ENDS,
    st.integers(0, 65507),
    st.text(alphabet="ab <&;'>[]", max_size=24),
    st.sampled_from(["", "..."]),
    st.sampled_from(["", *(f", {fate}" for fate in ("dropped", "duplicate", "held", "delivered late", "refused"))]),
)


@given(st.lists(st.one_of(DATAGRAMS, st.text(max_size=300)), max_size=80))
def test_any_ladder_fits_a_terminal_and_a_page(steps: list[str]) -> None:
    ladder = read_ladder(steps)
    if ladder is None:
        return
    notes = sum(row.text.count("\n") + len(row.text.splitlines()) for row in ladder.rows if isinstance(row, Note))
    lines = ladder_text(ladder).split("\n")
    assert len(lines) <= ROWS_MAX + 2 + notes
    assert max(map(len, lines)) <= 100
    assert all(
        0 <= arrow.start < len(ladder.ends) > arrow.end >= 0 for arrow in ladder.rows if isinstance(arrow, Arrow)
    )
    drawing = draw_ladder(ladder)
    assert drawing.width < 1100
    assert all(0 < x < drawing.width for x, _ in drawing.ends)
    heights = [*(arrow.y for arrow in drawing.arrows), *(note.y for note in drawing.notes)]
    assert all(0 < y < drawing.height for y in heights)


# ---- charts ----


def test_two_charts_and_where_they_part() -> None:
    pair = charts_of("AABBA.A", "AABAB.A", 3)
    assert pair is not None
    assert (pair.cpu, pair.tick, pair.length, pair.cpus) == (0, 3, 7, 1)
    assert pair.expected.slices == [[Slice("A", 0, 2), Slice("B", 2, 4), Slice("A", 4, 5), Slice("A", 6, 7)]]
    assert gantt_text(pair).splitlines() == [
        "expected: AABBA.A",
        "got:      AABAB.A",
        "             ^ they part at tick 3",
    ]


@pytest.mark.parametrize(
    ("expected", "got", "cpu", "tick"),
    [
        ("AA|A|BB", "AAA|BB", 0, 2),  # the beginning of a slice
        ("0011.1", "0012.1", 0, 3),  # levels
        ("AxB#", "AxB?", 0, 3),
        ("AA / BB", "AA / BC", 1, 1),
        ("AA|A / B|B", "AA|A / BB", 1, 1),
        ("AAA / BB", "AA / BB", 0, 2),
        ("", "A", 0, 0),
        ("A", "", 0, 0),
        ("A" * TICKS_MAX, "A" * 479 + "B", 0, 479),
    ],
)
def test_all_that_the_bank_draws_is_read(expected: str, got: str, cpu: int, tick: int) -> None:
    pair = charts_of(expected, got, tick)
    assert pair is not None
    assert (pair.cpu, pair.tick) == (cpu, tick)
    lines = gantt_text(pair).splitlines()
    assert max(map(len, lines)) <= 100
    (mark,) = [line for line in lines if "they part" in line]
    above = lines[lines.index(mark) - 2 : lines.index(mark)]
    wanted, had = (f"{line:{mark.index('^') + 1}}"[mark.index("^")] for line in above)
    assert wanted != had


def test_a_row_too_many_is_told_where_the_row_before_ends() -> None:
    pair = charts_of("AA", "AA / BB", 2)
    assert pair is not None
    assert (pair.cpu, pair.tick, pair.cpus) == (0, 2, 2)


@pytest.mark.parametrize(
    ("expected", "got"),
    [
        ("AAB", "AAC"),
        ("AAB", "AAC\n  ^ they part at tick 1"),  # at tick 2
        ("AAB", "AAB\n  ^ they part at tick 3"),
        ("AAB", "AAC\n  ^ they part at tick 2\nmore"),
        ("AAB", "AAC\n  ^ they part at tick \u0662"),
        ("AaB", "AAC\n  ^ they part at tick 1"),
        ("A<b>", "AAC\n  ^ they part at tick 1"),
        ("A\nB", "AAC\n  ^ they part at tick 1"),
        ("A\u0391", "AAC\n  ^ they part at tick 1"),
        (" / ".join("A" * (CPUS_MAX + 1)), "B\n  ^ they part at tick 0"),
        ("A" * (TICKS_MAX + 1), "B\n  ^ they part at tick 0"),
        ("|" * 100_000, "B\n  ^ they part at tick 0"),
        ("10", "11"),
        (None, None),
        ("AAB", None),
    ],
)
def test_what_no_bank_draws_is_no_chart(expected: str | None, got: str | None) -> None:
    assert read_gantt(expected, got) is None


def test_of_long_charts_the_part_is_drawn_where_they_part() -> None:
    pair = charts_of("AB" * 240, "AB" * 150 + "C", 300)
    assert pair is not None
    drawing = draw_gantt(pair)
    assert drawing.width < 1000
    assert (drawing.numbers[0][1], drawing.numbers[-1][1]) == (250, 315)
    assert dict(drawing.numbers)[drawing.parting] == 300
    assert [box.what for box in drawing.boxes if box.x == drawing.parting] == ["A", "C"]


ROWS = st.lists(st.text(alphabet="AB.x#|09?", max_size=60), min_size=1, max_size=CPUS_MAX).map(" / ".join)


@given(ROWS, ROWS, st.integers(0, 60))
def test_any_charts_fit_their_picture(expected: str, got: str, tick: int) -> None:
    pair = charts_of(expected, got, tick)
    if pair is None:
        return
    assert max(map(len, gantt_text(pair).splitlines())) <= 100
    drawing = draw_gantt(pair)
    assert all(drawing.left <= box.x < box.x + box.width <= drawing.width for box in drawing.boxes)
    assert all(0 < box.y < drawing.axis < drawing.height for box in drawing.boxes)
    assert drawing.left <= drawing.parting < drawing.width


@given(st.text(max_size=200), st.text(max_size=200))
def test_any_text_is_read_without_complaint(expected: str, got: str) -> None:
    assert read_gantt(expected, got) is None or "they part" in got


# ---- the places that show them ----


def test_a_failure_shows_its_figure_once_and_nothing_of_the_rest_is_lost() -> None:
    text = failure_text(exchange_check())
    assert "├────────\u2573" in text
    assert text.count("udp_call(") == 1
    assert "  1. " not in text
    charts = failure_text(charts_check())
    assert "expected: AABBA.A\ngot:      AABAB.A\n             ^ they part at tick 3\nrun again: " in charts
    assert "  1. schedule_run: rr" in charts


def test_a_broken_call_behind_the_relay_is_a_ladder_in_terminal_and_page(kit: Kit, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    shutil.copytree(kit.reference / "udp", mine / "udp")
    mutant = kit.root / "tests/mutants/udp/UDP-LOSS-004-keeps-its-socket.patch"
    subprocess.run(["patch", "--strip=1", "--batch", f"--directory={mine}", f"--input={mutant}"], check=True)
    ended = pytest_on("--submission", mine, "-k", "UDP-LOSS-004", "--report", tmp_path / "report", cwd=tmp_path)
    assert ended.returncode == 1, ended.stdout
    assert re.search(r"^ {6}ms {2}client +relay +server$", ended.stdout, re.MULTILINE)
    assert re.search(r"^ +\d+\.\d +│ +├─+►│ +\d+ bytes \"question \d\", duplicate$", ended.stdout, re.MULTILINE)
    assert re.search(r"^ +\d+\.\d +│ +│◄─+┤ +\d+ bytes \"question \d\"$", ended.stdout, re.MULTILINE)
    result = json.loads((tmp_path / "report" / "result.json").read_text())
    (check,) = [check for check in result["checks"] if check["name"].endswith("does_not_mix_up_duplicates")]
    times = [float(match[1]) for step in check["steps"] if (match := re.match(r" *(\d+\.\d) ms {2}", step))]
    assert len(times) > 4
    assert times == sorted(times)
    told = "\n".join(check["steps"])
    asked, repeated = len(re.findall(r"client:\d+ -> relay", told)), len(re.findall(r"-> server.*duplicate", told))
    assert 0 < len(re.findall("relay -> server", told)) <= asked + repeated  # each hop once
    page = (tmp_path / "report" / "report.html").read_text()
    assert page.count('<svg class="ladder"') == 1
    assert "10 bytes &#34;question 0&#34;" in page
