"""Small sets in the formats of RefCOCO and Visual Genome: drawn pictures, JSON files and a real pickle."""

from __future__ import annotations

import io
import json
import pickle
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

SIZE = (200, 120)
CATEGORIES = [
    {"id": 1, "name": "person", "supercategory": "person"},
    {"id": 18, "name": "dog", "supercategory": "animal"},
    {"id": 62, "name": "chair", "supercategory": "furniture"},
]
_BEHIND = ("tree", "table", "bench", "window", "door", "lamp", "fence")
_SPLITS = ("train", "train", "train", "train", "val", "testA", "testB")


def picture(number: int) -> bytes:
    """A JPEG of two figures, unlike every other."""
    image = Image.new("RGB", SIZE, (30 * number % 256, 90, 200 - 7 * number))
    ImageDraw.Draw(image).rectangle((10, 20, 80, 110), fill="red")
    ImageDraw.Draw(image).rectangle((110, 40, 190, 110), fill="white")
    buffer = io.BytesIO()
    image.save(buffer, "JPEG")
    return buffer.getvalue()


def reference(ann: int, image: int, split: str, *expressions: str) -> dict[str, Any]:
    """A reference as refs(...).p has them."""
    sentences = [
        {"sent_id": 10 * ann + place, "sent": text, "raw": text, "tokens": text.split()}
        for place, text in enumerate(expressions)
    ]
    return {
        "ref_id": ann,
        "ann_id": ann,
        "image_id": image,
        "category_id": 1,
        "split": split,
        "file_name": f"COCO_train2014_{image:012}_{ann}.jpg",
        "sent_ids": [one["sent_id"] for one in sentences],
        "sentences": sentences,
    }


def annotation(ann: int, image: int, category: int, box: Sequence[object], **more: object) -> dict[str, Any]:
    """A COCO annotation; its outline is left out, for nobody reads it."""
    return {"id": ann, "image_id": image, "category_id": category, "bbox": list(box), "iscrowd": 0, **more}


def coco(photos: int) -> dict[str, Any]:
    """instances.json: a person and a dog in each photo; in every second one two people."""
    images, annotations = [], []
    for number in range(1, photos + 1):
        name = f"COCO_train2014_{number:012}.jpg"
        images.append({"id": number, "file_name": name, "width": SIZE[0], "height": SIZE[1]})
        annotations.append(annotation(2 * number, number, 1, [10, 20, 70.4, 90]))
        annotations.append(annotation(2 * number + 1, number, 18 if number % 2 else 1, [110, 40, 80, 70]))
    return {"images": images, "annotations": annotations, "categories": [dict(one) for one in CATEGORIES]}


def references(photos: int) -> list[dict[str, Any]]:
    """Two references to each photo of `coco`."""
    found = []
    for number in range(1, photos + 1):
        split, other = _SPLITS[number % len(_SPLITS)], "dog" if number % 2 else "man"
        behind = _BEHIND[number % len(_BEHIND)]
        found.append(reference(2 * number, number, split, f"woman in red by {behind}", "the lady in red"))
        found.append(reference(2 * number + 1, number, split, f"white {other} in fog right"))
    return found


def write_refer(
    folder: Path, refs: Sequence[dict[str, Any]], instances: dict[str, Any], name: str = "refs(unc).p"
) -> Path:
    """The folder of a set as it is distributed; the path of its references."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "instances.json").write_text(json.dumps(instances))
    path = folder / name
    path.write_bytes(pickle.dumps(list(refs), protocol=2))  # as Python 2 wrote it
    return path


def write_images(folder: Path, photos: int) -> Path:
    """The folder of photos, below one as COCO has it; the upper one."""
    below = folder / "train2014"
    below.mkdir(parents=True, exist_ok=True)
    for number in range(1, photos + 1):
        (below / f"COCO_train2014_{number:012}.jpg").write_bytes(picture(number))
    return folder


GENOME: dict[str, list[dict[str, Any]]] = {
    "image_data": [
        {"image_id": 1, "url": "https://x/VG_100K/1.jpg", "width": 200, "height": 120, "coco_id": 1},
        {"image_id": 2, "url": "https://x/VG_100K/2.jpg", "width": 200, "height": 120, "coco_id": None},
    ],
    "objects": [
        {
            "image_id": number,
            "objects": [
                {"object_id": 10, "x": 10, "y": 20, "w": 70, "h": 90, "names": ["lady"], "synsets": []},
                {"object_id": 11, "x": 12, "y": 20, "w": 68, "h": 90, "names": ["woman"], "synsets": []},
                {"object_id": 12, "x": 110, "y": 40, "w": 80, "h": 70, "names": ["dog"], "synsets": []},
                {"object_id": 13, "x": 0, "y": 0, "w": 200, "h": 40, "names": ["sky"], "synsets": []},
                {"object_id": 14, "x": 0, "y": 60, "w": 30, "h": 40, "names": ["chair"], "synsets": []},
                {"object_id": 15, "x": 90, "y": 60, "w": 30, "h": 40, "names": ["chair"], "synsets": []},
            ],
        }
        for number in (1, 2)
    ],
    "region_descriptions": [
        {
            "id": number,
            "regions": [
                {"region_id": 1, "x": 10, "y": 20, "width": 71, "height": 90, "phrase": "a woman in red"},
                {"region_id": 2, "x": 10, "y": 20, "width": 71, "height": 90, "phrase": "woman is smiling"},
                {
                    "region_id": 3,
                    "x": 110,
                    "y": 42,
                    "width": 80,
                    "height": 68,
                    "phrase": "White dog by tree",
                },
                {"region_id": 4, "x": 110, "y": 42, "width": 80, "height": 68, "phrase": "tail of the dog"},
                {"region_id": 5, "x": 0, "y": 0, "width": 9, "height": 9, "phrase": "a dog"},
            ],
        }
        for number in (1, 2)
    ],
}


def write_genome(folder: Path, **changes: object) -> Path:
    """The JSON files of Visual Genome in a folder."""
    folder.mkdir(exist_ok=True)
    for name, form in {**GENOME, **changes}.items():
        (folder / f"{name}.json").write_text(json.dumps(form))
    return folder


def write_genome_images(folder: Path) -> Path:
    """Two photos as the first archive of Visual Genome unpacks, below a folder; that one."""
    (folder / "VG_100K").mkdir(parents=True)
    for number in (1, 2):
        (folder / "VG_100K" / f"{number}.jpg").write_bytes(picture(40 + number))
    return folder
