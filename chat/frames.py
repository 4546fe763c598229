"""The socket's frames: flat JSON objects, read strictly."""
import json

FRAME_CHARACTERS = 512 * 1024  # a body of 64 KiB may stand escaped, six characters each


class BadFrame(ValueError):
    """Not a frame. Says nothing about anything else."""


def _object(pairs):
    frame = dict(pairs)
    if len(frame) != len(pairs):
        raise BadFrame("duplicate keys")
    return frame


def _constant(name):
    raise BadFrame(name)


def parse(text):
    """Takes a frame's text, returns a dict of scalars. Raises BadFrame for anything else: NaN, duplicate keys, nesting."""
    if text is None or len(text) > FRAME_CHARACTERS:
        raise BadFrame("size")
    try:
        frame = json.loads(text, object_pairs_hook=_object, parse_constant=_constant)
    except (ValueError, RecursionError) as error:
        raise BadFrame("JSON") from error
    if not isinstance(frame, dict) or any(isinstance(value, dict | list | float) for value in frame.values()):
        raise BadFrame("shape")
    return frame


def whole(frame, key):
    """The whole number under `key`, 0 to 2⁶³−1. Raises BadFrame."""
    value = frame.get(key)
    if type(value) is not int or not 0 <= value < 2**63:
        raise BadFrame(key)
    return value


def dumps(t, **fields):
    """A frame as text; `t` says what it is."""
    return json.dumps({"t": t, **fields}, ensure_ascii=False, separators=(",", ":"))
