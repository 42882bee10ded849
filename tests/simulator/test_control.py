"""The control API, as the page and other processes use it."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import httpx
import pytest

from bot.simulator import Emulator, SimulatorServer
from bot.simulator.files import sample


@pytest.fixture
async def client(server: SimulatorServer) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=server.address, trust_env=False) as opened:
        yield opened


async def test_the_state_tells_all(client: httpx.AsyncClient, emulator: Emulator) -> None:
    emulator.set_start_links({"fatima": "code"})
    state = (await client.get("/sim/state")).json()
    fatima = next(persona for persona in state["personas"] if persona["key"] == "fatima")
    assert (fatima["user_id"], fatima["start_payload"], fatima["full_name"]) == (1201, "code", "Fatima El Amrani")
    roles = [persona["role"] for persona in state["personas"]]
    assert {role: roles.count(role) for role in set(roles)} == {"coordinator": 1, "mentor": 2, "parent": 6, "peer": 3}
    assert state["clock"]["next_evening"] == "2026-03-02T18:30:00+00:00"


async def test_people_act_over_http(client: httpx.AsyncClient, emulator: Emulator) -> None:
    async def post(path: str, **body: object) -> httpx.Response:
        return await client.post(f"/sim/{path}", json=body)

    started = (await post("start", person="fatima", payload="x")).json()
    assert started["text"] == "/start x"
    said = (await post("say", person=1201, text="Dag", reply_to=started["message_id"])).json()
    assert said["reply_to_message"]["text"] == "/start x"
    await post("edit", person="fatima", message_id=said["message_id"], text="Dag!")
    await post("react", person="fatima", message_id=said["message_id"], emoji="👍")
    shown = (await client.get("/sim/messages", params={"chat": 1201})).json()["messages"]
    assert shown[-1]["text"] == "Dag!"
    assert shown[-1]["sim"]["reactions"] == [{"emoji": "👍", "users": [1201]}]
    assert (await post("poll", person="fatima", question="Wat?", options=["a", "b"])).status_code == 200
    assert (await post("forward", person="fatima", text="raad", origin="Oma")).json()["forward_origin"]
    assert (await post("delete", person="fatima", message_ids=[said["message_id"]])).status_code == 200
    assert (await post("block", person="fatima")).status_code == 200
    refused = await post("say", person="fatima", text="Dag")
    assert refused.status_code == 422
    assert "blocked" in refused.json()["error"]
    assert (await post("tap", person="joris", label="Ja")).status_code == 422


async def test_files_travel_as_forms(client: httpx.AsyncClient) -> None:
    await client.post("/sim/start", json={"person": "fatima"})
    photo = await client.post(
        "/sim/send",
        data={"person": "fatima", "kind": "photo", "caption": "é"},
        files={"file": ("a b.png", sample("foto-1.png"), "image/png")},
    )
    file_id = photo.json()["photo"][-1]["file_id"]
    assert photo.json()["caption"] == "é"
    shown = await client.get(f"/sim/files/{file_id}", headers={"Range": "bytes=0-3"})
    assert (shown.status_code, shown.content) == (206, b"\x89PNG")
    assert shown.headers["content-type"] == "image/png"
    page = await client.post(
        "/sim/send",
        data={"person": "fatima", "kind": "document"},
        files={"file": ("x.html", b"<script>alert(1)</script>", "text/html")},
    )
    served = await client.get(f"/sim/files/{page.json()['document']['file_id']}")
    assert served.headers["content-type"] == "application/octet-stream"
    assert served.headers["content-disposition"] == "attachment"
    album = await client.post("/sim/album", data={"person": "fatima", "count": "2"})
    assert len(album.json()) == 2


async def test_the_clock_moves_by_buttons(client: httpx.AsyncClient, emulator: Emulator) -> None:
    await client.post("/sim/clock", json={"step": "evening"})
    assert emulator.clock.now() == datetime(2026, 3, 2, 18, 30, tzinfo=UTC)
    await client.post("/sim/clock", json={"step": "week"})
    await client.post("/sim/clock", json={"to": "2026-04-01T08:00"})
    assert emulator.clock.now() == datetime(2026, 4, 1, 6, 0, tzinfo=UTC)
    back = await client.post("/sim/clock", json={"to": "2026-03-01T08:00"})
    assert back.status_code == 400
    assert "forward" in back.json()["error"]


async def test_faults_and_limits_over_http(client: httpx.AsyncClient, emulator: Emulator) -> None:
    made = (await client.post("/sim/faults", json={"kind": "slow", "times": 3, "seconds": 2})).json()
    assert made["faults"][0]["times"] == 3
    assert (await client.post("/sim/faults", json={"kind": "wat"})).status_code == 400
    assert (await client.post("/sim/faults/clear", json={})).json()["faults"] == []
    limits = (await client.post("/sim/limits", json={"on": True, "private_burst": 3})).json()["limits"]
    assert (limits["enforced"], limits["private_burst"]) == (True, 3)
    assert emulator.limits.enforced


async def test_groups_over_http(client: httpx.AsyncClient, emulator: Emulator) -> None:
    made = await client.post("/sim/groups", json={"title": "G", "members": [1101, "gul"], "bot": "administrator"})
    chat = made.json()["chat_id"]
    assert emulator.chat(chat).bot_status == "administrator"
    await client.post("/sim/group", json={"chat": chat, "action": "add", "person": "wim"})
    moved = (await client.post("/sim/group", json={"chat": chat, "action": "migrate"})).json()["chat_id"]
    assert set(emulator.chat(moved).members) == {1101, 1301, 1302}


async def test_events_by_long_poll_and_by_stream(client: httpx.AsyncClient, emulator: Emulator) -> None:
    seq = emulator.events.seq
    emulator.person("fatima").starts()
    polled = (await client.get("/sim/events", params={"poll": 1, "since": seq, "timeout": 5})).json()
    assert [event["type"] for event in polled["events"]] == ["message"]
    assert polled["events"][0]["message"]["text"] == "/start"
    async with client.stream("GET", "/sim/events", params={"since": seq}) as stream:
        kinds = []
        async for line in stream.aiter_lines():
            if line.startswith("data: "):
                kinds.append(json.loads(line[6:])["type"])
            if len(kinds) == 2:
                break
    assert kinds == ["heartbeat", "message"]
    late = (await client.get("/sim/events", params={"poll": 1, "since": 10**9, "timeout": 0})).json()
    assert [event["type"] for event in late["events"]] == ["reset"]


async def test_other_sites_are_kept_out(client: httpx.AsyncClient) -> None:
    evil = {"Origin": "https://evil.example"}
    assert (await client.post("/sim/say", json={"person": "fatima", "text": "x"}, headers=evil)).status_code == 403
    assert (await client.get("/sim/state", headers={"Host": "evil.example"})).status_code == 403
    assert (await client.get("/sim/state", headers={"Sec-Fetch-Site": "cross-site"})).status_code == 403


async def test_the_page_has_a_strict_policy(client: httpx.AsyncClient) -> None:
    page = await client.get("/")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "<script>" not in page.text
    assert "style=" not in page.text
    assert (await client.get("/static/js/app.js")).headers["content-type"].startswith("text/javascript")
