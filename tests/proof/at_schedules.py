"""SendGrid's slots as a send or a cancel may meet them: the real provider, and behind its client all that can come of a wish."""

from __future__ import annotations

import json
from functools import cache
from http.client import RemoteDisconnected
from typing import TYPE_CHECKING, cast

from conftest import KEY
from delivery.plans import sealed_mail
from pprmail.audience.tokens import Signer
from pprmail.delivery.providers.sendgrid import SendgridProvider
from pprmail.settings.values import Sendgrid
from proof.at_sendgrid import Client, Whole, answered, told

if TYPE_CHECKING:
    from pprmail.delivery.providers.sendgrid.client import SendgridClient
    from pprmail.delivery.providers.sendgrid.heard import Heard
    from pprmail.delivery.schedule import Schedule
    from proof.held_world import HeldWorld

_SENDS = "user/scheduled_sends"
_MADE, _NOT_MADE = "makes it", "makes none that is heard of"
_DONE, _DONE_UNHEARD = "does it", "does it, and the answer is lost"
_NOT_DONE, _REFUSED = "does not do it, and nobody can tell", "refuses"
_STANDS = "says that this stands already"
_SHOWN, _MUTE = "shows it", "cannot be asked now"
_MOST_SLOTS = 2
"""Of one mailing: each is called off for itself, so a third shows nothing new, and there is no end of them."""


@cache
def _made(schedule: Schedule | None) -> SendgridProvider:
    """To make its writer takes longer than a run."""
    signer = Signer(KEY.encode(), "pprnet")
    return SendgridProvider(Sendgrid(), "SG.key", sealed_mail(), signer, clock=float, schedule=schedule)


class Holding(Whole):
    """The real provider before a simulated SendGrid that holds what is handed over under ``schedule``."""

    world: HeldWorld

    def __init__(self, world: HeldWorld, schedule: Schedule | None = None) -> None:
        super().__init__(world)
        self._writer = _made(schedule)._writer

    def _client(self) -> SendgridClient:
        return cast("SendgridClient", _Desk(self))


class _Desk(Client):
    """Stands in for SendGrid's client, for slots as well."""

    world: HeldWorld

    def post(self, path: str, body: bytes) -> Heard:
        if path == "mail/batch":
            return self._make_slot()
        if path == _SENDS:
            return self._call_off(json.loads(body)["batch_id"])
        return super().post(path, body)

    def get(self, path: str) -> Heard:
        if path == "scopes":
            return told({"scopes": ["mail.send", "user.scheduled_sends.create"]})
        if path.startswith(_SENDS):
            return self._show(path.rpartition("/")[2])
        return super().get(path)

    def _make_slot(self) -> Heard:
        world = self.world
        has_room = world.truth.standing.cancelled or len(world.truth.standing.slots) < _MOST_SLOTS
        way = world.pick((_MADE, _NOT_MADE) if has_room else (_NOT_MADE,))
        world.tell(f"the provider is asked for a slot: {way}")
        world.crash("after that, before the answer is heard")
        self._let_pass(way)
        if way == _MADE:
            return told({"batch_id": world.free_slot()}, 201)
        raise _cut_off()

    def _call_off(self, slot: str) -> Heard:
        world = self.world
        self._let_pass("")
        world.crash(f"before the provider is asked to call off {slot}")
        way = world.pick(
            (_STANDS, _NOT_DONE) if world.is_called_off(slot) else (_DONE, _DONE_UNHEARD, _NOT_DONE, _REFUSED)
        )
        world.tell(f"the provider is asked to call off {slot}: {way}")
        if way in {_DONE, _DONE_UNHEARD}:
            world.call_off(slot)
        world.crash("after that, before the answer is heard")
        self._let_pass(way)
        if way == _DONE_UNHEARD:
            raise _cut_off()
        if way == _DONE:
            return told({"batch_id": slot, "status": "cancel"}, 201)
        if way == _STANDS:
            return answered(400, ("a status for this batch id exists, try PATCH to update the status", None))
        return answered(503) if way == _NOT_DONE else answered(403, ("access forbidden", None))

    def _show(self, slot: str) -> Heard:
        world = self.world
        way = world.pick((_SHOWN, _MUTE))
        world.tell(f"the provider is asked whether {slot} is called off: {way}")
        self._let_pass(way)
        if way == _MUTE:
            return answered(503)
        return told([{"batch_id": slot, "status": "cancel"}] if world.is_called_off(slot) else [])

    def _let_pass(self, way: str) -> None:
        self.world.on_its_way = way
        self.world.let_pass()
        self.world.on_its_way = ""


def _cut_off() -> RemoteDisconnected:
    return RemoteDisconnected("closed")
