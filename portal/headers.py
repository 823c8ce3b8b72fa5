"""Headers of every answer, errors and redirects among them, that Django and django-csp have no setting for."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

# The photo of an event comes from the phone's own file chooser, so no page needs the camera itself.
_UNUSED = (
    *("accelerometer", "camera", "display-capture", "fullscreen", "geolocation", "gyroscope", "magnetometer"),
    *("microphone", "midi", "payment", "publickey-credentials-get", "screen-wake-lock", "usb"),
)
PERMISSIONS = ", ".join(f"{feature}=()" for feature in _UNUSED)


class SafeHeadersMiddleware:
    """Stands outermost: no answer of an inner layer passes without them.

    Whatever is not a static file may show a resident, so it is kept by no browser and no proxy: computers of a village
    office are shared, and "back" after logging out must show nothing.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response["Permissions-Policy"] = PERMISSIONS
        response["Cross-Origin-Resource-Policy"] = "same-origin"
        response["X-Content-Type-Options"] = "nosniff"
        if response.status_code >= 400 or not request.path.startswith(settings.STATIC_URL):
            response["Cache-Control"] = "no-store"
        return response
