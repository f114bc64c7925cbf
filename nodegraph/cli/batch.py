"""``nodegraph batch``: one graph over many recordings, and the results of two graphs compared."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nodegraph.cli.say import complain, counted, load, size, types
from nodegraph.errors import DocumentError

if TYPE_CHECKING:
    from nodegraph.batch.crew import Crew, Order, Outcome
    from nodegraph.batch.tables import Row
    from nodegraph.batch.tracks import Track

LAYOUTS = ("auto", "musdb", "dsd100", "stems", "files")


HELP = """Run GRAPH over FILES: sound files, folders of stems, data sets, patterns.

\b
  nodegraph batch harmonic_percussive songs/*.wav --layout files --out results
  nodegraph batch best_blind musdb18hq/test --out results --jobs 4
  nodegraph batch best_blind musdb18hq/test --out results --resume
  nodegraph batch --compare results other_results --out comparison

A folder that holds sound files is one recording with its stems. In DIR there are then scores.csv,
report.html, for each track a JSON in the format of museval under tracks, its files under
estimates, and in failed.txt what failed: a bad file never stops the rest.

Exit code 0: all done; 1: a fault before the run; 2: some failed; 130: interrupted.
"""


@click.command(help=HELP, short_help="Run a graph over many recordings, or compare such runs.")
@click.argument("graph", metavar="GRAPH")
@click.argument("files", metavar="FILES...", nargs=-1)
@click.option("--out", metavar="DIR", help="Folder for all results.")
@click.option("--resume", is_flag=True, help="Go on with a batch that was stopped.")
@click.option("--overwrite", is_flag=True, help="Begin anew in a folder that holds a batch.")
@click.option("--jobs", type=click.IntRange(1, 256), metavar="N", help="Processes side by side.")
@click.option(
    "--set", "knobs", multiple=True, metavar="NODE.KNOB=VALUE", help="Set a knob for all."
)
@click.option(
    "--input",
    "inputs",
    multiple=True,
    metavar="NODE[=PATH]",
    help="The source that takes each recording; with a path, a source that is the same for all.",
)
@click.option(
    "--layout",
    type=click.Choice(LAYOUTS),
    default="auto",
    help="How the recordings lie in folders.",
)
@click.option(
    "--scores", multiple=True, metavar="NODE", help="Keep the scores of this node; the first leads."
)
@click.option("--scores-only", is_flag=True, help="Measure, and write no sound.")
@click.option("--list", "listing", is_flag=True, help="List the recordings and run nothing.")
@click.option("--compare", is_flag=True, help="Compare finished batches: --compare DIR DIR...")
@click.option("--quiet", "-q", is_flag=True, help="Say nothing but faults.")
@click.pass_context
def batch(ctx: click.Context, /, graph: str, files: tuple[str, ...], **options: Any) -> None:
    """Run a graph over many recordings, or compare such runs."""
    if options["compare"]:
        from nodegraph.cli.comparing import compare

        ctx.exit(compare((graph, *files), options["out"], options["quiet"]))
    if not files:
        raise click.UsageError("name the recordings: files, folders or patterns", ctx)
    from nodegraph.batch import tracks

    out = options["out"]
    found = tracks.find(files, options["layout"], Path(out) if out else None)
    if options["listing"]:
        for track in found:
            click.echo(f"{track.id}  {track.layout}  {track.path}{_fault(track)}")
        ctx.exit(0)
    if out is None:
        raise click.UsageError("name a folder for the results: --out DIR", ctx)
    ctx.exit(Task(graph, found, Path(out), options).run())


def _fault(track: Track) -> str:
    return f"  {track.fault}" if track.fault else ""


class Task:
    """One batch, from the command to its exit code."""

    def __init__(
        self, graph: str, tracks: Sequence[Track], out: Path, options: Mapping[str, Any]
    ) -> None:
        from nodegraph.batch.store import ESTIMATES, Store
        from nodegraph.cli.batch_graph import asked, prepared

        self.tracks = tracks
        self.options = options
        self.quiet: bool = options["quiet"]
        self.store = Store(out)
        known = types()
        self.graph = load(graph)
        self.asked = asked(self.graph, known, options)
        examples = {_kind(track): track.path for track in tracks if not track.fault}
        place = self.store.folder / ESTIMATES
        self.kinds = {kind: prepared(self.asked, path, place) for kind, path in examples.items()}
        self.meaning = self.asked.meaning
        self.done = 0
        self.faults: dict[str, tuple[str, ...]] = {}
        self.peak = 0

    def run(self) -> int:
        """Work, sum up, and give the exit code. Raises NodegraphError before anything is run."""
        from nodegraph.cli.interrupts import Interrupts

        with self.store.held():
            self.store.begin(
                self._manifest(),
                resume=self.options["resume"],
                overwrite=self.options["overwrite"],
            )
            self.store.tidy()
            with Interrupts() as interrupts:
                crew = self._work(interrupts.cancel)
                complete = self._tell(crew)
        if crew.stopped == "cancelled":
            complain("interrupted: --resume goes on")
            return 130
        if crew.stopped:
            complain(crew.stopped)
        return 0 if complete and not crew.stopped else 2

    def _work(self, cancel: Any) -> Crew:
        from nodegraph.batch.crew import Crew

        known = [t for t in self.tracks if self._is_finished(t)]
        self.done = len(known)
        if known and not self.quiet:
            click.echo(f"{counted(len(known), 'track')} finished before")
        bad = [t for t in self.tracks if t.fault and t not in known]
        for track in bad:
            self._end(track, (track.fault,), "failed")
        todo = [self._order(t) for t in self.tracks if t not in known and t not in bad]
        jobs = self._jobs(len(todo))
        crew = Crew(self._setup(jobs), jobs, cancel, self._hear)
        crew.work(todo)
        return crew

    def _is_finished(self, track: Track) -> bool:
        if not self.options["resume"]:
            return False
        found = self.store.finished(track, self.meaning)
        return found is not None and found.state == "done"

    def _jobs(self, count: int) -> int:
        return max(1, min(self.options["jobs"] or cores(), count))

    def _setup(self, jobs: int) -> dict[str, Any]:
        return {
            "graphs": self.kinds,
            "meaning": self.meaning,
            "out": str(self.store.folder),
            "processes": jobs,
            "threads": max(1, cores() // jobs),
        }

    def _order(self, track: Track) -> Order:
        from nodegraph.batch.tracks import state

        return {
            "track": track.id,
            "kind": _kind(track),
            "path": str(track.path),
            "recording": state(track),
            "mark": str(self.store.mark(track)),
            "files": str(self.store.files(track)),
        }

    def _hear(self, order: Order, outcome: Outcome) -> None:
        """Hear how one track ended."""
        track = next(t for t in self.tracks if t.id == order["track"])
        self.peak = max(self.peak, outcome.peak)
        if outcome.state == "failed" and not outcome.faults:
            outcome = type(outcome)("failed", ("nothing was measured or written",))
        self._end(track, outcome.faults, outcome.state, outcome.seconds)

    def _end(self, track: Track, faults: tuple[str, ...], state: str, seconds: float = 0) -> None:
        self.done += 1
        if state == "failed":
            self.faults[track.id] = faults
        for fault in faults:
            complain(f"{track.id}: {fault}")
        if not self.quiet:
            word = {"partial": "partly done"}.get(state, state)
            took = f" in {seconds:.1f} s" if seconds else ""
            click.echo(f"{self.done} of {len(self.tracks)}  {track.id}: {word}{took}")

    # Afterwards

    def _tell(self, crew: Crew) -> bool:
        """Write the tables, and say how it went. Says whether every track is whole."""
        from nodegraph.batch import page, tables
        from nodegraph.batch.store import FAILED, REPORT, SCORES

        rows = [self._row(track) for track in self.tracks]
        title = self.graph.title or "Batch"
        texts = {
            SCORES: tables.as_csv(rows),
            REPORT: page.report(title, self._facts(rows), rows),
            FAILED: tables.failures(rows),
        }
        complete = all(row.state == "done" for row in rows)
        try:
            for name, text in texts.items():
                if text or (self.store.folder / name).exists():
                    self.store.write(name, text)
        except DocumentError as error:
            complain(str(error))
            complete = False
        if not self.quiet:
            click.echo("\n".join(_summary(rows, self.store.folder, self.peak)))
        return complete

    def _row(self, track: Track) -> Row:
        from nodegraph.batch.tables import Row

        faults = self.faults.get(track.id, ())
        return Row(track, None if faults else self.store.finished(track, self.meaning), faults)

    def _facts(self, rows: Sequence[Row]) -> dict[str, str]:
        from nodegraph import __version__

        return {
            "graph": self.graph.title,
            "knobs": ", ".join(self.options["knobs"]),
            "tracks": _counts(rows),
            "layout": ", ".join(dict.fromkeys(track.layout for track in self.tracks)),
            "hash": self.meaning[:16],
            "made by": f"nodegraph {__version__}",
        }

    def _manifest(self) -> dict[str, Any]:
        import json

        from nodegraph import document

        return {
            "format": 1,
            "meaning": self.meaning,
            "title": self.graph.title,
            "knobs": list(self.options["knobs"]),
            "scores": list(self.asked.scores),
            "graph": json.loads(document.text(self.graph)),
            "tracks": [
                {"track": t.id, "layout": t.layout, "path": os.fsencode(t.path).decode("utf-8", "backslashreplace")}
                for t in self.tracks
            ],
        }  # fmt: skip


def _kind(track: Track) -> str:
    """Say which graph takes a track: a file has no references."""
    return "files" if track.layout == "files" else "folders"


def cores() -> int:
    """Count the cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


# What is said at the end


def _counts(rows: Sequence[Row]) -> str:
    """Say how many tracks ended how."""
    states = [row.state for row in rows]
    words = {"done": "done", "partial": "partly done", "failed": "failed", "not run": "not run"}
    told = [f"{states.count(state)} {word}" for state, word in words.items() if state in states]
    return f"{counted(len(rows), 'track')}: {', '.join(told)}"


def _summary(rows: Sequence[Row], folder: Path, peak: int) -> Iterator[str]:
    from nodegraph.batch.store import REPORT
    from nodegraph.batch.tables import measures
    from nodegraph.cli.say import shown
    from nodegraph.cli.summary import table

    for measure in measures(rows):
        unit = f" ({measure.unit})" if measure.unit else ""
        yield f"\n{measure.node}{unit}, median over the tracks in which it is defined"
        yield table(
            {
                target or "all": {
                    metric: measure.spreads[target, metric].median
                    for metric in measure.metrics
                    if (target, metric) in measure.spreads
                }
                for target in measure.targets
            }
        )
    yield f"\n{_counts(rows)}{f'; the largest process held {size(peak)}' if peak else ''}"
    yield shown(folder / REPORT)
