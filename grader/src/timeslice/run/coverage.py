"""Line coverage of a submission: gcov's counts by line, function and clause.

*Theory of operation.* For each source, the native build writes a notes file (``.gcno``) when it compiles, and a counter
file (``.gcda``) when it runs. One call of ``gcov --json-format --stdout`` turns them all into JSON lines. The process
with the student's code writes the counter files: it can delete, cut or forge them. So we copy them as ordinary files.
From gcov's output we believe only numbers, and only for sources that we asked about and for lines that exist. A source
without a function has no counter file and no line to count. Every failure becomes ``status="broken"`` with a note. The
sources are still returned, so that a report can show them.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import tempfile
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any, Literal

from timeslice.contract.clause import ClauseId
from timeslice.model import ClauseCoverage, Coverage, FileCoverage, FunctionCoverage
from timeslice.untrusted import read_ordinary

SOURCE_LIMIT = 256 * 1024  # bytes of one source file that a report shows
DATA_LIMIT = 16 * 1024 * 1024  # bytes of one notes or counter file, and of gcov's answer
GCOV_SECONDS = 30.0
ANCHORS_LIMIT = 20  # clause ids on one line
COUNT_LIMIT = 10**15  # a larger count is a forgery or an overflow
_COMMENT_OR_LITERAL = re.compile(
    r"""/\*[^*]*(?:\*(?!/)[^*]*)*(?:\*/|\Z) | //[^\n]* | "(?:[^"\\\n]|\\.)*"? | '(?:[^'\\\n]|\\.)*'?""",
    re.VERBOSE | re.DOTALL,
)

Lines = dict[int, int]  # line number -> times run
Functions = dict[str, tuple[int, int, int]]  # name -> first line, last line, times entered


class CoverageError(Exception):
    """Why there are no counts, in one line."""


def measure(
    objects_dir: Path, tree: Path, sources: Sequence[str], gcov: str = "gcov", counters: Path | None = None
) -> Coverage:
    """Read the counters that the native run of one submission left.

    :param objects_dir: the folder with the ``.gcno`` files of the build, with the same paths as ``sources``
    :param tree: the folder that ``sources`` are relative to
    :param sources: the submission's own files, such as ``udp/receive.c``
    :param gcov: the gcov of the compiler that built it (``gcov-12``). It cannot read clang's files.
    :param counters: the folder with the ``.gcda`` files, if it is not ``objects_dir``
    :return: the coverage. There is no exception: after a failure, the status is ``broken`` and the note says why.
    """
    texts = _texts(tree, sources)
    try:
        with tempfile.TemporaryDirectory(prefix="timeslice-gcov-") as private:
            notes, uncounted = _copy_data(objects_dir, counters or objects_dir, sources, Path(private))
            documents = _run_gcov(notes, uncounted, gcov, Path(private))
            _require_no_functions(documents, uncounted)
            return counted(documents, texts)
    except CoverageError as error:
        return _without_counts(texts, "broken", str(error))
    except OSError as error:
        return _without_counts(texts, "broken", f"the counters cannot be read: {error.strerror}")


def counted(documents: Sequence[dict[str, Any]], texts: Mapping[str, str]) -> Coverage:
    """The coverage that gcov's documents tell of our sources ``texts``."""
    counts, functions = _merge(documents, texts)
    files = [_file(source, text, counts[source], functions[source]) for source, text in texts.items()]
    return Coverage(
        status="measured",
        lines=sum(file.lines for file in files),
        lines_run=sum(file.lines_run for file in files),
        files=files,
        clauses=_by_clause(files),
    )


def gcov_of(cc: str) -> str:
    """``gcov-12`` for ``gcc-12``: a version of gcov reads only the format of its own gcc."""
    name = Path(cc).name
    return name.replace("gcc", "gcov", 1) if name.startswith("gcc") else "gcov"


def not_run(tree: Path, sources: Sequence[str], note: str = "") -> Coverage:
    """The coverage of a submission that never ran: its sources for the report, without counts."""
    return _without_counts(_texts(tree, sources), "not_run", note)


def broken(tree: Path, sources: Sequence[str], note: str) -> Coverage:
    """The coverage of a submission whose counters cannot be read."""
    return _without_counts(_texts(tree, sources), "broken", note)


def read_source(path: Path) -> str:
    """Text of a student's file, decoded with replacement, at most SOURCE_LIMIT. Empty if it is no ordinary file."""
    data = read_ordinary(path, SOURCE_LIMIT + 1)
    text = data[:SOURCE_LIMIT].decode("utf-8", "replace").replace("\r\n", "\n")
    return text + "\n/* the rest of this file is not shown */\n" if len(data) > SOURCE_LIMIT else text


def _texts(tree: Path, sources: Sequence[str]) -> dict[str, str]:
    return {source: read_source(tree / source) for source in sources}


def _without_counts(texts: Mapping[str, str], status: Literal["not_run", "broken"], note: str) -> Coverage:
    files = [
        FileCoverage(path=path, source=text, counts={}, functions=[], lines=0, lines_run=0)
        for path, text in texts.items()
    ]
    return Coverage(status=status, files=files, note=note)


def _copy_data(
    notes_dir: Path, counters: Path, sources: Sequence[str], private: Path
) -> tuple[list[str], dict[str, str]]:
    """Copy notes and counters into one folder that no student's process can touch.

    :return: the names of the notes there, and the notes without counters, with their sources
    """
    names, uncounted = [], {}
    for number, source in enumerate(source for source in sources if source.endswith(".c")):
        for folder, suffix in ((notes_dir, ".gcno"), (counters, ".gcda")):
            data = read_ordinary(folder / Path(source).with_suffix(suffix), DATA_LIMIT + 1)
            if not data and suffix == ".gcno":
                raise CoverageError(f"the build left no .gcno file of {source}")
            if len(data) > DATA_LIMIT:
                raise CoverageError(f"the {suffix} file of {source} is larger than {DATA_LIMIT >> 20} MiB")
            if data:
                (private / f"{number}{suffix}").write_bytes(data)
            else:
                uncounted[f"{number}.gcno"] = source
        names.append(f"{number}.gcno")
    if not names:
        raise CoverageError("there is no source file to measure")
    return names, uncounted


def _require_no_functions(documents: Sequence[dict[str, Any]], uncounted: Mapping[str, str]) -> None:
    """Raise CoverageError if a source has a function but no counters: only a source without functions may lack them."""
    for document in documents:
        source = uncounted.get(str(document.get("data_file")))
        if source and any(list(_dicts(entry.get("functions"))) for entry in _dicts(document.get("files"))):
            raise CoverageError(f"the run left no .gcda file of {source}")


def _run_gcov(notes: Sequence[str], uncounted: Collection[str], gcov: str, folder: Path) -> list[dict[str, Any]]:
    """gcov's output, one document for each source. A complaint (of a damaged or foreign file) is an error, unless it is
    about notes in ``uncounted``, which have no counters."""
    argv = [gcov, "--json-format", "--stdout", *notes]
    try:
        ended = subprocess.run(
            argv,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=GCOV_SECONDS,
            check=False,
            cwd=folder,
            env=_environment(),
        )
    except subprocess.TimeoutExpired:
        raise CoverageError(f"{gcov} did not end within {GCOV_SECONDS:.0f} s") from None
    except OSError as error:
        raise CoverageError(f"cannot run {gcov}: {error.strerror}") from None
    known = {Path(name).stem for name in uncounted}
    told = ended.stderr.decode("utf-8", "replace").strip().splitlines()
    complaint = [line for line in told if line.partition(".gc")[0] not in known]
    if ended.returncode != 0 or complaint or len(ended.stdout) > DATA_LIMIT:
        why = complaint[0][:200] if complaint else f"it ended with status {ended.returncode}"
        raise CoverageError(f"{gcov} cannot read the counters ({why})")
    try:
        return documents_in(ended.stdout)
    except CoverageError as error:
        raise CoverageError(f"{gcov} answered with {error}") from None


def documents_in(answer: bytes) -> list[dict[str, Any]]:
    """The documents in gcov's answer, one on each line."""
    try:
        documents = [json.loads(line) for line in answer.splitlines() if line.strip()]
    except (ValueError, RecursionError):
        raise CoverageError("something other than JSON") from None
    return [document for document in documents if isinstance(document, dict)]


def _environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C"}


def _merge(
    documents: Sequence[dict[str, Any]], texts: Mapping[str, str]
) -> tuple[dict[str, Lines], dict[str, Functions]]:
    """gcov's counts for our files, by file. Counts in a header are summed over the sources that include it."""
    counts: dict[str, Lines] = {source: defaultdict(int) for source in texts}
    functions: dict[str, Functions] = {source: {} for source in texts}
    lengths = {source: text.count("\n") + 1 for source, text in texts.items()}
    for document in documents:
        for entry in _dicts(document.get("files")):
            source = _source_of(entry.get("file"), document.get("current_working_directory"), texts)
            if source is None:
                continue
            for line in _dicts(entry.get("lines")):
                number = _number(line.get("line_number"))
                if 1 <= number <= lengths[source]:
                    counts[source][number] = min(counts[source][number] + _number(line.get("count")), COUNT_LIMIT)
            for function in _dicts(entry.get("functions")):
                _add_function(functions[source], function, lengths[source])
    return counts, functions


def _add_function(functions: Functions, found: dict[str, Any], length: int) -> None:
    name = str(found.get("demangled_name") or found.get("name") or "?")[:200]
    start, end = _number(found.get("start_line")), _number(found.get("end_line"))
    if 1 <= start <= end <= length:
        before = functions[name][2] if name in functions else 0
        functions[name] = (start, end, min(before + _number(found.get("execution_count")), COUNT_LIMIT))


def _dicts(value: object) -> Iterator[dict[str, Any]]:
    if isinstance(value, list):
        yield from (item for item in value if isinstance(item, dict))


def _number(value: object) -> int:
    return min(max(value, 0), COUNT_LIMIT) if isinstance(value, int) else 0


def _source_of(file: object, folder: object, texts: Mapping[str, str]) -> str | None:
    """The source that gcov means. It gives a path relative to the folder of the compilation, or an absolute path."""
    if not isinstance(file, str):
        return None
    name = os.path.normpath(file)
    if name in texts:
        return name
    if isinstance(folder, str) and name.startswith("/"):
        inside = os.path.relpath(name, folder or "/")
        return inside if inside in texts else None
    return None


def _file(source: str, text: str, counts: Lines, functions: Functions) -> FileCoverage:
    anchors = _Anchors(text)
    numbers = sorted(counts)
    ran = [0, *accumulate(counts[number] > 0 for number in numbers)]
    measured = []
    previous_end = 0
    for name, (start, end, executions) in sorted(functions.items(), key=lambda item: item[1]):
        first, after = bisect_left(numbers, start), bisect_right(numbers, end)
        measured.append(
            FunctionCoverage(
                name=name,
                start_line=start,
                end_line=end,
                executions=executions,
                lines=after - first,
                lines_run=ran[after] - ran[first],
                clauses=anchors.of(start, end, previous_end),
            )
        )
        previous_end = end
    return FileCoverage(
        path=source,
        source=text,
        counts={number: counts[number] for number in numbers},
        functions=measured,
        lines=len(numbers),
        lines_run=ran[-1],
    )


class _Anchors:
    """Clause ids in the comments of one source, and which of them belong to a function."""

    def __init__(self, text: str) -> None:
        self._ids: dict[int, list[str]] = defaultdict(list)
        newlines = [found.start() for found in re.finditer("\n", text)]
        for comment in _COMMENT_OR_LITERAL.finditer(text):
            if comment.group().startswith("/"):
                first = bisect_left(newlines, comment.start()) + 1
                for line, clause in ClauseId.by_line(comment.group(), first):
                    if len(self._ids[line]) < ANCHORS_LIMIT:
                        self._ids[line].append(clause)
        self._code = _COMMENT_OR_LITERAL.sub(_blank_comment, text).split("\n")

    def of(self, start: int, end: int, previous_end: int) -> list[str]:
        """Ids in the lines ``start`` to ``end``, and in the comments directly above, after ``previous_end``."""
        first = start
        while first - 1 > previous_end and not self._ends_something(first - 1):
            first -= 1
        ids = [clause for line in range(first, end + 1) for clause in self._ids.get(line, ())]
        return list(dict.fromkeys(ids))

    def _ends_something(self, line: int) -> bool:
        """Whether the code on this line ends something before the function, and is not part of the function's head."""
        code = self._code[line - 1].strip()
        return code.endswith((";", "}")) or code.startswith("#")


def _blank_comment(match: re.Match[str]) -> str:
    return "\n" * match.group().count("\n") if match.group().startswith("/") else match.group()


def _by_clause(files: Sequence[FileCoverage]) -> list[ClauseCoverage]:
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for file in files:
        for function in file.functions:
            for clause in function.clauses:
                sums[clause][0] += function.lines
                sums[clause][1] += function.lines_run
    return [ClauseCoverage(clause=clause, lines=lines, lines_run=ran) for clause, (lines, ran) in sorted(sums.items())]
