"""The sound that a doorbell sends: AAC (RFC 3640), or G.711, which is all that many have (RFC 3551)."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import av
import numpy as np

from .pixels import tone
from .rtp import aac_payload

if TYPE_CHECKING:
    from collections.abc import Iterator

AAC_BIT_S = 32_000
AAC_FORMAT = "streamtype=5;profile-level-id=1;mode=AAC-hbr;sizelength=13;indexlength=3;indexdeltalength=3"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """A coding: how it is made, and what RTP calls it. `block` is how many samples one packet holds."""

    codec: str
    rate_hz: int
    block: int
    sample_format: str
    payload_type: int
    mapping: str

    @property
    def block_s(self) -> float:
        """How long a block is."""
        return self.block / self.rate_hz

    def encoder(self) -> av.AudioCodecContext:
        """Open an encoder."""
        encoder = av.CodecContext.create(self.codec, "w")
        encoder.sample_rate, encoder.layout, encoder.format = self.rate_hz, "mono", self.sample_format
        encoder.time_base = Fraction(1, self.rate_hz)
        if self is AAC:
            encoder.bit_rate = AAC_BIT_S
        encoder.flags |= av.codec.context.Flags.global_header
        encoder.open()
        return encoder

    def encode(self, encoder: av.AudioCodecContext, block: int, born_s: float) -> Iterator[tuple[float, bytes]]:
        """Give packets of the n-th block of what is heard since a moment, each with its time since then."""
        at = np.arange(block * self.block, (block + 1) * self.block) / self.rate_hz
        wave = (tone(born_s + at) * 32767).astype(np.int16).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(wave, "s16", "mono")
        frame.rate, frame.pts, frame.time_base = self.rate_hz, block * self.block, Fraction(1, self.rate_hz)
        for packet in encoder.encode(frame):
            yield float(packet.pts * packet.time_base), bytes(packet)

    def payload(self, packet: bytes) -> bytes:
        """Put a packet into RTP's form."""
        return aac_payload(packet) if self is AAC else packet

    def description(self) -> list[str]:
        """Describe it (RFC 4566)."""
        rows = [f"m=audio 0 RTP/AVP {self.payload_type}", f"a=rtpmap:{self.payload_type} {self.mapping}"]
        if self is AAC:
            config = (self.encoder().extradata or b"").hex()
            rows.append(f"a=fmtp:{self.payload_type} {AAC_FORMAT};config={config}")
        return [*rows, "a=control:audio"]


AAC = Sound(
    codec="aac", rate_hz=16_000, block=1024, sample_format="fltp", payload_type=97, mapping="mpeg4-generic/16000/1"
)
ALAW = Sound(codec="pcm_alaw", rate_hz=8_000, block=160, sample_format="s16", payload_type=8, mapping="PCMA/8000")
MULAW = Sound(codec="pcm_mulaw", rate_hz=8_000, block=160, sample_format="s16", payload_type=0, mapping="PCMU/8000")
SOUNDS = {"aac": AAC, "alaw": ALAW, "mulaw": MULAW, "none": None}
