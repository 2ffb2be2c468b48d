"""HTTP that is none: answered as a problem too, before any app is asked."""

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from runix_tui.api.problems import respond
from runix_tui.errors import Refused


class Protocol(H11Protocol):
    """Uvicorn's HTTP/1.1 in pure Python, whose own refusals are plain text."""

    def send_400_response(self, msg: str) -> None:
        """Answer what cannot be read as a request, and close."""
        response = respond(Refused(msg, hint="Speak HTTP/1.1; headers have at most 64 KiB.", code="bad_http"))
        headers = [*response.raw_headers, (b"connection", b"close")]
        if self.conn.our_state in {h11.IDLE, h11.SEND_RESPONSE}:
            for event in (
                h11.Response(status_code=400, headers=headers, reason=b"Bad Request"),
                h11.Data(data=bytes(response.body)),
                h11.EndOfMessage(),
            ):
                self.transport.write(self.conn.send(event) or b"")
        self.transport.close()
