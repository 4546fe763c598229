"""The doors table: what each door answers each visitor. Nothing is open that does not stand here.

A row is a way of answering, and the doors that answer so. Columns, from outside in:

    anon   nobody signed in               same   of 深谷市, not in the room        admi   administrator of 深谷市
    pend   registered, not confirmed      remo   of 深谷市, removed from the room        who is not in the room
    with   confirmation withdrawn         memb   of 深谷市, keeper of the room     oper   operator, of no body
    othe   of 愛荘町, not in the room      neig   of 愛荘町, in the room

A cell is the status of the answer, or where a redirect leads: `in` to the sign-in, `wait` to the page of those whom no
body has confirmed, `shut` to the admin's own refusal. A route is tried with the ids of things of 深谷市: the room, its
third message (by the member), the request to the neighbour, the member's affiliation, an invitation and its token.
"""
import re

ROUTES = """
METHOD anon pend with othe same remo memb neig admi oper

# The way in, and oneself
GET  in   302  302  302  302  302  302  302  302  302  home
POST in   302  302  302  302  302  302  302  302  302  home accounts:me accounts:theme
GET  in   200  200  200  200  200  200  200  200  200  accounts:me account_logout account_change_password
GET  in   405  405  405  405  405  405  405  405  405  accounts:theme
GET  302  302  302  302  302  302  302  302  302  302  accounts:language
POST 302  302  302  302  302  302  302  302  302  302  accounts:language
GET  in   200  200  302  302  302  302  302  302  200  accounts:pending
POST in   200  200  302  302  302  302  302  302  200  accounts:pending
GET  200  302  302  302  302  302  302  302  302  302  account_login account_signup
POST 200  302  302  302  302  302  302  302  302  302  account_login account_signup
POST in   in   in   in   in   in   in   in   in   in   account_logout
POST in   200  200  200  200  200  200  200  200  200  account_change_password

# What a letter opens: whoever holds the token
GET  200  200  200  200  200  200  200  200  200  200  accounts:invitation
POST 302  302  302  302  302  302  302  302  302  302  accounts:invitation
GET  200  200  200  200  200  200  200  200  200  200  account_email_verification_sent account_confirm_email account_inactive
GET  200  200  200  200  200  200  200  200  200  200  account_reset_password{,_done,_from_key,_from_key_done}
POST 200  200  200  200  200  200  200  200  200  200  account_reset_password{,_from_key}
POST 404  404  404  404  404  404  404  404  404  404  account_confirm_email
POST 405  405  405  405  405  405  405  405  405  405  account_email_verification_sent account_inactive
POST 405  405  405  405  405  405  405  405  405  405  account_reset_password_{done,from_key_done}

# The staff of a body: to its administrators
GET  in   404  404  403  403  403  403  403  200  404  accounts:staff accounts:affiliation
POST in   404  404  403  403  403  403  403  200  404  accounts:staff accounts:affiliation
GET  in   404  404  403  403  403  403  403  405  404  accounts:{invite,withdraw_invitation,confirm,decline,transfer,take_back}
GET  in   404  404  403  403  403  403  403  405  404  accounts:{withdraw,contact,administrator}
POST in   404  404  403  403  403  403  403  302  404  accounts:{invite,withdraw_invitation,confirm,decline,transfer,take_back}
POST in   404  404  403  403  403  403  403  302  404  accounts:{withdraw,contact,administrator}

# The chat: to those for whom a body vouches
GET  in   wait wait 200  200  200  200  200  200  wait chat:index chat:list chat:people chat:new
POST in   wait wait 405  405  405  405  405  405  wait chat:index chat:list chat:people chat:room
POST in   wait wait 302  302  302  302  302  302  wait chat:new
GET  in   wait wait 405  405  405  405  405  405  wait chat:speak
POST in   wait wait 302  302  302  302  403  302  wait chat:speak
POST in   404  404  404  404  404  404  302  404  404  chat:accept chat:refuse

# A room: to its people
GET  in   wait wait 404  404  404  200  200  404  wait chat:room
GET  in   404  404  404  404  404  200  200  404  404  chat:{audience,people_of,changes,older,readers}
GET  in   404  404  404  404  404  200  403  404  404  chat:words
GET  in   405  405  405  405  405  405  405  405  405  chat:{accept,refuse,remove,leave,read,post,edit,withdraw}
POST in   404  404  404  404  404  201  201  404  404  chat:post
POST in   404  404  404  404  404  204  204  404  404  chat:read
POST in   404  404  404  404  404  200  403  404  404  chat:edit chat:withdraw
POST in   404  404  404  404  404  302  302  404  404  chat:leave
POST in   404  404  404  404  404  302  403  404  404  chat:remove chat:people_of
POST in   405  405  405  405  405  405  405  405  405  chat:{audience,changes,older,words,readers}

# The admin: to administrators within their body, and to operators
GET  shut shut shut shut shut shut shut shut 200  200  admin:{index,app_list,password_change_done,jsi18n}
POST shut shut shut shut shut shut shut shut 200  200  admin:{index,app_list}
POST shut shut shut shut shut shut shut shut 405  405  admin:{password_change_done,jsi18n,autocomplete}
GET  shut shut shut shut shut shut shut shut 403  403  admin:autocomplete
GET  in   404  404  403  403  403  403  403  302  302  admin:login
POST in   404  404  403  403  403  403  403  302  302  admin:login
GET  shut 302  302  302  302  302  302  302  405  405  admin:logout
POST shut 302  302  302  302  302  302  302  in   in   admin:logout
GET  shut shut shut shut shut shut shut shut 302  302  admin:password_change
POST shut shut shut shut shut shut shut shut 302  302  admin:password_change
GET  shut shut shut shut shut shut shut shut 404  404  admin:view_on_site admin/(?P<url>.*)$
POST shut shut shut shut shut shut shut shut 404  404  admin:view_on_site admin/(?P<url>.*)$
GET  in   shut shut shut shut shut shut shut 200  200  admin:accounts_{organization,department,person}_{changelist,history,change}
GET  in   shut shut shut shut shut shut shut 200  200  admin:accounts_{affiliation,verification,invitation}_{changelist,history}
GET  in   shut shut shut shut shut shut shut 200  200  admin:accounts_{affiliation,verification,invitation}_change
GET  in   shut shut shut shut shut shut shut 200  200  admin:chat_room_{changelist,history,change}
POST in   shut shut shut shut shut shut shut 200  200  admin:accounts_{organization,department,person}_{changelist,history,change}
POST in   shut shut shut shut shut shut shut 200  200  admin:accounts_{affiliation,verification,invitation}_{changelist,history}
POST in   shut shut shut shut shut shut shut 200  200  admin:chat_room_{changelist,history}
GET  in   shut shut shut shut shut shut shut 200  200  admin:accounts_department_add
POST in   shut shut shut shut shut shut shut 200  200  admin:accounts_department_add
GET  in   shut shut shut shut shut shut shut 403  200  admin:accounts_{organization_add,person_add,mail_changelist,mail_change}
POST in   shut shut shut shut shut shut shut 403  200  admin:accounts_{organization_add,person_add,mail_changelist}
GET  in   shut shut shut shut shut shut shut 302  200  admin:accounts_mail_history
POST in   shut shut shut shut shut shut shut 302  200  admin:accounts_mail_history
POST in   shut shut shut shut shut shut shut 403  403  admin:accounts_{affiliation,verification,invitation,mail}_change
POST in   shut shut shut shut shut shut shut 403  403  admin:chat_room_change
GET  in   shut shut shut shut shut shut shut 403  403  admin:accounts_{affiliation,verification,invitation,mail}_{add,delete}
POST in   shut shut shut shut shut shut shut 403  403  admin:accounts_{affiliation,verification,invitation,mail}_{add,delete}
GET  in   shut shut shut shut shut shut shut 403  403  admin:accounts_{organization,department,person}_delete
POST in   shut shut shut shut shut shut shut 403  403  admin:accounts_{organization,department,person}_delete
GET  in   shut shut shut shut shut shut shut 403  403  admin:chat_room_{add,delete}
POST in   shut shut shut shut shut shut shut 403  403  admin:chat_room_{add,delete}
GET  in   shut shut shut shut shut shut shut 302  302  admin/accounts/{organization,department,person}/<path:object_id>/
GET  in   shut shut shut shut shut shut shut 302  302  admin/accounts/{affiliation,verification,invitation,mail}/<path:object_id>/
GET  in   shut shut shut shut shut shut shut 302  302  admin/chat/room/<path:object_id>/
POST in   shut shut shut shut shut shut shut 302  302  admin/accounts/{organization,department,person}/<path:object_id>/
POST in   shut shut shut shut shut shut shut 302  302  admin/accounts/{affiliation,verification,invitation,mail}/<path:object_id>/
POST in   shut shut shut shut shut shut shut 302  302  admin/chat/room/<path:object_id>/
"""

# `done`: something of ours changed. `no`: nothing did, whatever the page says.
ACTIONS = """
METHOD anon pend with othe same remo memb neig admi oper
ACT  no   no   no   no   no   no   no   no   done done accounts.affiliation:{confirm,withdraw}
ACT  no   no   no   no   no   no   no   no   no   done accounts.person:deactivate
ACT  no   no   no   no   no   no   no   no   no   no   accounts.{organization,department,person,affiliation}:delete_selected
ACT  no   no   no   no   no   no   no   no   no   no   accounts.{verification,invitation,mail}:delete_selected
ACT  no   no   no   no   no   no   no   no   no   no   chat.room:delete_selected
"""

# A number is the code with which the socket was closed before; `yes` that it was answered (post, watch) or told to the
# others who watch (read, typing); `gone` the refusal; `-` silence.
FRAMES = """
METHOD anon pend with othe same remo memb neig admi oper
FRAME 4001 4001 4001 gone gone gone yes  yes  gone 4001 post watch
FRAME 4001 4001 4001 -    -    -    yes  yes  -    4001 read typing
"""


def declared(text):
    """`{(method, door): cells}` of a table. Raises ValueError for a door declared twice."""
    found = {}
    for line in text.splitlines():
        method, *rest = line.split() or ["#"]
        if method not in ("#", "METHOD"):
            for door in (door for word in rest[10:] for door in expand(word)):
                if (method, door) in found:
                    raise ValueError(f"declared twice: {method} {door}")
                found[method, door] = rest[:10]
    return found


def expand(word):
    """`a{b,c}` as ab and ac."""
    match = re.search(r"\{([^{}]*)\}", word)
    if not match:
        return [word]
    return [one for part in match[1].split(",") for one in expand(word[: match.start()] + part + word[match.end():])]
