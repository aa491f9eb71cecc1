"""`placard eval public`: benches of personalisation in their authors' layouts, on the user's own gallery."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from app.benching import (
    answer_settings,
    ask_all,
    matching_settings,
    opened_generator,
    progress,
    provenance,
    word,
)
from app.settings import Settings
from app.wiring import open_recogniser
from evaluation.bench.matching import ChainMatcher, GoldMatcher, Matcher
from evaluation.bench.run import Plan
from evaluation.bench.setting import Ask, Setting
from evaluation.public.concepts import Captioned, ConceptQuestion, Recognition
from evaluation.public.known import known_concepts
from evaluation.public.layouts import (
    myvlm_captions,
    rap_recognition,
    yollava_recognition,
    yollava_text_qa,
    yollava_visual_qa,
)
from evaluation.public.naming import named_in_descriptions
from evaluation.public.questions import bench_of
from evaluation.public.recognise import recognised
from evaluation.public.report import recognition_lines, recognition_report
from gallery.gallery import Gallery
from vision.errors import UserError


class Layout(StrEnum):
    """Whose files, and what they ask."""

    YOLLAVA = "yollava"
    YOLLAVA_QA = "yollava-qa"
    YOLLAVA_TEXT_QA = "yollava-text-qa"
    RAP = "rap"
    MYVLM = "myvlm"


@dataclass(frozen=True, slots=True)
class Asked:
    """What `placard eval public` was asked to do."""

    layout: str
    source: Path
    photos: Path | None
    ask: str
    out: Path | None
    limit: int | None
    fresh: bool


def measure(settings: Settings, asked: Asked) -> None:
    """Read the files, ask what they ask of the gallery, and write the report."""
    layout = word(Layout, asked.layout, "LAYOUT")
    ask = word(Ask, asked.ask, "--ask")
    with Gallery.open(settings.gallery_url) as gallery:
        bench = _Public(settings, gallery, asked)
        match layout:
            case Layout.YOLLAVA:
                bench.recognise(yollava_recognition(asked.source)[: asked.limit])
            case Layout.RAP:
                bench.recognise(rap_recognition(asked.source, bench.photos)[: asked.limit])
            case Layout.MYVLM:
                bench.describe(myvlm_captions(asked.source)[: asked.limit])
            case Layout.YOLLAVA_QA:
                questions = yollava_visual_qa(asked.source, bench.photos)[: asked.limit]
                bench.question(questions, Setting.CHAIN, ask)
            case Layout.YOLLAVA_TEXT_QA:
                bench.question(yollava_text_qa(asked.source)[: asked.limit], Setting.GOLD, ask)


@dataclass(frozen=True, slots=True, eq=False)
class _Public:
    """A public bench and the gallery that it is asked of."""

    settings: Settings
    gallery: Gallery
    asked: Asked

    @property
    def photos(self) -> Path:
        """The folder of the photos, where the files do not stand in it."""
        if self.asked.photos is None:
            raise UserError(f"{self.asked.layout} needs the folder that holds test/; give it by --photos.")
        return self.asked.photos

    @property
    def out(self) -> Path:
        """Where the report goes."""
        home = self.settings.home.expanduser() / "evaluations"
        return self.asked.out or home / f"public-{self.asked.layout}"

    def recognise(self, pairs: Sequence[Recognition], captions: Sequence[Captioned] = ()) -> None:
        """Whether the recogniser alone finds each concept, and whether descriptions of photos name theirs."""
        known_concepts((pair.concept for pair in pairs), self.gallery)
        recogniser, _ = open_recogniser(self.settings, self.gallery)
        with progress("photos", len({pair.photo for pair in pairs})) as told:
            found = recognised(pairs, recogniser, told=told)
        depends = {name: str(value) for name, value in matching_settings(self.settings, recogniser).items()}
        naming = None
        if captions:
            generator = opened_generator(self.settings)
            depends["generator"] = generator.name
            with progress("descriptions", len(captions)) as told:
                naming = named_in_descriptions(captions, recogniser, generator, told=told)
        made = provenance(0, found.data, depends)
        title = f"{self.asked.layout}: recognition"
        page = recognition_report(found, naming, made, title=title).write(self.out)
        for name, figure in recognition_lines(found, naming):
            print(f"{name:<22}{figure}")
        print(f"Report: {page}")

    def describe(self, photos: Sequence[Captioned]) -> None:
        """Captioned photos: each is a pair with every concept, and a photo to describe."""
        concepts = sorted({one.concept for one in photos})
        pairs = [Recognition(one.photo, name, one.concept == name) for one in photos for name in concepts]
        self.recognise(pairs, photos)

    def question(self, questions: Sequence[ConceptQuestion], setting: Setting, ask: Ask) -> None:
        """Questions with options, asked as those of any bench."""
        concepts = known_concepts((question.concept for question in questions), self.gallery)
        bench = bench_of(questions, concepts, self.gallery, self.out)
        generator = opened_generator(self.settings)
        depends = {**answer_settings(self.settings), **bench.made}
        matcher: Matcher = GoldMatcher(bench)
        if setting.recognises:
            recogniser, _ = open_recogniser(self.settings, self.gallery)
            matcher = ChainMatcher(recogniser)
            depends |= matching_settings(self.settings, recogniser)
        plan = Plan(setting, generator, matcher, None, ask, self.settings.person_box, depends)
        ask_all(bench, plan, self.out, fresh=self.asked.fresh)
