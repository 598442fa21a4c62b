"""A provider of unified identities as a process of its own: `python provider.py PORT REDIRECT_URI`, serving until ended.

It is Canaille, a product people run, with two people and one client in memory.
"""

import sys
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

from canaille import create_app
from canaille.app import models
from canaille.backends import Backend
from canaille.backends.memory.backend import MemoryBackend
from flask import Flask
from joserfc.jwk import RSAKey

PEOPLE = {"sso-zhang": "a horse of the provider", "sso-li": "a battery of the provider"}
CLIENT = {"OIDC_CLIENT_ID": "tracker", "OIDC_CLIENT_SECRET": "the secret of the client"}


class Memory(MemoryBackend):
    """Its store in memory, whose look-ups take any of several attributes for a match; ours want all of them."""

    __module__ = MemoryBackend.__module__  # beside which the provider looks for its models

    def do_query(self, model: Any, *given: Any, **wanted: Any) -> list[Any]:
        look = super().do_query
        ids = [{one.id for one in look(model, **{name: value})} for name, value in wanted.items()]
        return [one for one in look(model, *given, **wanted) if all(one.id in some for some in ids)]


class Quiet(WSGIRequestHandler):
    """Does not write a line for each request."""

    def log_message(self, *told: object) -> None:
        pass


def build(redirect_uri: str) -> Flask:
    key = RSAKey.generate_key(2048, auto_kid=True)
    settings = {
        "SECRET_KEY": "the key of the provider of the tests",
        "PREFERRED_URL_SCHEME": "http",
        "CANAILLE": {"DATABASE": "memory", "JAVASCRIPT": False, "CAPTCHA_ENABLED": False},
        "CANAILLE_OIDC": {"ACTIVE_JWKS": [key.as_dict(private=True)]},
    }
    app = create_app(settings, backend=Memory(settings))
    with app.app_context():
        for name, password in PEOPLE.items():
            person = models.User(user_name=name, family_name=name, emails=[f"{name}@example.cn"])
            person.password = password
            Backend.instance.save(person)
        client = models.Client(
            client_id=CLIENT["OIDC_CLIENT_ID"],
            client_secret=CLIENT["OIDC_CLIENT_SECRET"],
            client_name="行政执法监督工单",
            client_uri="http://127.0.0.1/",  # an address the provider trusts without asking the person
            redirect_uris=[redirect_uri],
            grant_types=["authorization_code"],
            response_types=["code"],
            scope=["openid"],
            token_endpoint_auth_method="client_secret_basic",
        )
        Backend.instance.save(client)
        client.audience = [client]
        Backend.instance.save(client)
    return app


if __name__ == "__main__":
    port = int(sys.argv[1])
    with make_server("127.0.0.1", port, build(sys.argv[2]), handler_class=Quiet) as server:
        server.serve_forever()
