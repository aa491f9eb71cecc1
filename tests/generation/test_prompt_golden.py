"""Whole prompts, letter by letter and token by token."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from transformers import Qwen2Tokenizer, Qwen2VLImageProcessor, Qwen2VLProcessor, Qwen2VLVideoProcessor

from generation.context import Context, Entry, Stranger
from generation.family import Family
from generation.prompt import Wording, rcvit_prompt
from generation.prompter import Prompter
from generation.request import Request, Turn
from tests.generation.contexts import blank, person, thing
from tests.generation.rendering import rendered, special_ids, token_ids
from tests.tiny import real_tokenizer
from vision.box import Box

JOHN = person("John Smith", "John Smith is a 41-year-old marketing executive.", noun="man")
BELLA = thing("Bella", "Bella is a 4-year-old dog; John Smith owns her", noun="dog")
SAM = thing("Sam", "Sam likes movie nights.", noun="dog")
SIZE = (1000, 1000)
PLACES = Box(755, 417, 991, 885), Box(163, 375, 638, 936), Box(442, 635, 629, 837)
SHOWCASE = Context(
    SIZE,
    tuple(
        Entry.of(k, entity, box, box)
        for k, (entity, box) in enumerate(zip((JOHN, BELLA, SAM), PLACES, strict=True), 1)
    ),
    (),
)
ONE = Context((4000, 3000), (Entry.of(1, JOHN, Box(0, 0, 9, 9), Box(3020, 1251, 3964, 2655)),), ())
STRANGER_BOX = Box(0, 300, 400, 2999)

ENTRIES = """\
[1]: The information of the man located at <|box_start|>(755,417),(991,885)<|box_end|> in the image: \
John Smith is a 41-year-old marketing executive.
[2]: The information of the dog located at <|box_start|>(163,375),(638,936)<|box_end|> in the image: \
Bella is a 4-year-old dog; John Smith owns her.
[3]: The information of the dog located at <|box_start|>(442,635),(629,837)<|box_end|> in the image: \
Sam likes movie nights.
"""
CITE = (
    "Answer the following question based on the information above and the given image, "
    "and provide citations for your response.\n"
)
SYSTEM = "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n"
USER = "<|im_start|>user\n"
PICTURE = "<|vision_start|><|image_pad|><|vision_end|>"
ASSISTANT = "<|im_start|>assistant\n"
END = "<|im_end|>\n"


@pytest.fixture(scope="module")
def tokenizer(qwen2_files: Path) -> Qwen2Tokenizer:
    """Qwen2-VL's own."""
    return real_tokenizer(qwen2_files)


def chat(tokenizer: Qwen2Tokenizer, context: Context, *history: Turn, wording: Wording | None = None) -> str:
    """The rendered chat that ends with a request to describe the image."""
    request = Request(blank(context), context, "Describe the image.", history)
    return rendered(tokenizer, Prompter(wording or Wording()).messages(request))


def test_the_worked_example_of_the_authors(tokenizer: Qwen2Tokenizer) -> None:
    assert chat(tokenizer, SHOWCASE) == (
        f"{SYSTEM}{USER}{PICTURE}{ENTRIES}{CITE}Describe the image.{END}{ASSISTANT}"
    )


def test_without_citations(tokenizer: Qwen2Tokenizer) -> None:
    assert chat(tokenizer, SHOWCASE, wording=Wording(cite=False)) == (
        f"{SYSTEM}{USER}{PICTURE}{ENTRIES}"
        "Answer the following question based on the information above and the given image.\n"
        f"Describe the image.{END}{ASSISTANT}"
    )


@pytest.mark.parametrize(
    ("boxes", "line"),
    [
        (
            (STRANGER_BOX,),
            "There is no information about the person located at "
            "<|box_start|>(0,100),(100,1000)<|box_end|> in the image.\n",
        ),
        (
            (STRANGER_BOX, Box(1000, 0, 2000, 1500)),
            "There is no information about the people located at "
            "<|box_start|>(0,100),(100,1000)<|box_end|>, <|box_start|>(250,0),(500,500)<|box_end|> "
            "in the image.\n",
        ),
    ],
)
def test_with_strangers(boxes: tuple[Box, ...], line: str) -> None:
    context = Context(ONE.size, ONE.entries, tuple(Stranger(box, box) for box in boxes))
    told = rcvit_prompt(context, "Who?", (1148, 840), wording=Wording(strangers=True))
    assert told == f"{ENTRIES.splitlines()[0]}\n{line}{CITE}Who?"
    assert rcvit_prompt(context, "Who?", (1148, 840)) == f"{ENTRIES.splitlines()[0]}\n{CITE}Who?"


@pytest.mark.parametrize("cite", [True, False])
def test_without_entries(tokenizer: Qwen2Tokenizer, cite: bool) -> None:
    assert chat(tokenizer, Context(SIZE, (), ()), wording=Wording(cite=cite)) == (
        f"{SYSTEM}{USER}{PICTURE}Nobody in the given image is known. "
        "Answer the following question based on the given image, without names.\n"
        f"Describe the image.{END}{ASSISTANT}"
    )


def test_several_turns(tokenizer: Qwen2Tokenizer) -> None:
    history = Turn("Who is he?", "John Smith [1]."), Turn("Whose dog?", "His. [2]")
    assert chat(tokenizer, SHOWCASE, *history) == (
        f"{SYSTEM}{USER}{PICTURE}{ENTRIES}{CITE}Who is he?{END}"
        f"{ASSISTANT}John Smith [1].{END}{USER}Whose dog?{END}"
        f"{ASSISTANT}His. [2]{END}{USER}Describe the image.{END}{ASSISTANT}"
    )


def test_other_families_say_the_same_with_their_own_places() -> None:
    lines = {
        family: rcvit_prompt(ONE, "Who?", (1148, 840), wording=Wording(family)).splitlines()[0]
        for family in Family
    }
    assert lines[Family.QWEN2_VL] == lines[Family.QWEN3_VL] == ENTRIES.splitlines()[0]
    assert lines[Family.QWEN2_5_VL] == ENTRIES.splitlines()[0].replace(
        "(755,417),(991,885)", "(867,350),(1138,743)"
    )


def test_the_token_ids_of_a_prompt(tokenizer: Qwen2Tokenizer) -> None:
    context = Context(SIZE, (Entry.of(1, person("Ann", noun="man"), PLACES[0], PLACES[0]),), ())
    request = Request(blank(context), context, "Who?")
    system = [151644, 8948, 198, 2610, 525, 264, 10950, 17847, 13, 151645, 198]
    picture = [151644, 872, 198, 151652, 151655, 151653]
    line = [
        *(
            58,
            16,
            5669,
            576,
            1995,
            315,
            279,
            883,
            7407,
            518,
            220,
        ),  # [1]: The information of the man located at
        *(151648, 7, 22, 20, 20, 11, 19, 16, 22, 23547, 24, 24, 16, 11, 23, 23, 20, 8, 151649),
        *(304, 279, 2168, 25, 9305, 624),  # in the image: Ann.
    ]
    instruction = [
        *(16141, 279, 2701, 3405, 3118, 389, 279, 1995, 3403, 323, 279, 2661, 2168),
        *(11, 323, 3410, 51846, 369, 697, 2033, 624),  # , and provide citations for your response.
    ]
    question = [15191, 30, 151645, 198, 151644, 77091, 198]
    found = token_ids(tokenizer, rendered(tokenizer, Prompter().messages(request)))
    assert found == [*system, *picture, *line, *instruction, *question]


def test_special_tokens_are_only_where_the_chat_and_the_boxes_need_them(tokenizer: Qwen2Tokenizer) -> None:
    history = Turn("Who is he?", "John Smith [1].")
    turn = [151644, 151645]
    boxes = [151648, 151649] * 3
    assert special_ids(tokenizer, chat(tokenizer, SHOWCASE, history)) == [
        *turn,  # system
        *(151644, 151652, 151655, 151653, *boxes, 151645),
        *turn,  # the earlier answer
        *turn,  # the question
        151644,  # the answer
    ]


def test_the_picture_becomes_as_many_tokens_as_its_size_says(tokenizer: Qwen2Tokenizer) -> None:
    limits = {"shortest_edge": 256 * 28**2, "longest_edge": 1280 * 28**2}
    processor = Qwen2VLProcessor(
        image_processor=Qwen2VLImageProcessor(size=limits),
        tokenizer=tokenizer,
        video_processor=Qwen2VLVideoProcessor(size=limits),
        chat_template=tokenizer.chat_template,
    )
    (message,) = Prompter().messages(Request(blank(ONE), ONE, "Who?"))
    assert message.picture is not None
    image = Image.fromarray(message.picture.pixels)
    inputs = processor(text=[rendered(tokenizer, [message])], images=[image], return_tensors="pt")
    ids = inputs["input_ids"][0].tolist()
    assert inputs["image_grid_thw"].tolist() == [[1, 60, 82]]
    assert ids.count(151655) == 1148 * 840 // 28**2
    assert [ids.count(token) for token in (151652, 151653, 151648, 151649)] == [1, 1, 1, 1]
