"""The studio: materials, one soft key light, a shadow on nothing, a camera. One unit is ten centimeters."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bpy
import numpy as np
from mathutils import Vector

from art.goods.fields import Part

SCALE = 0.1
Place = tuple[float, float, float]


@dataclass(frozen=True)
class Finish:
    """How a material looks: its color, or the picture printed on it, and how it feels."""

    color: str = "#FFFFFF"
    rough: float = 0.6
    specular: float = 0.35
    grain: float = 0.0
    grain_size: float = 500.0
    sheen: float = 0.0
    picture: Path | None = None
    layers: float = 0.0


@dataclass(frozen=True)
class Eye:
    """The camera, in units: where it is and looks, its lens in millimeters, or the width of a view without depth."""

    at: Place
    to: Place
    lens: float = 86.0
    flat: float = 0.0


PLASTIC = Finish("#521A31", 0.42, grain=0.06)
SOFT = Finish("#C67A6B", 0.6, grain=0.05, grain_size=600, sheen=0.1)
FINISHES = {
    "body": PLASTIC,
    "tip": SOFT,
    "sole": SOFT,
    "ball": Finish("#B86A5C", 0.55, grain=0.04, grain_size=700, sheen=0.1),
    "board": Finish("#C39A88", 0.95, specular=0.05, grain=0.08, grain_size=120),
    "lining": Finish("#DABFB3", 0.95, specular=0.05),
    "paper": Finish("#FBF6F2", 0.8, specular=0.2),
    "pages": Finish("#F4EADF", 0.9, specular=0.1, layers=0.25),
    "glass": Finish("#171012", 0.12, specular=0.5),
    "cover": Finish(rough=0.5, specular=0.3),
    "screen": Finish(rough=0.35, specular=0.25),
    "page": Finish(rough=0.35, specular=0.25),
    "leaflet": Finish(rough=0.8, specular=0.2),
    "notes": Finish(rough=0.8, specular=0.2),
    "metal": Finish("#4A3A3E", 0.35, specular=0.5),
}


def linear(text: str) -> tuple[float, float, float, float]:
    """A color of the palette as Blender wants it."""
    values = [int(text[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    r, g, b = (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in values)
    return r, g, b, 1.0


def empty(size: tuple[int, int], samples: int, threads: int) -> None:
    """A new scene with the floor and the lights, which keeps nothing but things and their shadow."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.cycles.device = "CPU"
    scene.cycles.samples = samples
    scene.cycles.use_adaptive_sampling = True
    scene.cycles.adaptive_threshold = 0.03
    scene.cycles.use_denoising = True
    scene.cycles.denoiser = "OPENIMAGEDENOISE"
    scene.cycles.max_bounces = 4
    scene.cycles.caustics_reflective = scene.cycles.caustics_refractive = False
    scene.render.resolution_x, scene.render.resolution_y = size
    scene.render.threads_mode = "FIXED"
    scene.render.threads = threads
    scene.render.use_persistent_data = True
    scene.render.film_transparent = True
    scene.render.image_settings.file_format = "PNG"
    scene.render.image_settings.color_mode = "RGBA"
    scene.view_settings.view_transform = "Standard"
    _floor()
    _room()
    _lamp((-3.0, -1.9, 4.5), (0.0, 0, 0.5), (2.0, 2.0), 330, "#FFF1E4")
    _lamp((3.4, 3.6, 2.6), (0.4, 0, 0.6), (1.2, 3.2), 110, "#FFFFFF").use_shadow = False


def stand(parts: Sequence[Part], middle: Place, at: Place, turn: Place, finishes: dict[str, Finish]) -> Any:
    """Put the meshes of one thing into the scene: turned by degrees about its middle (centimeters), then moved there."""
    holder = bpy.data.objects.new("thing", None)
    bpy.context.scene.collection.objects.link(holder)
    for part in parts:
        made = bpy.data.objects.new(part.material, _mesh(part))
        made.location = tuple(-SCALE * value for value in middle)
        made.data.materials.append(_material(part.material, finishes[part.material]))
        bpy.context.scene.collection.objects.link(made)
        made.parent = holder
    holder.rotation_euler = tuple(math.radians(angle) for angle in turn)
    holder.location = at
    return holder


def look(eye: Eye) -> None:
    """Put the camera there."""
    camera = bpy.data.cameras.new("eye")
    camera.lens = eye.lens
    if eye.flat:
        camera.type, camera.ortho_scale = "ORTHO", eye.flat
    bpy.context.scene.camera = _aimed(camera, eye.at, eye.to)


def render(path: Path) -> None:
    """Take the picture."""
    bpy.context.scene.render.filepath = str(path)
    bpy.ops.render.render(write_still=True)


def _mesh(part: Part) -> Any:
    mesh = bpy.data.meshes.new(part.material)
    mesh.vertices.add(len(part.corners))
    mesh.vertices.foreach_set("co", (part.corners * SCALE).astype(np.float32).ravel())
    mesh.loops.add(part.faces.size)
    mesh.loops.foreach_set("vertex_index", part.faces.ravel())
    mesh.polygons.add(len(part.faces))
    sides = part.faces.shape[1]
    mesh.polygons.foreach_set("loop_start", np.arange(0, part.faces.size, sides, dtype=np.int32))
    if part.places is not None:
        mesh.uv_layers.new(name="print").data.foreach_set("uv", part.places[part.faces.ravel()].ravel())
    mesh.update(calc_edges=True)
    if part.normals is not None:
        mesh.polygons.foreach_set("use_smooth", np.ones(len(part.faces), dtype=bool))
        mesh.normals_split_custom_set_from_vertices(part.normals)
    return mesh


def _material(name: str, finish: Finish) -> Any:
    if name in bpy.data.materials:
        return bpy.data.materials[name]
    made = bpy.data.materials.new(name)
    made.use_nodes = True
    nodes, links = made.node_tree.nodes, made.node_tree.links
    shader = nodes["Principled BSDF"]
    shader.inputs["Base Color"].default_value = linear(finish.color)
    shader.inputs["Roughness"].default_value = finish.rough
    shader.inputs["Specular IOR Level"].default_value = finish.specular
    shader.inputs["Sheen Weight"].default_value = finish.sheen
    if finish.picture:
        printed = nodes.new("ShaderNodeTexImage")
        printed.image = bpy.data.images.load(str(finish.picture))
        links.new(printed.outputs["Color"], shader.inputs["Base Color"])
    if finish.grain or finish.layers:
        where = nodes.new("ShaderNodeTexCoord")
        stretch = nodes.new("ShaderNodeMapping")
        noise = nodes.new("ShaderNodeTexNoise")
        links.new(where.outputs["Object"], stretch.inputs["Vector"])
        links.new(stretch.outputs["Vector"], noise.inputs["Vector"])
        if finish.layers:
            stretch.inputs["Scale"].default_value = (0.6, 260, 0.6)
            noise.inputs["Scale"].default_value = 1.0
            tints = nodes.new("ShaderNodeValToRGB")
            tints.color_ramp.elements[0].position, tints.color_ramp.elements[0].color = (
                0.25,
                linear("#CDBBAA"),
            )
            tints.color_ramp.elements[1].position, tints.color_ramp.elements[1].color = (
                0.62,
                linear(finish.color),
            )
            links.new(noise.outputs["Fac"], tints.inputs["Fac"])
            links.new(tints.outputs["Color"], shader.inputs["Base Color"])
        else:
            noise.inputs["Scale"].default_value = finish.grain_size
            noise.inputs["Detail"].default_value = 2
        bump = nodes.new("ShaderNodeBump")
        bump.inputs["Strength"].default_value = finish.grain or finish.layers
        bump.inputs["Distance"].default_value = 0.004
        links.new(noise.outputs["Fac"], bump.inputs["Height"])
        links.new(bump.outputs["Normal"], shader.inputs["Normal"])
    return made


def _floor() -> None:
    bpy.ops.mesh.primitive_plane_add(size=60)
    plane = bpy.context.object
    plane.is_shadow_catcher = True
    plane.data.materials.append(_material("floor", Finish("#F6E9E5", 0.9, specular=0.1)))


def _room() -> None:
    """Light from everywhere, brighter from above."""
    world = bpy.data.worlds.new("room")
    bpy.context.scene.world = world
    world.use_nodes = True
    nodes, links = world.node_tree.nodes, world.node_tree.links
    where, split = nodes.new("ShaderNodeTexCoord"), nodes.new("ShaderNodeSeparateXYZ")
    ramp = nodes.new("ShaderNodeValToRGB")
    ramp.color_ramp.elements[0].color = linear("#A8857E")
    ramp.color_ramp.elements[1].position, ramp.color_ramp.elements[1].color = 0.9, linear("#FFF6EE")
    links.new(where.outputs["Generated"], split.inputs[0])
    links.new(split.outputs["Z"], ramp.inputs["Fac"])
    links.new(ramp.outputs["Color"], nodes["Background"].inputs[0])
    nodes["Background"].inputs[1].default_value = 0.5


def _lamp(at: Place, to: Place, size: tuple[float, float], power: float, tint: str) -> Any:
    lamp = bpy.data.lights.new("lamp", "AREA")
    lamp.shape = "RECTANGLE"
    lamp.size, lamp.size_y = size
    lamp.energy = power
    lamp.color = linear(tint)[:3]
    _aimed(lamp, at, to)
    return lamp


def _aimed(thing: Any, at: Place, to: Place) -> Any:
    made = bpy.data.objects.new(thing.name, thing)
    bpy.context.scene.collection.objects.link(made)
    made.location = at
    made.rotation_euler = (Vector(to) - Vector(at)).to_track_quat("-Z", "Y").to_euler()
    return made
