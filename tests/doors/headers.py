"""What every answer carries in its headers, whoever asks for whatever. Written out here, not read from the settings."""
from django.conf import settings

POLICY = {"base-uri 'none'", "default-src 'self'", "form-action 'self'", "frame-ancestors 'none'", "object-src 'none'"}
FIXED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
SWITCHED_OFF = {"camera", "microphone", "geolocation", "display-capture", "usb", "serial", "hid", "payment", "midi"}
SIGNED_OUT = {"anonymous", "expired", "idle", "deactivated"}


def lacking(response, visitor="anonymous"):
    """What is wrong with the headers of an answer to this visitor, in words; () when nothing is."""
    given = response.headers
    wrong = [f"{name}: {given.get(name)}" for name, value in FIXED.items() if given.get(name) != value]
    if (policy := {part.strip() for part in given.get("Content-Security-Policy", "").split(";")} - {""}) != POLICY:
        wrong.append(f"Content-Security-Policy: {sorted(policy ^ POLICY)}")
    if "Content-Security-Policy-Report-Only" in given:
        wrong.append("a policy that only reports")
    off = {part.strip().partition("=")[0] for part in given.get("Permissions-Policy", "").split(",") if part.endswith("=()")}
    wrong += [f"Permissions-Policy: {name}" for name in sorted(SWITCHED_OFF - off)]
    wrong += [f"{name} says what runs here" for name in ("Server", "X-Powered-By", "Via") if name in given]
    if visitor not in SIGNED_OUT and response.status_code != 302 and "no-store" not in given.get("Cache-Control", ""):
        wrong.append("Cache-Control")
    return (*wrong, *(fault for cookie in response.cookies.values() for fault in loose(cookie)))


def loose(cookie):
    """What is wrong with a cookie; one that is being deleted holds nothing."""
    if not cookie.value:
        return
    if not cookie["httponly"]:
        yield f"cookie {cookie.key}: HttpOnly"
    if cookie["samesite"].lower() not in ("lax", "strict"):
        yield f"cookie {cookie.key}: SameSite"
    if settings.HTTPS and not cookie["secure"]:
        yield f"cookie {cookie.key}: Secure"
