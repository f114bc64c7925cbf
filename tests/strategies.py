"""Random graphs and random edits, for tests that hold for any of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from hypothesis import strategies as st

from nodegraph import edits
from nodegraph.declare import LOOP_KNOBS, Knob, NodeType, Port
from nodegraph.document import Graph, Input, Item, Link, Loop, Node, State, walk
from nodegraph.edits.scope import RESERVED
from nodegraph.edits.wires import relink
from nodegraph.values import Curve, Number, Value

WORDS = ("load", "stft", "power", "kernel", "median", "mask", "istft", "out", "größe", "_x", "k2")
SOURCES = ("", "", "vocals", "lead vocals", "x[1].y", "ü\n")
PORTS = ("audio", "power", "mixture", "sources")
KNOBS = ("n_fft", "hop", "path", "percentile", "größe")
TYPES = ("transform.stft", "kernel.median", "plugin.unknown", "a", "ü.b")

Draw = Callable[[st.SearchStrategy[Any]], Any]
Edit = Callable[[Graph], Graph]

texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
numbers = st.integers(-(10**20), 10**20) | st.floats(allow_nan=False, allow_infinity=False)
scalars = st.none() | st.booleans() | numbers | texts
json_values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)


# Any graph that a file can hold, whether it could run or not


@st.composite
def graphs(draw: Draw, min_nodes: int = 0, max_nodes: int = 9) -> Graph:
    """Any graph without dangling links: nested loops, unknown types, odd values."""
    names = draw(
        st.lists(st.sampled_from(WORDS), min_size=min_nodes, max_size=max_nodes, unique=True)
    )
    paths: dict[str, tuple[str, ...]] = {}
    loops: dict[str, tuple[list[str], list[str]]] = {}
    for name in names:
        parent = draw(st.sampled_from(["", *loops]))
        paths[name] = (*paths[parent], parent) if parent else ()
        if draw(st.integers(0, 2)) == 0:
            loops[name] = (
                draw(st.lists(st.sampled_from(["h", "p"]), unique=True)),
                draw(st.lists(st.sampled_from(["change", "cost"]), max_size=1)),
            )
    links = partial(_links, draw, paths, loops)

    def items(parent: str) -> dict[str, Item]:
        inside = (*paths[parent], parent) if parent else ()
        return {name: item(name) for name in names if paths[name] == inside}

    def item(name: str) -> Item:
        if name not in loops:
            return _node(draw, links(name, paths[name]))
        states, watches = loops[name]
        first = links(name, paths[name])
        inside = links("", (*paths[name], name))
        return Loop(
            params=draw(st.fixed_dictionaries({"iterations": st.integers(0, 5)})),
            state={
                key: State(draw(st.sampled_from(first)), draw(st.sampled_from(inside)))
                for key in states
                if first and inside
            },
            watch={key: draw(st.sampled_from(inside)) for key in watches if inside},
            body=items(name),
            mode=draw(st.sampled_from(["", "", "bypass", "mute"])),
        )

    graph = Graph(items(""), draw(texts), draw(texts), draw(_layouts(names)))
    # A state without anything to start from was left out: so is what read it.
    return _without_dangling(graph)


def _links(
    draw: Draw,
    paths: Mapping[str, tuple[str, ...]],
    loops: Mapping[str, tuple[list[str], list[str]]],
    reader: str,
    path: tuple[str, ...],
) -> list[Link]:
    """Give every link that can be read from inside these loops."""
    found = []
    for name in paths:
        if name == reader or (reader in loops and reader in paths[name]):
            continue
        if name in loops:
            states, watches = loops[name]
            ports = [*states, "iteration"] if name in path else [*states, *watches, "iterations"]
        else:
            ports = ["", "first"]
        found.extend(Link(name, port, draw(st.sampled_from(SOURCES))) for port in ports)
    return found


def _node(draw: Draw, links: list[Link]) -> Node:
    kind = draw(st.sampled_from(TYPES))
    inputs: dict[str, Input] = {}
    if links:
        one = st.sampled_from(links)
        wired = one | st.dictionaries(st.sampled_from(["a", "lead vocals", "ü"]), one, min_size=1)
        inputs = draw(st.dictionaries(st.sampled_from(PORTS), wired, max_size=2))
    return Node(
        kind,
        draw(st.dictionaries(st.sampled_from(KNOBS), json_values, max_size=2)),
        inputs,
        draw(st.sampled_from(["", "", "", "bypass", "mute"])),
        draw(st.dictionaries(st.sampled_from(["colour", "v"]), json_values, max_size=1)),
    )


def _layouts(names: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    spots = st.lists(st.integers(-500, 500), min_size=2, max_size=2)
    return st.fixed_dictionaries(
        {},
        optional={
            "nodes": st.dictionaries(st.sampled_from(names), spots) if names else st.just({}),
            "notes": st.lists(json_values, max_size=2),
        },
    )


def _without_dangling(graph: Graph) -> Graph:
    def kept(link: Link, _: object) -> Link | None:
        target = items[link.node]
        ports = {*target.state, *target.watch, *RESERVED} if isinstance(target, Loop) else ()
        return link if not isinstance(target, Loop) or link.port in ports else None

    while edits.dangling(graph):
        items = {name: item for name, item, _ in walk(graph.nodes)}
        graph = relink(graph, kept)
    return graph


# One edit of a graph


@st.composite
def changes(draw: Draw, graph: Graph) -> Edit:
    """One edit that suits a graph; it may still be refused with a DocumentError."""
    items = {name: item for name, item, _ in walk(graph.nodes)}
    loops = [name for name, item in items.items() if isinstance(item, Loop)]
    nodes = [name for name in items if name not in loops]
    names = st.sampled_from(sorted(items)) if items else st.nothing()
    some = st.lists(names, min_size=1, max_size=3, unique=True) if items else st.nothing()
    new = st.sampled_from(WORDS).map(lambda word: edits.fresh_name(graph, word))
    knob, value = st.sampled_from(KNOBS), json_values
    place = st.sampled_from(["", *loops])
    link = _any_link(items)
    kinds: list[st.SearchStrategy[Edit]] = [
        st.builds(_edit(edits.add), new, st.builds(Node, st.sampled_from(TYPES)), place),
        st.builds(_edit(edits.add), new, st.just(Loop()), place),
        st.builds(_edit(edits.set_title), texts),
    ]
    if items:
        point = st.tuples(st.integers(-99, 99), st.integers(-99, 99))
        kinds += [
            st.builds(_edit(edits.remove), some),
            st.builds(_edit(edits.rename), names, new),
            st.builds(_edit(edits.move_into), some, place),
            st.builds(_edit(edits.move_out), some),
            st.builds(_edit(edits.wrap), some, new),
            st.builds(_edit(edits.set_mode), some, st.sampled_from(["", "mute", "bypass"])),
            st.builds(_edit(edits.move), st.dictionaries(names, point, max_size=2)),
            st.builds(_edit(edits.set_look), some, st.just("collapsed"), st.booleans()),
            st.builds(_pasted, some, place),
            st.builds(_duplicated, some),
        ]
    if nodes:
        node = st.sampled_from(sorted(nodes))
        port, entry = st.sampled_from(PORTS), st.sampled_from(["", "", "a", "lead vocals"])
        kinds += [
            st.builds(_edit(edits.connect), link, node, port, entry),
            st.builds(_edit(edits.connect), link, node, port, entry),
            st.builds(_edit(edits.set_knob), node, knob, value),
            st.builds(_edit(edits.reset_knob), node, knob),
            st.builds(_edit(edits.replace_type), node, st.sampled_from(TYPES)),
        ]
    if loops:
        loop = st.sampled_from(sorted(loops))
        state, watch = st.sampled_from(["h", "p", "q"]), st.sampled_from(["change", "q"])
        given = st.sampled_from(["iterations", "tolerance", "until"])
        kinds += [
            st.builds(_edit(edits.unwrap), loop),
            st.builds(_edit(edits.add_state), loop, state, link, link),
            st.builds(_edit(edits.set_watch), loop, watch, link),
            st.builds(_edit(edits.set_knob), loop, st.just("iterations"), st.integers(0, 20)),
            st.builds(_edit(edits.set_knob), loop, st.just("until"), watch),
            st.builds(_edit(edits.reset_knob), loop, given),
        ]
    kinds += [
        st.builds(_edit(edits.disconnect), st.just(name), st.just(port), st.sampled_from(entries))
        for name, item in items.items()
        if isinstance(item, Node)
        for port, wired in item.inputs.items()
        for entries in [["", *wired] if isinstance(wired, Mapping) else [""]]
    ]
    for loop_name in loops:
        item, one = items[loop_name], st.just(loop_name)
        assert isinstance(item, Loop)
        for state_name in item.state:
            kinds += [
                st.builds(_edit(edits.set_state), one, st.just(state_name), st.none() | link, link),
                st.builds(_edit(edits.remove_state), one, st.just(state_name)),
                st.builds(_edit(edits.rename_state), one, st.just(state_name), state),
            ]
        for watch_name in item.watch:
            kinds += [
                st.builds(_edit(edits.remove_watch), one, st.just(watch_name)),
                st.builds(_edit(edits.rename_watch), one, st.just(watch_name), watch),
            ]
    return draw(draw(st.sampled_from(kinds)))  # type: ignore[no-any-return]


def _edit(function: Callable[..., Graph]) -> Callable[..., Edit]:
    """Give a maker of edits that prints what it would do."""

    def with_arguments(*arguments: Any) -> Edit:
        return _Edit(function, arguments)

    return with_arguments


class _Edit:
    def __init__(self, function: Callable[..., Graph], arguments: tuple[Any, ...]) -> None:
        self.function, self.arguments = function, arguments

    def __call__(self, graph: Graph) -> Graph:
        return self.function(graph, *self.arguments)

    def __repr__(self) -> str:
        return f"{self.function.__name__}(graph, {', '.join(map(repr, self.arguments))})"


def _pasted(names: list[str], loop: str) -> Edit:
    def paste(graph: Graph, names: list[str], loop: str) -> Graph:
        return edits.paste(graph, edits.copy(graph, names), loop, (10, 10))[0]

    return _Edit(paste, (names, loop))


def _duplicated(names: list[str]) -> Edit:
    def duplicate(graph: Graph, names: list[str]) -> Graph:
        return edits.duplicate(graph, names)[0]

    return _Edit(duplicate, (names,))


def _any_link(items: Mapping[str, Item]) -> st.SearchStrategy[Link]:
    links = [Link("no_such_node")]
    for name, item in items.items():
        loop = isinstance(item, Loop)
        ports = [*item.state, *item.watch, "iteration", "iterations"] if loop else ["", "first"]  # type: ignore[union-attr]
        links.extend(Link(name, port) for port in ports)
    return st.builds(
        lambda link, source: Link(link.node, link.port, source),
        st.sampled_from(links),
        st.sampled_from(SOURCES),
    )


# Graphs that can run


@st.composite
def runnable_graphs(
    draw: Draw, types: Mapping[str, NodeType], max_nodes: int = 8, loops: bool = True
) -> Graph:
    """A graph of known types in which everything that must be wired is, and nothing is in a circle.

    `types` needs at least one source. Loops nest twice; they read outer nodes, states and the
    number of the turn, and are read from outside.
    """
    return _Builder(draw, types, max_nodes, loops).graph()


Offer = tuple[Link, tuple[type[Value], ...]]


class _Builder:
    def __init__(
        self, draw: Draw, types: Mapping[str, NodeType], max_nodes: int, loops: bool
    ) -> None:
        self.draw, self.types, self.loops = draw, types, loops
        self.left = draw(st.integers(1, max_nodes))
        self.count = 0

    def graph(self) -> Graph:
        nodes: dict[str, Item] = {}
        offers: list[Offer] = []
        while self.left:
            self._item(nodes, offers, 0)
        return Graph(nodes)

    def _name(self, word: str) -> str:
        self.count += 1
        return f"{word}_{self.count}"

    def _item(self, items: dict[str, Item], offers: list[Offer], depth: int) -> None:
        self.left -= 1
        if self.loops and depth < 2 and offers and self.draw(st.integers(0, 3)) == 0:
            self._loop(items, offers, depth)
        else:
            self._node(items, offers)

    def _node(self, items: dict[str, Item], offers: list[Offer]) -> None:
        fitting = [
            known
            for known in (self.types[type_id] for type_id in sorted(self.types))
            if all(port.optional or _fitting(offers, port) for port in known.ports)
        ]
        known = self.draw(st.sampled_from(fitting))
        name = self._name(known.id.rsplit(".", 1)[-1])
        inputs = {
            port.name: self._wired(_fitting(offers, port), port)
            for port in known.ports
            if _fitting(offers, port) and (not port.optional or self.draw(st.booleans()))
        }
        params = {knob.name: self.draw(_settings(knob)) for knob in known.knobs}
        items[name] = Node(known.id, params, inputs)
        offers.extend((Link(name, output.name), output.types) for output in known.outputs)

    def _wired(self, links: list[Link], port: Port) -> Input:
        one = st.sampled_from(links)
        if port.many and self.draw(st.booleans()):
            wired: Mapping[str, Link] = self.draw(
                st.dictionaries(st.sampled_from(["a", "b", "c"]), one, min_size=1)
            )
            return wired
        link: Link = self.draw(one)
        return link

    def _loop(self, items: dict[str, Item], offers: list[Offer], depth: int) -> None:
        name = self._name("loop")
        firsts: list[Offer] = self.draw(st.lists(st.sampled_from(offers), min_size=1, max_size=2))
        states = {f"s{i}": first for i, first in enumerate(firsts)}
        own = [(Link(name, key), kinds) for key, (_, kinds) in states.items()]
        inside = [*offers, *own, (Link(name, "iteration"), (Number,))]
        before = len(inside)
        body: dict[str, Item] = {}
        for _ in range(self.draw(st.integers(0, 3))):
            if self.left > 0:
                self._item(body, inside, depth + 1)
        turns = self.draw(st.integers(0, 3))
        state = {
            key: State(
                first,
                self.draw(
                    st.sampled_from([link for link, given in inside if set(given) == set(kinds)])
                ),
            )
            for key, (first, kinds) in states.items()
        }
        counts = [link for link, kinds in inside if kinds == (Number,)]
        watch = {"seen": self.draw(st.sampled_from(counts))} if self.draw(st.booleans()) else {}
        params = {knob.name: knob.default for knob in LOOP_KNOBS} | {"iterations": turns}
        items[name] = Loop(params, state, watch, body)
        offers.extend(own)
        offers.append((Link(name, "iterations"), (Number,)))
        offers.extend((Link(name, key), (Curve,)) for key in watch)
        # A body that never ran has nothing to read.
        offers.extend(inside[before:] if turns else [])


def _fitting(offers: list[Offer], port: Port) -> list[Link]:
    """Give the links whose every possible type the port takes."""
    return [link for link, kinds in offers if all(issubclass(kind, port.types) for kind in kinds)]


def _settings(knob: Knob) -> st.SearchStrategy[Any]:
    low, high = knob.param.min, knob.param.max
    if knob.kind == "choice":
        return st.sampled_from(knob.choices)
    if knob.kind == "int":
        bottom = int(low) if low is not None else 0
        return st.integers(bottom, min(int(high), bottom + 5) if high is not None else bottom + 5)
    if knob.kind == "bool":
        return st.booleans()
    return st.just(knob.default)
