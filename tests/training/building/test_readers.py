"""Reading RefCOCO and Visual Genome: what is used, what is counted, and what is named as broken."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.training.building.sets import (
    SIZE,
    annotation,
    coco,
    picture,
    reference,
    references,
    write_genome,
    write_genome_images,
    write_images,
    write_refer,
)
from training.building.choosing import Choice, choose
from training.building.files import read_refs, stream_list
from training.building.genome import read_genome
from training.building.refer import read_refer
from training.building.source import Images, LeftOut, Pictured, SourceError, Tally
from training.dataset.folder import Split
from vision.box import Box

Change = Callable[[list[dict[str, Any]], dict[str, Any]], object]


def refer(folder: Path, change: Change = lambda refs, instances: None) -> tuple[list[Pictured], Tally]:
    """What is read of a set of four photos after a change."""
    refs, instances, tally = references(4), coco(4), Tally()
    change(refs, instances)
    path = write_refer(folder / "refcoco", refs, instances)
    return read_refer([path], Images((write_images(folder / "images", 4),)), tally), tally


def test_expressions_boxes_nouns_and_splits_are_those_of_the_set(tmp_path: Path) -> None:
    photos, tally = refer(tmp_path)
    assert [one.key for one in photos] == ["coco-1", "coco-2", "coco-3", "coco-4"]
    first = photos[0]
    assert (first.split, first.size, first.shows) == (Split.TRAIN, SIZE, frozenset({"person", "dog"}))
    woman, dog = first.spots
    assert (woman.noun, woman.box) == ("woman", Box(10, 20, 80, 110))
    assert woman.expressions == ("woman in red by table", "lady in red")
    assert (dog.noun, dog.box, dog.expressions) == (
        "dog",
        Box(110, 40, 190, 110),
        ("white dog in fog right",),
    )
    assert photos[3].split is Split.VALIDATION
    assert not tally.counts


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda refs, instances: instances["annotations"][0].update(iscrowd=1), LeftOut.CROWD),
        (lambda refs, instances: instances["annotations"].pop(0), LeftOut.NO_ANNOTATION),
        (lambda refs, instances: refs[0].update(image_id=3), LeftOut.NO_ANNOTATION),
        (lambda refs, instances: instances["annotations"][0].update(bbox=[10, 20, 0, 9]), LeftOut.BAD_BOX),
        (lambda refs, instances: instances["annotations"][0].update(bbox=[10, 20, "9"]), LeftOut.BAD_BOX),
        (lambda refs, instances: instances["annotations"][0].update(bbox=[150, 20, 99, 70]), LeftOut.BAD_BOX),
        (
            lambda refs, instances: instances["annotations"][0].update(bbox=[1, 1, float("nan"), 9]),
            LeftOut.BAD_BOX,
        ),
        (lambda refs, instances: instances["annotations"][0].update(bbox=[1, 1, 9, 9]), LeftOut.SMALL_BOX),
        (lambda refs, instances: refs[0]["sentences"][0].update(sent="red shirt"), LeftOut.WITHOUT_NOUN),
        (lambda refs, instances: refs[0]["sentences"][0].update(sent="hat on a woman"), LeftOut.WITHOUT_NOUN),
        (lambda refs, instances: refs[0]["sentences"][0].update(sent="woman is tall"), LeftOut.WITHOUT_NOUN),
        (lambda refs, instances: refs[2].update(sentences=[]), LeftOut.NO_EXPRESSION),
        (
            lambda refs, instances: [one["sentences"][0].update(sent="a person") for one in refs[2:4]],
            LeftOut.SHARED_EXPRESSION,
        ),
        (
            lambda refs, instances: [one["sentences"].clear() for one in refs[:2]],
            LeftOut.NO_REGION,
        ),
        (lambda refs, instances: instances["images"][0].update(file_name="gone.jpg"), LeftOut.NO_FILE),
        (
            lambda refs, instances: instances["images"][0].update(
                file_name=f"../train2014/COCO_train2014_{1:012}.jpg"
            ),
            LeftOut.NO_FILE,
        ),
        (lambda refs, instances: refs[1].update(split="testB"), LeftOut.HELD_OUT),
    ],
)
def test_what_cannot_be_used_is_counted_with_an_example(
    tmp_path: Path, change: Change, reason: LeftOut
) -> None:
    _, tally = refer(tmp_path, change)
    assert tally.counts[reason] >= 1
    assert tally.examples[reason]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda refs, instances: refs[1].pop("ann_id"), "refs(unc).p, record 2: expected a field 'ann_id'"),
        (
            lambda refs, instances: refs[1].update(ann_id="7"),
            "record 2: expected 'ann_id' as int, but got",
        ),
        (lambda refs, instances: refs[1].update(split="minival"), "record 2: expected a split of train, val"),
        (lambda refs, instances: refs.insert(2, "?"), "record 3: expected an object, but got '?'"),
        (
            lambda refs, instances: refs[1]["sentences"][0].pop("sent"),
            "record 2, sentences 1: expected a field 'sent'",
        ),
        (lambda refs, instances: instances.pop("images"), "instances.json: expected a field 'images'"),
        (
            lambda refs, instances: instances["images"][2].update(width=None),
            "instances.json, images 3: expected 'width' as int, but got None",
        ),
        (
            lambda refs, instances: instances["annotations"][4].update(category_id=99),
            "annotations 5: expected the category of its category_id",
        ),
        (
            lambda refs, instances: instances["categories"].__setitem__(0, {"id": 1, "name": " "}),
            "categories 1: expected a name",
        ),
    ],
)
def test_a_broken_record_is_named_with_its_file(tmp_path: Path, change: Change, told: str) -> None:
    with pytest.raises(SourceError) as error:
        refer(tmp_path, change)
    assert told in str(error.value)
    assert "\n" not in str(error.value)


def test_the_same_photo_of_several_sets_is_one_and_goes_to_the_split_that_is_held_out_most(
    tmp_path: Path,
) -> None:
    first = write_refer(tmp_path / "refcoco", references(2), coco(2))
    more = [reference(2, 1, "test", "woman near the very left"), reference(5, 2, "train", "man on the right")]
    second = write_refer(tmp_path / "refcocog", more, coco(2), "refs(umd).p")
    images = Images((write_images(tmp_path / "images", 2),))
    one, two = read_refer([first, second], images, Tally())
    assert one.split is Split.TEST
    assert one.spots[0].expressions[-1] == "woman near the very left"
    assert two.spots[1].expressions == ("white man in fog right", "man on the right")


class Evil:
    """Calls a function when it is unpickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (Path("called"),)


def test_a_pickle_that_asks_for_more_than_values_is_refused_and_calls_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "refs(unc).p"
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        path.write_bytes(pickle.dumps([{"sent": Evil()}], protocol=protocol))
        with pytest.raises(SourceError, match="convert it to JSON") as error:
            list(read_refs(path))
        assert "\n" not in str(error.value)
    assert not Path("called").exists()
    path.write_bytes(pickle.dumps(references(1))[:-30])
    with pytest.raises(SourceError, match="in a pickle, but"):
        list(read_refs(path))


def test_texts_of_python_2_and_a_conversion_to_json_are_read(tmp_path: Path) -> None:
    # What Python 2 wrote for [{"sent": "caf\xc3\xa9"}]: byte strings, by a protocol of text.
    (tmp_path / "refs.p").write_bytes(b"(lp0\n(dp1\nS'sent'\np2\nS'caf\\xc3\\xa9'\np3\nsa.")
    (tmp_path / "refs.json").write_text('[{"sent": "café"}]', encoding="utf-8")
    for name in ("refs.p", "refs.json"):
        (row,) = read_refs(tmp_path / name)
        assert row.take("sent", str) == "café"


def test_phrases_of_visual_genome_point_to_the_only_object_of_their_noun(tmp_path: Path) -> None:
    tally = Tally()
    one, two = read_genome(
        write_genome(tmp_path / "vg"), Images((write_genome_images(tmp_path / "images"),)), tally
    )
    assert (one.key, one.same, one.split) == ("vg-1", "coco-1", None)
    assert two.same == "vg-2"
    assert [(spot.noun, spot.expressions) for spot in one.spots] == [
        ("woman", ("woman in red",)),
        ("dog", ("White dog by tree",)),
    ]
    assert one.shows == {"person", "dog", "sky", "chair"}
    assert tally.counts == {LeftOut.SAME_NOUN: 4, LeftOut.OTHER_CLASS: 2, LeftOut.NO_OBJECT: 6}


def test_a_phrase_that_fits_two_objects_points_to_neither(tmp_path: Path) -> None:
    place = {"x": 10, "y": 20, "w": 70, "h": 90}
    region = {"x": 10, "y": 20, "width": 70, "height": 90}
    folder = write_genome(
        tmp_path / "vg",
        objects=[{"image_id": 1, "objects": [{**place, "names": [name]} for name in ("dog", "cat")]}],
        region_descriptions=[
            {"id": 1, "regions": [{**region, "phrase": text} for text in ("dog and cat", "a lazy cat")]}
        ],
    )
    tally = Tally()
    (photo,) = read_genome(folder, Images((write_genome_images(tmp_path / "images"),)), tally)
    assert [spot.expressions for spot in photo.spots] == [("lazy cat",)]
    assert tally.counts == {LeftOut.NO_OBJECT: 1, LeftOut.NO_EXPRESSION: 1}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"objects": {"image_id": 1}}, "objects.json: expected a JSON list"),
        (
            {"objects": [{"image_id": 7, "objects": []}]},
            "objects.json, record 1: expected an image of",
        ),
        (
            {"objects": [{"image_id": 1, "objects": [{"x": 1, "y": 1, "w": 1, "h": 1, "names": []}]}]},
            "objects.json, record 1, objects 1: expected names",
        ),
        (
            {"region_descriptions": [{"id": 1, "regions": []}, {"id": 2, "regions": [{"phrase": 3}]}]},
            "region_descriptions.json, record 2, regions 1: expected 'phrase' as str, but got 3",
        ),
    ],
)
def test_a_broken_record_of_visual_genome_is_named(
    tmp_path: Path, changes: dict[str, object], told: str
) -> None:
    folder = write_genome(tmp_path / "vg", **changes)
    with pytest.raises(SourceError) as error:
        read_genome(folder, Images((write_genome_images(tmp_path / "images"),)), Tally())
    assert told in str(error.value)


def test_a_long_list_is_read_piece_by_piece_and_names_where_it_breaks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.building.files._PIECE", 7)
    path = tmp_path / "long.json"
    path.write_text(" [ " + ", ".join(json.dumps({"a": "x" * number}) for number in range(40)) + "\n]\n")
    assert [len(row.take("a", str)) for row in stream_list(path)] == list(range(40))
    path.write_text('[{"a": 1}, {"a": ')
    with pytest.raises(SourceError, match=r"long\.json, record 2: no JSON"):
        list(stream_list(path))
    path.write_text('[{"a": 1}')
    with pytest.raises(SourceError, match=r"record 2: no JSON"):
        list(stream_list(path))


def test_photos_that_cannot_be_used_are_counted_and_the_same_bytes_are_one(tmp_path: Path) -> None:
    photos, tally = refer(tmp_path)
    below = tmp_path / "images" / "train2014"
    (below / f"COCO_train2014_{1:012}.jpg").write_bytes(picture(2))
    (below / f"COCO_train2014_{3:012}.jpg").write_bytes(picture(3)[:200])
    photos[3] = Pictured(**{**{n: getattr(photos[3], n) for n in Pictured.__slots__}, "size": (100, 100)})
    chosen = choose(photos, Choice(regions=1), tally, lambda _: None)
    assert len(chosen) == 1
    assert tally.counts == {
        LeftOut.SAME_PHOTO: 1,
        LeftOut.UNREADABLE: 1,
        LeftOut.OTHER_SIZE: 1,
        LeftOut.MANY_REGIONS: 1,
    }


def test_a_photo_of_visual_genome_is_in_the_split_that_coco_has_it_in(tmp_path: Path) -> None:
    tally = Tally()
    photos, _ = refer(tmp_path, lambda refs, instances: [one.update(split="testA") for one in refs[:2]])
    photos += read_genome(
        write_genome(tmp_path / "vg"), Images((write_genome_images(tmp_path / "vg-images"),)), tally
    )
    for photo in photos:  # other bytes: Visual Genome's copies were scaled
        if photo.key == "vg-1":
            photo.file.write_bytes(picture(30))
    splits = {one.pictured.key: one.split for one in choose(photos, Choice(), tally, lambda _: None)}
    assert splits["coco-1"] is splits["vg-1"] is Split.TEST


def test_photos_without_a_split_are_dealt_out_by_their_own_name(tmp_path: Path) -> None:
    (one, *_), _ = refer(tmp_path)
    fields = {name: getattr(one, name) for name in Pictured.__slots__}
    many = [Pictured(**{**fields, "key": f"vg-{n}", "same": f"vg-{n}", "split": None}) for n in range(400)]
    from training.building.choosing import _splits

    found = list(_splits(many, 0).values())
    assert 10 <= found.count(Split.VALIDATION) <= 32
    assert 10 <= found.count(Split.TEST) <= 32
    assert _splits(many[:50], 0).items() <= _splits(many, 0).items()


def test_boxes_a_pixel_beyond_the_edge_are_cut(tmp_path: Path) -> None:
    wide = annotation(2, 1, 1, [-0.6, 20, 90, 101])
    photos, tally = refer(tmp_path, lambda refs, instances: instances["annotations"][0].update(wide))
    assert photos[0].spots[0].box == Box(0, 20, 89, 120)
    assert not tally.counts
