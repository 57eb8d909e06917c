"""The codec of a task: a link of at most 4 KB, compressed, versioned, and signed where the deployer has a secret.

A link is `VERSION.DATA.MARK`: the data are JSON, deflated and in base64. The mark is an HMAC by the deployer's secret;
without a secret it is a checksum, which notices a change but does not prevent one.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from ganlab.teach.task import Task, TaskError, Words

TASK, ANSWER = "task", "answer"
"""Names in a page's link: the task, and the predicted option, from 1."""
VERSION = "1"
LONGEST = 4096
"""Characters of a link's task."""
LARGEST = 32 * 2**10
"""Bytes of a task's JSON. Longer data are not decompressed further."""
SIGNED, SUMMED = 16, 6
"""Bytes of a signature and of a checksum."""
COMMON = (
    b'"hand_in":["picture","settings","verdict","prediction","hypothesis","conclusion"],"without":["presets","train",'
    b'"compare","slow","seeds","curves","tries","share","export","about"],"rest":"hidden","locked":["d_steps","g_steps"'
    b',"g_lr","d_lr","regularizer","dataset"],"open":["loss","gamma"],{"page":"mnist","query":{"m.preset":"digits",'
    b'"a.preset":"ring_","page":"arena","words":{"es":{"question":"","options":["","title":"","body":"","en":{"title":"'
)
"""What most tasks have: the compressor knows it from the start. It belongs to the version and never changes."""


def encode(task: Task, secret: str) -> str:
    """The task as text for a link. Raises TaskError if it is too long."""
    plain = json.dumps(facts(task), ensure_ascii=False, separators=(",", ":")).encode()
    press = zlib.compressobj(9, wbits=-15, zdict=COMMON)
    data = base64(press.compress(plain) + press.flush())
    text = f"{VERSION}.{data}.{mark(data, secret)}"
    if len(text) > LONGEST or len(plain) > LARGEST:
        raise TaskError("link_long", n=len(text), most=LONGEST)
    return text


def decode(text: str, secret: str) -> tuple[Task, bool]:
    """The task of a link, and whether it is as the teacher made it. Raises TaskError, and nothing else."""
    parts = text.split(".")
    if len(text) > LONGEST or len(parts) != 3:
        raise TaskError("link")
    version, data, given = parts
    if version != VERSION:
        raise TaskError("version", value=version[:20], version=VERSION)
    whole = hmac.compare_digest(given.encode(), mark(data, secret).encode())
    return task_of(unpacked(data)), whole


def mark(data: str, secret: str) -> str:
    """What shows whether a link's data were changed."""
    said = f"{VERSION}.{data}".encode()
    if secret:
        return base64(hmac.digest(secret.encode(), said, "sha256")[:SIGNED])
    return base64(hashlib.sha256(said).digest()[:SUMMED])


def base64(blob: bytes) -> str:
    """Bytes in letters that need no escape in a link."""
    return urlsafe_b64encode(blob).decode().rstrip("=")


def unpacked(data: str) -> Any:
    """The JSON of a link's data. Raises TaskError."""
    try:
        blob = urlsafe_b64decode(data + "=" * (-len(data) % 4))
        press = zlib.decompressobj(wbits=-15, zdict=COMMON)
        plain = press.decompress(blob, LARGEST)
        if not press.eof or press.unused_data:
            raise TaskError("link")
        return json.loads(plain)
    except (ValueError, zlib.error, RecursionError) as error:
        raise error if isinstance(error, TaskError) else TaskError("link") from None


def facts(task: Task) -> dict[str, Any]:
    """A task as JSON: what is as in an empty one is left out."""
    return slim(asdict(task) | {"words": {lang: slim(asdict(words)) for lang, words in task.words.items()}})


def slim(entries: Mapping[str, Any]) -> dict[str, Any]:
    """The entries without the empty ones, and without the state that settings have by default."""
    return {name: value for name, value in entries.items() if value and (name, value) != ("rest", "open")}


def task_of(said: Any) -> Task:
    """The task that JSON means. Raises TaskError for what has another form."""
    words = mapping(mapping(said).get("words", {}))
    if "page" not in said:
        raise TaskError("link")
    spoken = {lang: Words(**typed(Words, mapping(its))) for lang, its in words.items()}
    return Task(**typed(Task, {**said, "words": {}}) | {"words": spoken})


def typed(form: type, said: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of a form, each of the right type. Raises TaskError for others, and for unknown names."""
    known = {entry.name: str(entry.type) for entry in fields(form)}
    if not said.keys() <= known.keys():
        raise TaskError("link")
    return {name: READ[known[name].split("[")[0]](value) for name, value in said.items()}


def word(said: Any) -> str:
    """A text. Raises TaskError for another value."""
    if not isinstance(said, str):
        raise TaskError("link")
    return said


def listed(said: Any) -> tuple[str, ...]:
    """Texts in a list. Raises TaskError for another value."""
    if not isinstance(said, list):
        raise TaskError("link")
    return tuple(word(entry) for entry in said)


def mapping(said: Any) -> dict[str, Any]:
    """Named values. Raises TaskError for another value."""
    if not isinstance(said, dict):
        raise TaskError("link")
    return said


def texts(said: Any) -> dict[str, str]:
    """Named texts. Raises TaskError for another value."""
    return {name: word(value) for name, value in mapping(said).items()}


READ = {"str": word, "tuple": listed, "Mapping": texts}
"""What reads a value, by its type."""
