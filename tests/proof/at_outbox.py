"""The outbox as a send may meet it: the real provider, before a disk that may be full."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import TYPE_CHECKING

from pprmail.delivery.providers.outbox import OutboxProvider
from proof.at_mail_server import WRITER
from proof.at_sendgrid import number_of

if TYPE_CHECKING:
    from pprmail.model import Subscriber
    from proof.world import World

_WAYS = "is written", "finds the disk full"


class Files(OutboxProvider):
    """The real provider; a letter that it puts goes into the simulation."""

    def __init__(self, world: World) -> None:
        super().__init__(Path("outbox"), "outbox/2020-08", WRITER)
        self.world = world

    def put(self, subscriber: Subscriber) -> Path:
        number = number_of(subscriber.address)
        self.world.crash(f"before the letter to reader {number} is written")
        way = _WAYS[self.world.choose(_WAYS)]
        self.world.tell(f"the letter to reader {number} {way}")
        if way != _WAYS[0]:
            raise OSError(errno.ENOSPC, "No space left on device")
        self.world.take(number)
        self.world.crash("after that, before it is recorded")
        return self.folder / f"{number}.eml"
