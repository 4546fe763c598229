"""What a browser may do with any answer of ours: its Content-Security-Policy, and what no page here ever needs."""
from csp.middleware import CSPMiddleware

# What every browser of today knows by name; of an unknown one Chromium would complain on each page.
SWITCHED_OFF = [
    "accelerometer", "camera", "display-capture", "encrypted-media", "geolocation", "gyroscope", "hid", "idle-detection",
    "magnetometer", "microphone", "midi", "payment", "picture-in-picture", "screen-wake-lock", "serial", "usb",
    "xr-spatial-tracking",
]
PERMISSIONS = ", ".join(f"{feature}=()" for feature in SWITCHED_OFF)


class Fences(CSPMiddleware):
    """The outermost but one: static files, refusals before any view and failures carry the same as pages."""

    def process_response(self, request, response):
        """Adds the headers Django has no settings for."""
        response = super().process_response(request, response)
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        response.headers["Permissions-Policy"] = PERMISSIONS
        return response
