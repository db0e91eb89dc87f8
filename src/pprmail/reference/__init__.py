"""What a citation line in APA style says, as fields: authors, date, title, where it appeared."""

from pprmail.reference.names import Person
from pprmail.reference.reading import Reference, read_reference

__all__ = ["Person", "Reference", "read_reference"]
