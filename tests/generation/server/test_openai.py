"""A server by its URL: what it is sent, what comes back, and which model answers."""

from __future__ import annotations

import base64
import gc
import io
import logging
import threading

import numpy as np
import pytest
from PIL import Image

from generation.conversation import Conversation
from generation.generator import Finish, GenerationError
from generation.picture import PictureBudget
from generation.prompter import Prompter
from generation.request import Request, Turn
from generation.sampling import GREEDY, Sampling
from generation.server.openai import base_url, connect
from tests.generation.contexts import ada, bob, photo
from tests.generation.server.scripted import (
    Handler,
    Reply,
    Scripted,
    endless,
    fails,
    html,
    says,
    serving,
)
from vision.photo import Photo

KEY = "sk-very-secret"
CONTEXT = photo(ada, bob)
NOISE = Photo.from_pixels(np.random.default_rng(0).integers(0, 256, (500, 1000, 3), dtype=np.uint8))
REQUEST = Request(NOISE, CONTEXT, "Who is it?")


def written(server: Scripted) -> str:
    """What a server without a key answers."""
    return connect(server.url).stream(REQUEST).finished().text


def test_an_answer_is_streamed_and_its_end_is_known() -> None:
    with serving(says("Ada ", "is a nurse", " [1].")) as server:
        generator = connect(server.url)
        stream = generator.stream(REQUEST)
        assert list(stream) == ["Ada ", "is a nurse", " [1]."]
        assert (stream.draft.text, stream.draft.finish) == ("Ada is a nurse [1].", Finish.END)
        assert generator.name == "server"
        assert generator.note.startswith(f"The model tiny at {server.url}/v1 wrote the answer")


def test_an_answer_that_reached_the_limit_says_so() -> None:
    with serving(says("Ada is", finish="length")) as server:
        assert connect(server.url).stream(REQUEST).finished().finish is Finish.LENGTH


def test_the_server_gets_the_picture_before_the_prompt_and_the_very_pixels() -> None:
    prompter = Prompter(picture=PictureBudget(4, 64))
    with serving(says("Yes.")) as server:
        draft = connect(server.url, prompter=prompter).stream(REQUEST).finished()
    (message,) = server.bodies[0]["messages"]
    picture, text = message["content"]
    assert (message["role"], text) == ("user", {"type": "text", "text": draft.sent})
    head, _, data = picture["image_url"]["url"].partition(",")
    expected = prompter.messages(REQUEST)[0].picture
    assert expected is not None
    with Image.open(io.BytesIO(base64.b64decode(data))) as image:
        assert np.array_equal(np.asarray(image), expected.pixels)
    assert (picture["type"], head) == ("image_url", "data:image/png;base64")


def test_earlier_turns_are_sent_between_the_prompt_and_the_question() -> None:
    with serving(says("Yes.")) as server:
        request = Request(NOISE, CONTEXT, "And he?", (Turn("Who is she?", "Ada [1]."),))
        connect(server.url).stream(request).finished()
    first, answer, question = server.bodies[0]["messages"]
    assert first["content"][1]["text"].endswith("Who is she?")
    assert (answer, question) == (
        {"role": "assistant", "content": "Ada [1]."},
        {"role": "user", "content": "And he?"},
    )


@pytest.mark.parametrize(
    ("sampling", "sent"),
    [
        (Sampling(), {"max_tokens": 512}),
        (GREEDY, {"max_tokens": 512, "temperature": 0.0}),
        (Sampling(9, 0.5, 0.9, 7), {"max_tokens": 9, "temperature": 0.5, "top_p": 0.9, "seed": 7}),
    ],
)
def test_settings_that_are_left_open_are_not_sent(sampling: Sampling, sent: dict[str, float]) -> None:
    with serving(says("Yes.")) as server:
        connect(server.url, sampling=sampling).stream(REQUEST).finished()
    body = server.bodies[0]
    assert body.pop("messages")
    assert body == {"model": "tiny", "stream": True, **sent}


def test_leaving_an_answer_closes_the_connection() -> None:
    with serving(endless) as server:
        pieces = iter(connect(server.url).stream(REQUEST))
        assert next(pieces) == "on "
        assert not server.closed.is_set()
        pieces.close()  # type: ignore[attr-defined]  # a generator, which Iterator does not say
        assert server.closed.wait(30)


def test_cancelling_a_conversation_closes_the_connection_and_keeps_what_was_written() -> None:
    with serving(endless) as server:
        conversation = Conversation(NOISE, CONTEXT, connect(server.url))
        for _ in conversation.stream("Who is it?"):
            conversation.cancel()
        assert server.closed.wait(30)
    answer = conversation.exchanges[-1].answer
    assert (answer.text, answer.finish) == ("on", Finish.CANCELLED)


def test_a_server_that_is_down_is_named_at_once() -> None:
    with serving(says("")) as server:
        url = server.url
    for model in (None, "tiny"):
        with pytest.raises(GenerationError, match=f"^The server at {url}/v1 does not answer; is it running"):
            connect(url, model, key=KEY)


@pytest.mark.parametrize(
    ("models", "line"),
    [
        (["b", "a"], "has several models; choose one with --model: 'b', 'a'."),
        ([], "lists no model; name the one to ask with --model."),
        (html, "sent no list of models; is the URL right?"),
        (fails(500, "broken"), r"failed \(500: broken\)."),
        (fails(401, f"no {KEY}"), r"refused the key \(401: no \[key\]\)"),
    ],
)
def test_without_a_name_the_only_model_is_asked(models: Reply | list[str], line: str) -> None:
    with serving(says("Yes."), models=models) as server, pytest.raises(GenerationError, match=line):
        connect(server.url, key=KEY)


@pytest.mark.parametrize("models", [["other"], html, fails(404), fails(500)])
def test_a_model_that_is_named_is_asked_whatever_the_list_says(models: Reply | list[str]) -> None:
    with serving(says("Yes."), models=models) as server:
        assert connect(server.url, "alias").stream(REQUEST).finished().text == "Yes."
    assert server.bodies[0]["model"] == "alias"


def test_a_server_that_wants_a_key_says_so_before_the_first_question() -> None:
    with (
        serving(says("Yes."), models=fails(401)) as server,
        pytest.raises(GenerationError, match="wants a key; set the key of this server"),
    ):
        connect(server.url, "tiny")


def test_neither_key_nor_photo_nor_biography_reaches_a_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with serving(fails(500, Retry_After="0.01"), says("Yes.")) as server:
        connect(server.url, key=KEY).stream(REQUEST).finished()
    assert server.headers[0]["authorization"] == f"Bearer {KEY}"
    lines = [record.getMessage() for record in caplog.records]
    assert any("/v1/chat/completions" in line for line in lines)  # the libraries do log
    for secret in (KEY, "base64", "Lovelace", "Who is it"):
        assert not [line for line in lines if secret in line]


def test_a_batch_is_asked_at_the_same_time_and_keeps_its_order() -> None:
    together = threading.Barrier(4)

    def repeats(handler: Handler) -> None:
        together.wait(30)  # broken if they came one after the other
        says(handler.body["messages"][0]["content"][1]["text"].splitlines()[-1])(handler)

    with serving(repeats) as server:
        drafts = connect(server.url).batch([Request(NOISE, CONTEXT, f"Who is {n}?") for n in range(4)])
    assert [draft.text for draft in drafts] == [f"Who is {n}?" for n in range(4)]


def test_connections_are_closed_with_the_generator() -> None:
    with serving(says("Yes.")) as server:
        generator = connect(server.url)
        generator.stream(REQUEST).finished()
        client = generator._chat.root_client  # type: ignore[attr-defined]  # what must be closed
        assert not client.is_closed()
        del generator
        gc.collect()
        assert client.is_closed()


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://h:8000", "http://h:8000/v1"),
        (" http://h:8000/ ", "http://h:8000/v1"),
        ("http://h:8000/v1", "http://h:8000/v1"),
        ("http://h:8000/v1/", "http://h:8000/v1"),
        ("http://h:8000/v1/chat/completions", "http://h:8000/v1"),
        ("https://h/ollama", "https://h/ollama/v1"),
        ("https://h/v1beta/openai/", "https://h/v1beta/openai"),
        ("http://[::1]:8000", "http://[::1]:8000/v1"),
    ],
)
def test_a_url_may_leave_out_the_version(url: str, expected: str) -> None:
    assert base_url(url) == expected


@pytest.mark.parametrize(
    "url", ["", "h:8000", "ftp://h", "http://", "http://h:port", "http://h:99999", "http://[h"]
)
def test_what_is_no_url_of_a_server_is_an_error(url: str) -> None:
    with pytest.raises(GenerationError, match="Expected a server's URL such as"):
        base_url(url)


@pytest.mark.parametrize("url", ["http://ann:pass@h", "http://h/v1?key=pass", "http://h/#pass"])
def test_a_url_with_a_secret_is_an_error_that_does_not_repeat_it(url: str) -> None:
    with pytest.raises(GenerationError, match="give the address alone") as error:
        base_url(url)
    assert not any(secret in str(error.value) for secret in ("pass@", "key=pass", "#pass"))
