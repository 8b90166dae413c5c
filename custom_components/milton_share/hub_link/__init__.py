"""How this home reaches the hub: the feed over HTTPS, MQTT, enrollment, uploads.

Law 1: a home reads the whole feed on its own jittered clock, never because of a request, a match or a click. What is
sent besides that was approved by a person, or enrolls and leaves.
"""
