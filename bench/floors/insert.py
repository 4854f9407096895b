"""F: one insert, one commit, one publish. Nothing that stores a message and shows it can do less."""

from __future__ import annotations

from flask import Flask, request
from sqlalchemy import insert

from bench.floors import base


def create_app(database: str = "", redis_url: str = "") -> Flask:
    if not database:
        database, redis_url = base.from_environment()
    app, engine, client = Flask("floor_insert"), base.connect(database), base.redis_client(redis_url)
    app.extensions["floor"] = engine, client

    @app.post("/webhook/whapi")
    def receive():
        text = request.get_data(as_text=True)
        with engine.begin() as connection:
            connection.execute(insert(base.note), {"text": text})
        client.publish(base.CHANGES, text)
        return {"stored": 1}

    return app
