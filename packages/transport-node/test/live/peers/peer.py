"""A TLS peer on Python's ssl for the live tests. It takes one argument, its options as JSON; standard input goes to the
connection, the connection to standard output, and what it has to say, one thing a line, to standard error. A line of
input that begins with `!` is a command."""

import json
import os
import select
import socket
import ssl
import sys

options = json.loads(sys.argv[1])

# The ssl module names only some of OpenSSL's options.
openssl_options = {
    "withoutExtendedMainSecret": 1 << 0,
    "withoutTickets": 1 << 14,
    "withoutEncryptThenMac": 1 << 19,
}


def say(text):
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def configure():
    server = options["role"] == "server"
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER if server else ssl.PROTOCOL_TLS_CLIENT)
    versions = [version.replace(" ", "v").replace(".", "_") for version in options["versions"]]
    if "TLSv1_1" in versions:
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion[versions[0]]
    context.maximum_version = ssl.TLSVersion[versions[-1]]
    if options.get("ciphers"):
        context.set_ciphers(options["ciphers"] + ":@SECLEVEL=0")
    for name, number in openssl_options.items():
        if options.get(name):
            context.options |= number
    if options.get("acceptRenegotiation") is False:
        context.options |= ssl.OP_NO_RENEGOTIATION
    for chain, key in options["identities"]:
        context.load_cert_chain(chain, key)
    if options.get("dhParametersFile"):
        context.load_dh_params(options["dhParametersFile"])
    if options.get("trust"):
        context.load_verify_locations(options["trust"])
        if server and not options.get("postHandshakeAuth"):
            context.verify_mode = ssl.CERT_REQUIRED
    if options.get("postHandshakeAuth"):
        context.post_handshake_auth = True
        if server:
            context.verify_mode = ssl.CERT_REQUIRED
    if options.get("alpn"):
        context.set_alpn_protocols(options["alpn"])
    if options.get("group"):
        context.set_ecdh_curve(options["group"])
    if options.get("keylogFile"):
        context.keylog_filename = options["keylogFile"]
    if server:
        context.sni_callback = lambda connection, name, _: say("serverName: %s" % name)
    return context


def close(connection):
    """Sends close_notify, without waiting for the peer's."""
    try:
        connection.setblocking(False)
        connection.unwrap()
    except ssl.SSLWantReadError:
        pass
    except (OSError, ValueError) as error:
        say("close: %s" % error)
    connection.close()


def command(connection, line):
    if line == b"!certificate\n":
        connection.verify_client_post_handshake()


def talk(connection, until_line):
    """Returns the session, once there is one, or None at the end."""
    say("alpn: %s" % connection.selected_alpn_protocol())
    say("resumed: %s" % connection.session_reused)
    binding = connection.get_channel_binding("tls-unique")
    say("tlsUnique: %s" % (binding.hex() if binding else None))
    connection.setblocking(False)
    pending = b""
    while True:
        wanted = [connection] if until_line else [connection, 0]
        writing = [connection] if pending else []
        if not connection.pending():
            select.select(wanted, writing, [])
        try:
            data = connection.recv(65536)
            if not data:
                say("closed")
                close(connection)
                return None
            os.write(1, data)
            if until_line and data.endswith(b"\n"):
                session = connection.session
                close(connection)
                return session
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            pass
        except OSError as error:
            say("read: %s" % error)
            connection.close()
            return None
        if not pending and not until_line and select.select([0], [], [], 0)[0]:
            pending = os.read(0, 65536)
            if not pending:
                close(connection)
                return None
            if pending.startswith(b"!"):
                command(connection, pending)
                pending = b""
        if pending:
            try:
                pending = pending[connection.send(pending) :]
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
                pass


def serve():
    context = configure()
    listener = socket.create_server(("127.0.0.1", 0))
    say("listening: %d" % listener.getsockname()[1])
    while True:
        raw, _ = listener.accept()
        try:
            connection = context.wrap_socket(raw, server_side=True, suppress_ragged_eofs=False)
        except OSError as error:
            say("handshake: %s" % error)
            continue
        talk(connection, False)


def connect():
    context = configure()
    session = None
    for until_line in [True, False] if options.get("reconnect") else [False]:
        raw = socket.create_connection(("127.0.0.1", options["port"]))
        try:
            connection = context.wrap_socket(
                raw,
                server_hostname=options.get("serverName"),
                session=session,
                suppress_ragged_eofs=False,
            )
        except OSError as error:
            say("handshake: %s" % error)
            return
        session = talk(connection, until_line)


serve() if options["role"] == "server" else connect()
