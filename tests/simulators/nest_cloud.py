"""Google's side of Nest cameras: what its Smart Device Management API and its Pub/Sub answer.

Its published clients (google-nest-sdm over HTTP, google-cloud-pubsub over gRPC) ask it as they ask Google: the one by
an address that Home Assistant has in a constant, the other by the address of an emulator, `PUBSUB_EMULATOR_HOST`.
Everything that it is asked is written down.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import grpc
from aiohttp import web
from google import pubsub_v1

from .loopback import LOOPBACK, Loopback

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

PROJECT = "project"
SUBSCRIPTION = "projects/cloud-project/subscriptions/home"
TOKEN = "token-of-this-hour"
REFRESH_TOKEN = "refresh-token"
CHIME, PERSON, MOTION = ("DoorbellChime.Chime", "CameraPerson.Person", "CameraMotion.Motion")
_EVENT = "sdm.devices.events."
_TRAIT = "sdm.devices.traits."


def device_name(device: str) -> str:
    """Return what Google calls a device."""
    return f"enterprises/{PROJECT}/devices/{device}"


def doorbell(device: str = "door") -> dict[str, Any]:
    """Return a doorbell of today: its live view is WebRTC, and each event has a clip."""
    traits = ("DoorbellChime", "CameraMotion", "CameraPerson", "CameraClipPreview")
    return _device(device, "Front door", "DOORBELL", "WEB_RTC", traits)


def old_camera(device: str = "yard") -> dict[str, Any]:
    """Return a camera of before 2021: its live view is RTSP, and each event has a picture alone."""
    return _device(
        device, "Yard", "CAMERA", "RTSP", ("CameraMotion", "CameraPerson", "CameraSound", "CameraEventImage")
    )


def _device(device: str, name: str, kind: str, protocol: str, traits: tuple[str, ...]) -> dict[str, Any]:
    stream = {"videoCodecs": ["H264"], "audioCodecs": ["OPUS"], "supportedProtocols": [protocol]}
    return {
        "name": device_name(device),
        "type": f"sdm.devices.types.{kind}",
        "traits": {
            f"{_TRAIT}Info": {"customName": name},
            f"{_TRAIT}CameraLiveStream": stream,
            **{_TRAIT + trait: {} for trait in traits},
        },
        "parentRelations": [{"parent": f"enterprises/{PROJECT}/structures/house/rooms/porch", "displayName": "Porch"}],
    }


@dataclass(kw_only=True)
class NestCloud:
    """One owner's devices. `asked`: every question in its order, but for what keeps a stream of events open."""

    devices: list[dict[str, Any]] = field(default_factory=lambda: [doorbell()])
    asked: list[str] = field(default_factory=list)
    acknowledged: set[str] = field(default_factory=set)
    http_port: int = 0
    grpc_port: int = 0
    _clips: dict[str, bytes] = field(default_factory=dict)
    _told: asyncio.Queue[pubsub_v1.StreamingPullResponse] = field(default_factory=asyncio.Queue)

    @property
    def url(self) -> str:
        """Where its HTTP is."""
        return f"http://{LOOPBACK}:{self.http_port}"

    async def start(self) -> None:
        """Serve both on the loopback."""
        app = web.Application(middlewares=[self._note])
        app.router.add_post("/token", self._token)
        app.router.add_get(f"/v1/enterprises/{PROJECT}/structures", self._structures)
        app.router.add_get(f"/v1/enterprises/{PROJECT}/devices", self._devices)
        app.router.add_get("/clips/{session}", self._clip)
        self._serving = await Loopback.started(web.AppRunner(app, access_log=None, shutdown_timeout=0.5))
        self.http_port = self._serving.port
        self._server = grpc.aio.server()
        pull = grpc.stream_stream_rpc_method_handler(
            self._pull,
            request_deserializer=pubsub_v1.StreamingPullRequest.deserialize,
            response_serializer=pubsub_v1.StreamingPullResponse.serialize,
        )
        handler = grpc.method_handlers_generic_handler("google.pubsub.v1.Subscriber", {"StreamingPull": pull})
        self._server.add_generic_rpc_handlers((handler,))
        self.grpc_port = self._server.add_insecure_port(f"{LOOPBACK}:0")
        await self._server.start()

    async def stop(self) -> None:
        """Stop serving."""
        await self._server.stop(None)
        del self._server  # gRPC's thread ends with the last that uses it
        await self._serving.stop()

    async def tell(self, session: str, kind: str, at: datetime, clip: bytes | None, device: str = "door") -> None:
        """Publish an event as a doorbell does: what happened, and in a message of its own that there is a clip."""
        name = device_name(device)
        events = {_EVENT + kind: {"eventSessionId": session, "eventId": f"{session}-{kind}"}}
        await self._publish(f"{session}-began", _message(name, at, events, "STARTED"))
        if clip is not None:
            self._clips[session] = clip
            preview = {"eventSessionId": session, "previewUrl": f"{self.url}/clips/{session}"}
            events[f"{_EVENT}CameraClipPreview.ClipPreview"] = preview
            await self._publish(f"{session}-ended", _message(name, at, events, "ENDED"))

    async def _publish(self, message_id: str, message: dict[str, Any]) -> None:
        data = web.json_response(message).body
        assert isinstance(data, bytes)
        received = pubsub_v1.ReceivedMessage(
            ack_id=message_id, message=pubsub_v1.PubsubMessage(data=data, message_id=message_id)
        )
        await self._told.put(pubsub_v1.StreamingPullResponse(received_messages=[received]))

    async def _pull(
        self, requests: AsyncIterator[pubsub_v1.StreamingPullRequest], context: grpc.aio.ServicerContext[Any, Any]
    ) -> AsyncIterator[pubsub_v1.StreamingPullResponse]:
        first = await anext(requests)
        self.asked.append(f"StreamingPull {first.subscription}")
        if first.subscription != SUBSCRIPTION:
            await context.abort(grpc.StatusCode.NOT_FOUND, "no such subscription")
        while True:
            yield await self._told.get()

    @web.middleware
    async def _note(self, request: web.Request, handler: Any) -> web.StreamResponse:  # noqa: ANN401  aiohttp's own
        self.asked.append(f"{request.method} {request.path}")
        if request.path != "/token" and request.headers.get("Authorization") != f"Bearer {TOKEN}":
            error = {"error": {"code": 401, "message": "no token", "status": "UNAUTHENTICATED"}}
            return web.json_response(error, status=401)
        answer = await handler(request)
        assert isinstance(answer, web.StreamResponse)
        return answer

    async def _token(self, request: web.Request) -> web.Response:
        form = await request.post()
        if form.get("refresh_token") != REFRESH_TOKEN or form.get("grant_type") != "refresh_token":
            return web.json_response({"error": "invalid_grant"}, status=400)
        return web.json_response({"access_token": TOKEN, "expires_in": 3600, "token_type": "Bearer"})

    async def _structures(self, _request: web.Request) -> web.Response:
        traits = {"sdm.structures.traits.Info": {"customName": "House"}}
        name = f"enterprises/{PROJECT}/structures/house"
        return web.json_response({"structures": [{"name": name, "traits": traits}]})

    async def _devices(self, _request: web.Request) -> web.Response:
        return web.json_response({"devices": self.devices})

    async def _clip(self, request: web.Request) -> web.Response:
        return web.Response(body=self._clips[request.match_info["session"]], content_type="video/mp4")


def _message(device: str, at: datetime, events: dict[str, Any], state: str) -> dict[str, Any]:
    return {
        "eventId": f"{device}-{at.timestamp()}-{state}",
        "timestamp": at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "resourceUpdate": {"name": device, "events": events},
        "userId": "owner",
        "eventThreadId": "thread",
        "eventThreadState": state,
        "resourceGroup": [device],
    }
