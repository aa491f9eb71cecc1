"""A visitor of the web app without a browser: Streamlit's own protocol over a real connection."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any, Self

from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.sync.client import connect
from websockets.typing import Subprotocol

_LARGEST = 64 * 1024 * 1024  # bytes of a message; a page with a photo has some 300 kB
_PATIENCE_S = 300.0


class Visitor:
    """One session, which sees what a browser is sent and clicks what it could."""

    def __init__(self, url: str, page: str = "") -> None:
        place = f"ws{url.removeprefix('http')}/_stcore/stream"
        self._socket = connect(place, max_size=_LARGEST, subprotocols=[Subprotocol("streamlit")])
        self._kept: dict[str, WidgetState] = {}  # what a browser sends again with each click
        self._name, self._page = page, ""
        self.elements: list[Any] = []  # of the run that is shown
        self.received = 0  # bytes
        self._run()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()

    def choose(self, option: str, *, among: str) -> None:
        """Choose one of a group of buttons, by the beginning of its key."""
        group = next(
            one.button_group for one in self._of("button_group") if f"-{among}" in one.button_group.id
        )
        state = WidgetState(id=group.id)
        state.string_array_value.data.append(option)
        self._kept[group.id] = state
        self._run()

    def click(self, label: str, *, wait: bool = True) -> None:
        """Click a button."""
        button = next(one.button for one in self._of("button") if one.button.label == label)
        self._run(WidgetState(id=button.id, trigger_value=True), wait=wait)

    def type(self, text: str, *, into: str) -> None:
        """Type into a field, by the beginning of its label."""
        field = next(
            one.text_input for one in self._of("text_input") if one.text_input.label.startswith(into)
        )
        self._kept[field.id] = WidgetState(id=field.id, string_value=text)
        self._run()

    def ask(self, question: str, *, until: Callable[[Visitor], bool] | None = None) -> None:
        """Type a question; with `until`, look no longer than that is so."""
        state = WidgetState(id=next(iter(self._of("chat_input"))).chat_input.id)
        state.chat_input_value.data = question
        self._run(state, until=until)

    def look(self) -> None:
        """Run the page again with nothing changed."""
        self._run()

    def data(self, name: str) -> list[Any]:
        """What our own parts of one kind are sent."""
        parts = [one.bidi_component for one in self._of("bidi_component")]
        return [json.loads(part.json) for part in parts if part.component_name == f"placard_{name}"]

    def faults(self) -> list[str]:
        """What went wrong in the run that is shown."""
        broken = [one.exception.message for one in self._of("exception")]
        return broken + [one.alert.body for one in self._of("alert") if one.alert.format == Alert.ERROR]

    def texts(self) -> list[str]:
        """The plain texts of the page."""
        return [one.text.body for one in self._of("text")]

    def _of(self, kind: str) -> Iterator[Any]:
        return (element for element in self.elements if element.WhichOneof("type") == kind)

    def _run(
        self, *changed: WidgetState, wait: bool = True, until: Callable[[Visitor], bool] | None = None
    ) -> None:
        message = BackMsg()
        message.rerun_script.page_script_hash = self._page
        message.rerun_script.page_name = "" if self._page else self._name
        message.rerun_script.widget_states.widgets.extend([*self._kept.values(), *changed])
        self._socket.send(message.SerializeToString())
        end = time.monotonic() + _PATIENCE_S
        while wait and not self._take(end) and not (until is not None and until(self)):
            pass

    def settle(self) -> None:
        """Look until the run is over."""
        end = time.monotonic() + _PATIENCE_S
        while not self._take(end):
            pass

    def _take(self, end: float) -> bool:
        """Take one message; True where a run is over and no other follows it at once."""
        data = self._socket.recv(timeout=max(0.0, end - time.monotonic()))
        assert isinstance(data, bytes)
        self.received += len(data)
        message = ForwardMsg.FromString(data)
        match message.WhichOneof("type"):
            case "new_session":
                self.elements, self._page = [], message.new_session.page_script_hash
            case "navigation":
                self._page = message.navigation.page_script_hash
            case "delta" if message.delta.WhichOneof("type") == "new_element":
                self.elements.append(message.delta.new_element)
            case "script_finished":
                return bool(message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY)
        return False
