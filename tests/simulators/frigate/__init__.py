"""A Frigate that a test can script: it records real streams as Frigate does, and gives them out by its HTTP API.

What it does was read from Frigate's own source, release 0.17.2 (https://github.com/blakeblackshear/frigate, MIT):

- ffmpeg's arguments: `frigate/ffmpeg_presets.py` (`preset-rtsp-generic`, `preset-record-generic-audio-aac`, and their
  neighbours), the name of a file in the cache: `frigate/const.py` (`CACHE_SEGMENT_FORMAT`);
- the move out of the cache, the remux with `+faststart`, the row: `frigate/record/maintainer.py`;
- `/api/version`, `/api/config`: `frigate/api/app.py`; `/api/<camera>/recordings`: `frigate/api/media.py`;
  `/api/login`: `frigate/api/auth.py`; `/recordings/` as files, and what needs a login:
  `docker/main/rootfs/usr/local/nginx/conf/nginx.conf`.

No line of it is copied. Its web server's paths and its rows' fields are the same in 0.14 to 0.18.0-beta1; 0.18 adds
`motion_heatmap`. How its Home Assistant integration calls it, and names its entities, was read from
https://github.com/blakeblackshear/frigate-hass-integration, release 5.15.2 (MIT); its client logs in here, lists and is
refused as ours is (`tests/milton_share/sources/frigate/test_published_client.py`).
"""
