"""The chat's routes: rooms, their messages, people."""
from django.urls import path

from accounts import converters  # noqa: F401  (registers <number:…>)

from .views import messages, people, requests, rooms

app_name = "chat"
urlpatterns = [
    path("", rooms.index, name="index"),
    path("list/", rooms.listing, name="list"),
    path("people/", people.find, name="people"),
    path("directs/", people.speak, name="speak"),
    path("requests/<number:request_id>/acceptance/", requests.accept, name="accept"),
    path("requests/<number:request_id>/refusal/", requests.refuse, name="refuse"),
    path("rooms/new/", rooms.new, name="new"),
    path("rooms/<number:room_id>/", rooms.room, name="room"),
    path("rooms/<number:room_id>/audience/", rooms.audience, name="audience"),
    path("rooms/<number:room_id>/people/", rooms.people, name="people_of"),
    path("rooms/<number:room_id>/people/<number:person_id>/removal/", rooms.remove, name="remove"),
    path("rooms/<number:room_id>/leaving/", rooms.leave, name="leave"),
    path("rooms/<number:room_id>/reading/", messages.read, name="read"),
    path("rooms/<number:room_id>/changes/", messages.changes, name="changes"),
    path("rooms/<number:room_id>/older/", messages.older, name="older"),
    path("rooms/<number:room_id>/messages/", messages.post, name="post"),
    path("rooms/<number:room_id>/messages/<number:number>/", messages.edit, name="edit"),
    path("rooms/<number:room_id>/messages/<number:number>/words/", messages.words, name="words"),
    path("rooms/<number:room_id>/messages/<number:number>/withdrawal/", messages.withdraw, name="withdraw"),
    path("rooms/<number:room_id>/messages/<number:number>/readers/", messages.readers, name="readers"),
]
