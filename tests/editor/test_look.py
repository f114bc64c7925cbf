"""The look: every role is legible, every type and family has its sign, every icon is in the font."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from importlib import resources
from itertools import combinations, product

import pytest
from hatchling.builders.wheel import WheelBuilder

from nodegraph import values
from nodegraph.editor.look import colours, faces, measures, signs
from nodegraph.editor.look.colours import DARK, LIGHT, contrast, mix
from nodegraph.figure import DARK as FIGURE_DARK
from nodegraph.figure import LIGHT as FIGURE_LIGHT
from nodegraph.registry import discover
from tests.commands import ROOT

BOTH = pytest.mark.parametrize("look", [DARK, LIGHT], ids=lambda look: look.name)
SURFACES = ("win", "canvas", "panel", "panel2", "node", "head", "frame", "errbg", "plot")
WORDS = ("t1", "t2", "t3", "acc", "run", "ok", "stale", "err", "blk", "loop")


@BOTH
@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("text", WORDS)
def test_text_can_be_read_on_every_surface(look, text, surface):
    assert contrast(look.role(text), look.role(surface)) >= 4.5


@BOTH
def test_text_can_be_read_on_buttons_and_in_loops(look):
    grounds = [mix(look.loop, look.canvas, share)
               for share in (look.loop_tint, look.loop_head_tint, look.loop_rail_tint)]  # fmt: skip
    assert all(contrast(look.role(text), g) >= 4.5 for text in WORDS[:3] for g in grounds)
    assert contrast(look.acct, look.accbg) >= 4.5
    assert contrast(look.t1, look.act) >= 4.5
    assert min(contrast(look.t1, look.hover), contrast(look.t2, look.hover)) >= 4.5


@BOTH
@pytest.mark.parametrize("grey", [False, True])
def test_the_letter_of_a_source_can_be_read_on_its_square(look, grey):
    for index, name in enumerate([*signs.LETTERS, "flute"]):
        style = signs.source_style(name, index, look, grey=grey)
        assert contrast(look.chipt, style.colour) >= 4.5, name
    assert contrast(look.chipt, look.stale) >= 4.5


@BOTH
def test_signs_stand_out_from_what_is_behind_them(look):
    for name in signs.TYPES:
        assert contrast(signs.type_style(name, look).colour, look.canvas) >= 3, name
        assert contrast(signs.type_style(name, look).colour, look.node) >= 3, name
    for family in signs.FAMILIES:
        colour = signs.family_style(family, look).colour
        assert contrast(colour, mix(colour, look.head, colours.CHIP)) >= 3, family


@BOTH
@pytest.mark.parametrize("family", signs.FAMILIES)
def test_the_title_of_a_frame_can_be_made_legible(look, family):
    colour = signs.family_style(family, look).colour
    ground = mix(colour, look.canvas, measures.CANVAS.frame_share)
    assert contrast(colours.legible(colour, ground, look.t1), ground) >= 4.5


def test_a_colour_that_can_be_read_stays():
    assert colours.legible(DARK.t2, DARK.node, DARK.t1) == DARK.t2


def test_contrast_is_that_of_the_web():
    assert contrast((0, 0, 0, 255), (255, 255, 255, 255)) == pytest.approx(21)
    assert contrast((118, 118, 118, 255), (255, 255, 255, 255)) == pytest.approx(4.54, abs=0.01)


def test_mixing_goes_from_the_surface_to_the_colour():
    assert mix(DARK.acc, DARK.canvas, 0) == DARK.canvas
    assert mix(DARK.acc, DARK.canvas, 1) == DARK.acc
    assert mix((200, 0, 100, 255), (100, 50, 0, 255), 0.5) == (150, 25, 50, 255)
    assert colours.with_alpha(DARK.sel, 0.5) == (*DARK.sel[:3], 128)


def test_window_and_figures_agree():
    for look, figure in ((DARK, FIGURE_DARK), (LIGHT, FIGURE_LIGHT)):
        for name, code in figure.sources.items():
            if name not in ("mixture", "audio"):
                assert look.sources[name] == colours.rgba(code)
        assert look.sources["mixture"] == look.t1
        assert set(signs.LETTERS) == set(figure.sources)
        pairs = ((look.plot, figure.plot), (look.plotgrid, figure.grid), (look.line2, figure.line),
                 (look.t1, figure.text), (look.t2, figure.faint))  # fmt: skip
        assert all(mine == colours.rgba(theirs) for mine, theirs in pairs)


@BOTH
def test_sources_of_one_song_differ_in_letter_and_colour(look):
    names = ("mixture", "vocals", "drums", "bass", "keys", "guitar", "other", "residual")
    styles = [signs.source_style(name, k, look) for k, name in enumerate(names)]
    assert len({style.letter for style in styles}) == len(names)
    assert len({style.colour for style in styles}) == len(names)
    assert signs.source_style(" Vocals", 5, look) == styles[1]


def test_parts_without_a_name_are_numbered_and_colours_repeat_from_the_seventh():
    styles = [signs.source_style(f"part {k + 1}", k, DARK) for k in range(8)]
    assert [style.letter for style in styles] == list("12345678")
    assert [style.colour for style in styles[:3]] == [
        DARK.sources[name] for name in ("bass", "vocals", "keys")
    ]
    assert len({style.colour for style in styles[:6]}) == 6
    assert styles[6].colour == styles[0].colour
    assert not styles[0].known


@BOTH
def test_nine_sources_differ_without_colour(look):
    styles = [signs.source_style("bass", k, look, grey=True) for k in range(9)]
    assert len({(style.colour, style.dash) for style in styles}) == 9
    assert {style.dash for style in styles[:3]} == set(signs.Dash)
    assert {style.letter for style in styles} == {"B"}


def test_every_value_has_a_sign_of_its_own():
    abstract = {"Value", "Sourced", "Plane", "Absent"}
    kinds = {name for name, kind in vars(values).items()
             if isinstance(kind, type) and issubclass(kind, values.Value)}  # fmt: skip
    assert kinds - abstract <= set(signs.TYPES)
    tags = {"Peaks", "Partials", "Activity", "Pitch", "Notes"}
    assert {signs.TYPES[name][0] for name in tags} == {signs.Shape.TAG}
    others = kinds - abstract - tags
    styles = [signs.type_style(name, DARK) for name in others]
    shapes = {(style.shape, style.letter) for style in styles if style.shape != signs.Shape.TAG}
    assert len(shapes) == len(others)


def test_a_type_nobody_knows_gets_its_letter():
    style = signs.type_style("Tempogram", DARK)
    assert (style.shape, style.letter, style.colour) == (signs.Shape.LETTER, "T", DARK.t2)


def test_every_bundled_family_has_an_icon():
    assert {node_type.family for node_type in discover().values()} <= set(signs.FAMILIES)
    assert signs.family_style("my_own", LIGHT).title == "My own"


def test_every_state_has_an_icon_a_word_and_known_colours():
    for name, state in signs.STATES.items():
        assert state.icon in faces.ICONS, name
        for role in (state.icon_role, state.word_role, state.outline or "t1"):
            assert role in colours.ROLES
    marks = [(state.icon, state.word) for state in signs.STATES.values()]
    assert len(set(marks)) == len(marks)


@pytest.mark.parametrize("face", faces.Face)
def test_every_icon_is_in_the_face_and_every_face_loads(face):
    font_tools = pytest.importorskip("fontTools.ttLib")
    with font_tools.TTFont(face.path) as font:
        glyphs = font.getBestCmap()
    assert set(map(ord, "Az09 ,.:%°×·…→←↑↓")) <= set(glyphs)
    if face in (faces.Face.REGULAR, faces.Face.SEMIBOLD):
        assert set(faces.ICONS.values()) <= set(glyphs)
        assert {family[1] for family in signs.FAMILIES.values()} <= set(faces.ICONS)


def test_icons_are_55_different_signs():
    assert len(set(faces.ICONS.values())) == len(faces.ICONS) == 55
    assert faces.icon("play-fill") == "\uf9e7"


def test_fonts_come_with_their_licences():
    folder = resources.files("nodegraph.editor.look") / "fonts"
    texts = {item.name: item.read_text("utf-8") for item in folder.iterdir()
             if item.name.endswith(".txt")}  # fmt: skip
    said = " ".join(texts.values())
    assert {"NodegraphSans-OFL.txt", "JetBrainsMono-OFL.txt", "Phosphor-MIT.txt"} == set(texts)
    for line in ("The Inter Project Authors", "The JetBrains Mono Project Authors",
                 "Copyright (c) 2020 Phosphor Icons", "Permission is hereby granted"):  # fmt: skip
        assert line in said
    readme = (folder / "README.md").read_text("utf-8")
    assert all(name in readme for name in texts)


def test_the_wheel_has_the_fonts():
    inside = WheelBuilder(str(ROOT)).recurse_included_files()
    packed = {item.distribution_path for item in inside}
    for face in faces.Face:
        assert f"nodegraph/editor/look/fonts/{face.value}" in packed
    assert "nodegraph/editor/look/fonts/Phosphor-MIT.txt" in packed
    build = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["build-system"]
    assert build["build-backend"] == "hatchling.build"


def test_measures_become_whole_pixels():
    assert [faces.scaled(5.5, s) for s in (80, 100, 150, 200)] == [4, 6, 8, 11]
    assert [faces.scaled(1, s, z) for s, z in product((80, 100), (0.1, 1))] == [1, 1, 1, 1]
    assert (faces.scaled(0), faces.scaled(-12), faces.scaled(-0.2)) == (0, -12, -1)
    assert faces.scaled(208, 125, 0.5) == 130


def test_type_too_small_to_read_is_not_drawn():
    assert faces.text_size(faces.TEXT.body) == 13
    assert faces.text_size(faces.TEXT.small, zoom=0.8) == 9
    assert faces.text_size(faces.TEXT.small, zoom=0.7) == 0


def test_node_widths_are_steps_and_pictures_grow_with_them():
    node = measures.NODE
    assert all((b - a) % measures.SPACE.unit == 0
               for a, b in combinations((node.small, node.medium, node.large), 2))  # fmt: skip
    assert [node.picture(w) for w in (176, 200, 208, 264, 272, 300)] == [64, 64, 80, 80, 96, 96]


def test_the_look_needs_no_window():
    ask = (
        "import sys; from nodegraph.editor import commands; "
        "from nodegraph.editor.files import settings; from nodegraph.editor.look import measures, signs; "
        "print(*{'dearpygui', 'matplotlib', 'scipy', 'networkx'}.intersection(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", ask], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == ""
