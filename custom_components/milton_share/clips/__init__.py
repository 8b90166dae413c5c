"""Cutting one clip out of a camera's recordings: exact, checked, in a child process of its own.

Self-contained: nothing here imports the integration or Home Assistant, so the child starts in a fraction of a second
and holds no secret. The order is `job` (parse), `limits` (on itself), `probe` (what is recorded), `planning` (pure:
what to copy and what to encode), `cut` or `reencode` (do it), `check` (an independent pass over the finished file),
`preview`.

Invariants:

1. No frame and no audio sample outside the approved range is anywhere in the clip, hidden or not.
2. The clip has no metadata: no tags, dates, positions, names, edit lists.
3. A recording is hostile input: its demuxer is forced, and limits hold before it is opened.
"""
