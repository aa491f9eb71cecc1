"""An ordinary chain: retriever, prompt, model, and the checked answer."""

from __future__ import annotations

from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage
from langchain_core.runnables import Runnable, RunnablePassthrough
from langchain_openai import ChatOpenAI
from pydantic import SecretStr, ValidationError

from gallery.gallery import Gallery
from generation.answer import Answer
from generation.context import Context, PersonBox
from generation.generator import Finish, GenerationError
from generation.langchain.checking import AnswerCheck
from generation.langchain.model import RCQwen2VL
from generation.langchain.prompt import RCVITPrompt
from generation.message import as_sent
from generation.picture import PictureBudget
from generation.prompt import Wording
from generation.prompter import Prompter
from generation.request import Request, Turn
from retrieval.langchain import PhotoRetriever
from retrieval.photos import given_photo
from retrieval.recogniser import Recogniser
from tests.fakes import picture
from tests.generation.langchain.parrot import SAID, Parrot
from tests.generation.server.scripted import says, serving
from tests.labelled import RED
from tests.retrieval.colours import GREY, GROUP, data_uri, enrolled

ASKED = {"photo": GROUP, "question": "Who stands beside the woman?"}
TURNS = (Turn("Who is it?", "Ann [2]."), Turn("Where?", "Here."))
MESSAGES = [HumanMessage("Who is it?"), AIMessage("Ann [2]."), HumanMessage("Where?"), AIMessage("Here.")]
BUDGET = PictureBudget(4, 16)


@pytest.fixture
def recogniser(lite: Gallery) -> Recogniser:
    """A recogniser of three, one of them a thing."""
    return enrolled(lite)


def chain(recogniser: Recogniser, model: Runnable[Any, Any], **prompt: Any) -> Runnable[Any, Any]:
    retriever = PhotoRetriever(recogniser=recogniser)
    documents = RunnablePassthrough.assign(documents=itemgetter("photo") | retriever)
    return documents | RCVITPrompt(**prompt) | model


def test_the_model_is_shown_what_every_other_way_to_an_answer_shows_it(recogniser: Recogniser) -> None:
    parrot, photo = Parrot(), given_photo(GROUP)
    model = RCQwen2VL(local=parrot)
    retriever = PhotoRetriever(recogniser=recogniser)
    ordinary = RunnablePassthrough.assign(documents=itemgetter("photo") | retriever) | model.prompt() | model
    context = Context.of(photo, recogniser.recognise(photo))
    prompter = Prompter(picture=BUDGET, count=parrot.count)
    for history in (TURNS, list(TURNS), MESSAGES):
        said = ordinary.invoke({**ASKED, "history": history})
        assert said.text == "".join(SAID)
        expected = prompter.messages(Request(photo, context, ASKED["question"], TURNS))
        shown = parrot.shown.pop()
        assert as_sent(shown) == as_sent(expected)
        seen, sent = (told.picture for told in (shown[0], expected[0]))
        assert seen is not None and sent is not None
        np.testing.assert_array_equal(seen.pixels, sent.pixels)
    assert "Ann's biography." in shown[0].text


def test_the_fields_of_the_prompt_are_heeded(recogniser: Recogniser) -> None:
    parrot = Parrot()
    fields = {"wording": Wording(cite=False), "person_box": PersonBox.FACE, "picture": PictureBudget(30, 50)}
    chain(recogniser, RCQwen2VL(local=parrot, picture=PictureBudget(1, 99)), **fields).invoke(ASKED)
    (message,) = parrot.shown[0]
    assert "citations" not in message.text
    assert "woman located at <|box_start|>(275,100),(475,900)<|box_end|>" in message.text
    assert message.picture is not None
    assert 30 <= message.picture.size[0] * message.picture.size[1] / 28**2 <= 50


def test_a_chain_streams_and_takes_many_photos(recogniser: Recogniser) -> None:
    parrot = Parrot()
    ordinary = chain(recogniser, RCQwen2VL(local=parrot))
    assert [chunk.text for chunk in ordinary.stream(ASKED)] == [*SAID, ""]
    several = [
        ASKED,
        {"photo": data_uri(RED), "question": "Who?"},
        {"photo": data_uri(GREY), "question": "?"},
    ]
    parrot.shown.clear()
    assert [said.text for said in ordinary.batch(several)] == ["".join(SAID)] * 3
    assert sorted(shown[0].text.count("The information of") for shown in parrot.shown) == [0, 1, 3]


async def test_a_chain_runs_asynchronously(recogniser: Recogniser) -> None:
    ordinary = chain(recogniser, RCQwen2VL(local=Parrot()))
    assert (await ordinary.ainvoke(ASKED)).text == "".join(SAID)
    assert [chunk.text async for chunk in ordinary.astream(ASKED)] == [*SAID, ""]
    assert len(await ordinary.abatch([ASKED, ASKED])) == 2


def test_another_chat_model_can_stand_in_its_place(recogniser: Recogniser) -> None:
    with serving(says("Bob ", "[2].")) as server:
        model = ChatOpenAI(
            base_url=f"{server.url}/v1", model="tiny", api_key=SecretStr("none"), streaming=True
        )
        ordinary = chain(recogniser, model, picture=BUDGET)
        assert "".join(chunk.text for chunk in ordinary.stream(ASKED)) == "Bob [2]."
        (message,) = server.bodies[0]["messages"]
    image, text = message["content"]
    photo = given_photo(GROUP)
    context = Context.of(photo, recogniser.recognise(photo))
    (expected,) = Prompter(picture=BUDGET).messages(Request(photo, context, ASKED["question"]))
    assert expected.picture is not None
    assert image == {"type": "image_url", "image_url": {"url": expected.picture.data_uri()}}
    assert text == {"type": "text", "text": expected.text}


def test_a_photo_is_read_from_disk_only_where_that_is_allowed(recogniser: Recogniser, tmp_path: Path) -> None:
    (tmp_path / "ann.png").write_bytes(picture(RED))
    asked: Any = {"photo": "ann.png", "question": "Who?", "documents": []}
    assert RCVITPrompt(allow_paths=True, root=tmp_path).invoke(asked)
    with pytest.raises(ValueError, match="paths are read only with allow_paths"):
        RCVITPrompt(root=tmp_path).invoke(asked)
    with pytest.raises(ValueError, match="leads outside"):
        RCVITPrompt(allow_paths=True, root=tmp_path).invoke({**asked, "photo": "../ann.png"})


@pytest.mark.parametrize(
    ("history", "complaint"),
    [
        (MESSAGES[:3], "ends with a question"),
        ([MESSAGES[1], MESSAGES[0]], "a human message before each AI message"),
        ([TURNS[0], MESSAGES[1]], "a human message before each AI message"),
    ],
)
def test_a_history_without_order_is_refused(history: list[Turn | BaseMessage], complaint: str) -> None:
    with pytest.raises(GenerationError, match=complaint):
        RCVITPrompt().invoke({"photo": GROUP, "question": "?", "documents": [], "history": history})


def test_a_prompt_says_what_is_missing_or_makes_no_sense() -> None:
    incomplete = {"question": "Who?"}
    with pytest.raises(GenerationError, match="missing: photo, documents"):
        RCVITPrompt().invoke(incomplete)
    with pytest.raises(ValidationError, match="no document is of them"):
        RCVITPrompt(wording=Wording(strangers=True))
    with pytest.raises(ValidationError, match="strangers"):
        RCVITPrompt(strangers=True)  # type: ignore[call-arg]  # that is the test


def answering(recogniser: Recogniser, model: Runnable[Any, Any], check: AnswerCheck) -> Runnable[Any, Answer]:
    retriever = PhotoRetriever(recogniser=recogniser)
    return (
        RunnablePassthrough.assign(documents=itemgetter("photo") | retriever)
        | RunnablePassthrough.assign(prompt=RCVITPrompt(picture=BUDGET))
        | RunnablePassthrough.assign(answer=itemgetter("prompt") | model)
        | check
    )


def test_a_chain_can_end_in_a_checked_answer(recogniser: Recogniser) -> None:
    parrot = Parrot(finish=Finish.LENGTH)
    answer = answering(recogniser, RCQwen2VL(local=parrot), AnswerCheck()).invoke(ASKED)
    assert answer.text == "".join(SAID)
    assert [(entry.k, entry.name) for entry in answer.citations] == [(1, "Cy"), (2, "Ann")]
    assert answer.finish is Finish.LENGTH
    assert answer.sent == parrot.shown[0][0].text
    assert (answer.generator, answer.note) == ("chain", "parrot answered in a LangChain chain.")


async def test_a_checked_answer_comes_asynchronously_and_from_another_model(recogniser: Recogniser) -> None:
    with serving(says("Ann [2].", finish="length")) as server:
        model = ChatOpenAI(
            base_url=f"{server.url}/v1", model="tiny", api_key=SecretStr("none"), streaming=True
        )
        answer = await answering(recogniser, model, AnswerCheck(gallery=recogniser.gallery)).ainvoke(ASKED)
    assert [entry.name for entry in answer.citations] == ["Ann"]
    assert answer.finish is Finish.LENGTH
    assert answer.note == "tiny answered in a LangChain chain."


def test_an_answer_that_its_model_withheld_is_no_answer() -> None:
    withheld = AIMessage("Ann", response_metadata={"finish_reason": "content_filter"})
    with pytest.raises(GenerationError, match=r"withheld the rest of its answer \(content_filter\)"):
        AnswerCheck().invoke({"documents": [], "answer": withheld})


def test_plain_text_can_be_checked_too() -> None:
    answer = AnswerCheck().invoke({"documents": [], "answer": " Nobody. "})
    assert (answer.text, answer.citations, answer.finish, answer.sent) == ("Nobody.", (), Finish.END, "")
    incomplete: dict[str, object] = {"documents": []}
    with pytest.raises(GenerationError, match="missing: answer"):
        AnswerCheck().invoke(incomplete)
