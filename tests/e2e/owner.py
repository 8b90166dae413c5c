"""The owner in front of Home Assistant: the calls that the panel makes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .evidence import need
from .processes import StepError, until

if TYPE_CHECKING:
    from collections.abc import Callable

    from .home_assistant import HomeAssistant

PIN = "271828"
SEEN_WITHIN_S = 60.0
HEADING_DEG, FIELD_OF_VIEW_DEG, RANGE_M = 180, 120, 30


class Owner:
    """The Home Assistant owner, signed in."""

    def __init__(self, home: HomeAssistant) -> None:
        """Name the Home Assistant."""
        self._home = home

    async def enrol(self, code: str, hub_url: str, words: str) -> None:
        """Join the city by the config flow, after comparing its eight words."""

        def compare(form: dict[str, Any]) -> dict[str, bool]:
            need(form["description_placeholders"]["words"] == words, "the home's words are not the city's")
            return {"same_words": True}

        pin = {"pin": PIN, "pin_again": PIN}
        made = await self._home.flow("milton_share", {"invitation": code, "hub_url": hub_url}, compare, pin)
        need(made["type"] == "create_entry", f"the home did not join: {made}")

    async def command(self, kind: str, **fields: Any) -> Any:  # noqa: ANN401  a peer's JSON
        """Send one of the integration's commands."""
        async with self._home.socket() as socket:
            return await socket.command(f"milton_share/{kind}", **fields)

    async def state(self) -> dict[str, Any]:
        """Return the whole state, as the panel gets it when it opens."""
        async with self._home.socket() as socket:
            event = await socket.first_event("milton_share/subscribe")
        if "state" not in event:
            message = f"the panel may not see the state: {event}"
            raise StepError(message)
        return dict(event["state"])

    async def camera(self, footage: str) -> dict[str, Any]:
        """Wait for the camera whose footage comes from there."""

        async def look() -> dict[str, Any] | None:
            return next((each for each in await self.command("cameras") if each["footage"] == footage), None)

        otherwise = f"the home finds no camera of '{footage}'"
        found = await until(look, SEEN_WITHIN_S, otherwise)
        if found is None:
            raise StepError(otherwise)
        return found

    async def offer_camera(self, position: tuple[int, int], footage: str = "here", *, eligible: bool = True) -> str:
        """Say of the camera whose footage comes from there that it looks at the street, and may be asked or not."""
        camera = await self.camera(footage)
        await self.command(
            "camera/set",
            camera_id=camera["camera_id"],
            placing="outdoor",
            eligible=eligible,
            position=list(position),
            heading_deg=HEADING_DEG,
            field_of_view_deg=FIELD_OF_VIEW_DEG,
            range_m=RANGE_M,
            recording="continuous",
            on_battery=False,
            record_also=False,
            also_told_by=[],
        )
        return str(camera["name"])

    async def request(
        self, request_id: str, ready: Callable[[dict[str, Any]], bool], otherwise: str, within_s: float = SEEN_WITHIN_S
    ) -> dict[str, Any]:
        """Wait until a request looks as ``ready`` says; return it."""

        async def look() -> dict[str, Any] | None:
            requests = (await self.state())["requests"]
            return next((each for each in requests if each["request_id"] == request_id and ready(each)), None)

        found = await until(look, within_s, otherwise)
        if found is None:
            raise StepError(otherwise)
        return found

    async def preview(self, case_id: str, sha256: str) -> bytes:
        """Return the very bytes that the player gets."""
        async with self._home.socket() as socket:
            signed = await socket.command("milton_share/preview_path", case_id=case_id, sha256=sha256)
            return await self._home.download(signed["path"])
