"""Routes of the administrators' pages of people."""

from __future__ import annotations

from hub.kit.access import Action
from hub.web.routing import get, post, stream

PEOPLE = get("/people", Action.PEOPLE_READ)
PEOPLE_EVENTS = stream("/lists/people/events", Action.PEOPLE_READ)
PERSON = get("/people/{person_id}", Action.PEOPLE_READ)
INVITE = post("/people/{person_id}/invite", Action.PERSON_INVITE, fresh="person.invite")
CONFIRM = post(
    "/people/{person_id}/invitations/{invitation_id:[0-9a-f]{64}}/confirm",
    Action.PERSON_CONFIRM,
    fresh="person.confirm",
)
# To take an invitation back, and to end what is open, needs no proof: it only takes away, and is asked for in a hurry.
END_INVITATION = post("/people/{person_id}/invitations/{invitation_id:[0-9a-f]{64}}/end", Action.PERSON_INVITE)
END_SESSIONS = post("/people/{person_id}/end-sessions", Action.PERSON_END_SESSIONS, fresh="person.end_sessions")
RECOVER = post("/people/{person_id}/recover", Action.PERSON_RECOVER, fresh="person.recover")
REVOKE = post("/people/{person_id}/revoke", Action.PERSON_REVOKE, fresh="person.revoke")
