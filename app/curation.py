"""The commands of `placard gallery`."""

from __future__ import annotations

import sys
from pathlib import Path

from app.archives import drop_archives
from app.forms import print_json, printable
from app.portable import METADATA, line_of
from app.settings import Settings
from gallery.entity import Entity
from gallery.gallery import Gallery
from gallery.rejection import Rejection
from retrieval.nouns import nouns_agree
from vision.errors import UserError


def list_entities(settings: Settings, *, as_json: bool) -> None:
    """Print everybody and everything, one line each."""
    with Gallery.open(settings.gallery_url) as gallery:
        counts = gallery.reference_counts()
        if as_json:
            rows = [
                {
                    "id": entity.id,
                    "kind": entity.kind.value,
                    "noun": entity.noun,
                    "name": entity.name,
                    "external_id": entity.external_id,
                    "references": counts.get(entity.id, 0),
                }
                for entity in gallery.iterate()
            ]
            print_json(rows)
            return
        for entity in gallery.iterate():
            what = entity.noun or entity.kind.value
            count = counts.get(entity.id, 0)
            print(
                printable(
                    f"{entity.id:>6}  {entity.name:<40}{what:<16}{count:>4} references  {entity.source}"
                )
            )
        if not counts:
            print("The gallery is empty; 'placard ingest' fills it.", file=sys.stderr)


def show(settings: Settings, person: str) -> None:
    """Print one entity with its references."""
    with Gallery.open(settings.gallery_url) as gallery:
        entity = one_of(gallery, person)
        print(printable(f"{entity.id}  {entity.name} ({entity.noun}, from {entity.source})"))
        if entity.external_id:
            print(printable(f"external id {entity.external_id}"))
        for other in gallery.merged(entity.id):
            print(printable(f"stands also for {other.id}  {other.name} (from {other.source})"))
        print("\n" + "\n".join(map(printable, (entity.biography or "No biography.").splitlines())) + "\n")
        for reference in gallery.references(entity.id):
            quality = reference.quality
            print(
                f"reference {reference.id}: photo {reference.photo[:12]}, box {reference.box.as_list()}, "
                f"{quality.size} px, sharpness {quality.sharpness:.0f}, brightness {quality.brightness:.2f}, "
                f"yaw {quality.yaw:.0f}"
            )
        with gallery.ledger() as ledger:
            rejections = ledger.rejections_of(entity.id)
        for one in rejections:
            print(f"rejection {one.id}: not photo {one.photo[:12]}, {_place(one)}")


def rename(settings: Settings, person: str, name: str) -> None:
    """Rename an entity."""
    with Gallery.open(settings.gallery_url) as gallery:
        entity = one_of(gallery, person)
        with gallery.write() as writer:
            writer.rename(entity.id, name)
        print(printable(f"{entity.name} is now {name}."))


def merge(settings: Settings, person: str, into: str, *, confirmed: bool) -> None:
    """Let one entity stand for another of its kind; ask where they are called by different nouns."""
    with Gallery.open(settings.gallery_url) as gallery:
        merged, survivor = one_of(gallery, person), one_of(gallery, into)
        if merged.kind is survivor.kind and not nouns_agree(merged.noun, survivor.noun) and not confirmed:
            both = f"{merged.name} ({merged.noun}) and {survivor.name} ({survivor.noun})"
            print(printable(f"{both} are called differently; after this they are one {survivor.noun}."))
            if _typed(f"Type {merged.id} to go on: ", "merged") != str(merged.id):
                raise UserError("Nothing was merged.")
        with gallery.write() as writer:
            writer.merge(merged.id, survivor.id)
        print(printable(f"{survivor.name} ({survivor.id}) now stands for {merged.name} ({merged.id})."))
        print(f"'placard gallery unmerge {merged.id}' takes it back.")


def unmerge(settings: Settings, entity_id: int) -> None:
    """Take back a merge."""
    with Gallery.open(settings.gallery_url) as gallery:
        with gallery.write() as writer:
            writer.unmerge(entity_id)
        print(printable(f"{gallery.entity(entity_id).name} ({entity_id}) stands for itself again."))


def forget(settings: Settings, person: str, *, confirmed: bool) -> None:
    """Delete an entity for good."""
    with Gallery.open(settings.gallery_url) as gallery:
        entity = one_of(gallery, person)
        if not confirmed:
            count = len(gallery.references(entity.id))
            print(printable(f"This deletes {entity.name} with biography and {count} references, for good."))
            if _typed(f"Type {entity.id} to go on: ", "deleted") != str(entity.id):
                raise UserError("Nothing was deleted.")
        forgotten = gallery.forget(entity.id)
        drop_archives(settings.home, gallery.jobs)
        print(f"Forgotten: {forgotten.entities} entity, {forgotten.references} references.")
        print(f"Rows left: {forgotten.remaining_rows}.")
        if forgotten.bytes_purged:
            print("Its bytes are gone from the database.")
        else:
            print("Another process still reads an older state; the bytes go when the gallery is opened next.")


def _typed(prompt: str, done: str) -> str:
    try:
        return input(prompt).strip()
    except EOFError as error:
        raise UserError(f"Nothing was {done}: no confirmation came; --yes goes on without one.") from error


def export(settings: Settings, folder: Path) -> None:
    """Write the gallery as a folder with metadata.jsonl and one crop a reference."""
    with Gallery.open(settings.gallery_url) as gallery:
        try:
            folder.mkdir(parents=True)
        except FileExistsError as error:
            raise UserError(f"{folder} is there already; give a folder that is not.") from error
        except OSError as error:
            raise UserError(f"{folder} cannot be made: {error.strerror}.") from error
        count = 0
        with (folder / METADATA).open("w", encoding="utf-8") as file:
            for entity in gallery.iterate():
                for reference in gallery.references(entity.id):
                    name = f"{reference.id}.jpg"
                    (folder / name).write_bytes(gallery.crop(reference.id))
                    file.write(line_of(entity, name))
                    count += 1
        print(f"Wrote {count} references to {folder}; 'placard ingest {folder}' reads them.")


def _place(rejection: Rejection) -> str:
    return f"box {rejection.box.as_list()}" if rejection.box else "anywhere in it"


def one_of(gallery: Gallery, person: str) -> Entity:
    """The entity of an id or a unique name."""
    if person.isdecimal():
        return gallery.entity(int(person))
    found = gallery.find(person)
    if not found:
        raise UserError(
            f"Nobody in the gallery is named '{person}'; 'placard gallery list' shows who is there."
        )
    if len(found) > 1:
        some = ", ".join(f"{entity.name} ({entity.id})" for entity in found[:5])
        raise UserError(f"{len(found)} entities fit '{person}': {some}. Give an id.")
    return found[0]
