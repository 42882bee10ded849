"""Reading what travels in a request body: JSON, a form, or a form with files."""

import json
from collections.abc import Mapping
from email.message import Message as Headers
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request

from bot.simulator.api import Params, Upload
from bot.simulator.errors import ApiError, bad_request
from bot.simulator.files import UPLOAD_LIMIT

BODY_LIMIT = UPLOAD_LIMIT + 1024 * 1024


async def read_params(request: Request) -> Params:
    """The parameters in the query and the body. Raises ApiError 400 or 413."""
    values: dict[str, Any] = dict(request.query_params)
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size <= BODY_LIMIT:
            chunks.append(chunk)
    if size > BODY_LIMIT:
        raise ApiError(413, "Request Entity Too Large")
    body = b"".join(chunks)
    if not body:
        return Params(values)
    kind, options = _content_type(request.headers.get("content-type", ""))
    if kind == "multipart/form-data":
        fields, uploads = parse_multipart(body, options.get("boundary", ""))
        return Params({**values, **fields}, uploads)
    try:
        if kind == "application/json":
            parsed = json.loads(body)
            if not isinstance(parsed, dict):
                raise bad_request("can't parse the request body: an Object is expected")
            return Params({**values, **parsed})
        return Params({**values, **dict(parse_qsl(body.decode(), keep_blank_values=True))})
    except ValueError:
        raise bad_request("can't parse the request body") from None


def _content_type(header: str) -> tuple[str, Mapping[str, str]]:
    headers = Headers()
    headers["content-type"] = header or "application/x-www-form-urlencoded"
    return headers.get_content_type(), dict(headers.get_params(failobj=[])[1:])


def parse_multipart(body: bytes, boundary: str) -> tuple[dict[str, str], dict[str, Upload]]:
    """Fields and files of a multipart/form-data body. Raises ApiError 400 when it is not well-formed."""
    if not boundary:
        raise bad_request("the multipart body has no boundary")
    fields: dict[str, str] = {}
    uploads: dict[str, Upload] = {}
    parts = (b"\r\n" + body).split(b"\r\n--" + boundary.encode())
    if len(parts) < 2 or not parts[-1].startswith(b"--"):
        raise bad_request("the multipart body is cut off")
    for part in parts[1:-1]:
        head, separator, content = part.partition(b"\r\n\r\n")
        if not separator:
            raise bad_request("a part of the multipart body has no header")
        headers = Headers()
        for line in head.decode("utf-8", "replace").split("\r\n"):
            name, _, value = line.partition(":")
            if value:
                headers[name.strip()] = value.strip()
        field = headers.get_param("name", header="content-disposition")
        if not isinstance(field, str):
            raise bad_request("a part of the multipart body has no name")
        file_name = headers.get_filename()
        if file_name is None:
            fields[field] = content.decode("utf-8", "replace")
        else:
            uploads[field] = Upload(file_name, content, headers.get_content_type())
    return fields, uploads
