"""Every route. Signed-in is the default (LoginRequiredMiddleware); what is open says so at its view."""
from django.urls import include, path
from django.views.generic import RedirectView

from accounts.admin import site

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="chat:index"), name="home"),
    path("account/", include("accounts.urls")),
    path("chat/", include("chat.urls")),
    path("admin/", site.urls),
]
