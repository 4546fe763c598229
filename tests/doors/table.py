"""The doors table: what each door answers each visitor. Nothing is open that does not stand here.

A row is a way of answering, and the doors that answer so. A METHOD line names the columns below it, by the first letters
of a visitor (house.VISITORS); from outside in:

    anon   nobody signed in               same   of 深谷市, not in the room        admi   administrator of 深谷市
    pend   registered, not confirmed      remo   of 深谷市, removed from the room        who is not in the room
    with   confirmation withdrawn         memb   of 深谷市, keeper of the room     oper   operator, of no body
    othe   of 愛荘町, not in the room      neig   of 愛荘町, in the room

A visitor without a column answers as another does (LIKE), but for the doors of EXCEPT. To add a visitor: either a line
there, or a word in each METHOD line and a cell in each row.

A cell is the status of the answer, or where a redirect leads: `in` to the sign-in, `wait` to the page of those whom no
body has confirmed, `shut` to the admin's own refusal, `more` to where a second factor is set up, `anew` to where
one proves oneself again. A route is tried with the ids of things of 深谷市: the room, its third message (by the member),
the request to the neighbour, the member's affiliation, an invitation and its token.
"""
import re

from .house import VISITORS

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
POST in   302  302  302  302  302  302  302  302  302  account_change_password
GET  in   200  200  200  200  200  200  200  200  200  accounts:sessions account_reauthenticate mfa_index
POST in   200  200  200  200  200  200  200  200  200  accounts:sessions account_reauthenticate
POST in   405  405  405  405  405  405  405  405  405  mfa_index mfa_view_recovery_codes
GET  in   405  405  405  405  405  405  405  405  405  accounts:end_session accounts:end_sessions
POST in   302  302  302  302  302  302  302  302  302  accounts:end_sessions
POST in   404  404  404  404  404  302  404  404  404  accounts:end_session

# Second factors: nobody here has one, nobody has just given their password again
GET  in   302  302  302  302  302  302  302  302  302  mfa_authenticate mfa_login_webauthn
POST in   302  302  302  302  302  302  302  302  302  mfa_authenticate mfa_login_webauthn
GET  in   anew anew anew anew anew anew anew anew anew mfa_{activate_totp,add_webauthn,edit_webauthn,remove_webauthn}
POST in   anew anew anew anew anew anew anew anew anew mfa_{activate_totp,add_webauthn,edit_webauthn,remove_webauthn}
GET  in   anew anew anew anew anew anew anew anew anew mfa_reauthenticate mfa_reauthenticate_webauthn
POST in   anew anew anew anew anew anew anew anew anew mfa_reauthenticate mfa_reauthenticate_webauthn
GET  in   404  404  404  404  404  404  404  404  404  mfa_{deactivate_totp,generate_recovery_codes,view_recovery_codes}
POST in   404  404  404  404  404  404  404  404  404  mfa_{deactivate_totp,generate_recovery_codes}

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
GET  in   404  404  403  403  403  403  403  405  404  accounts:{withdraw,contact,administrator,sign_out,ask_reset,cancel_reset}
POST in   404  404  403  403  403  403  403  302  404  accounts:{invite,withdraw_invitation,confirm,decline,transfer,take_back}
POST in   404  404  403  403  403  403  403  302  404  accounts:{withdraw,contact,administrator,sign_out,ask_reset,cancel_reset}
GET  in   wait wait 405  405  405  405  405  405  wait accounts:confirm_reset accounts:decline_reset
POST in   wait wait 404  404  404  302  404  404  wait accounts:confirm_reset accounts:decline_reset

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
GET  in   shut shut shut shut shut shut shut 200  200  admin:accounts_factorreset_{changelist,history,change}
POST in   shut shut shut shut shut shut shut 200  200  admin:accounts_factorreset_{changelist,history}
POST in   shut shut shut shut shut shut shut 403  403  admin:accounts_factorreset_change
GET  in   shut shut shut shut shut shut shut 403  403  admin:accounts_factorreset_{add,delete}
POST in   shut shut shut shut shut shut shut 403  403  admin:accounts_factorreset_{add,delete}
GET  in   shut shut shut shut shut shut shut 302  302  admin/accounts/factorreset/<path:object_id>/
POST in   shut shut shut shut shut shut shut 302  302  admin/accounts/factorreset/<path:object_id>/
"""

# `done`: something of ours changed. `no`: nothing did, whatever the page says.
ACTIONS = """
METHOD anon pend with othe same remo memb neig admi oper
ACT  no   no   no   no   no   no   no   no   done done accounts.affiliation:{confirm,withdraw}
ACT  no   no   no   no   no   no   no   no   no   done accounts.person:{deactivate,reactivate}
ACT  no   no   no   no   no   no   no   no   no   no   accounts.{organization,department,person,affiliation}:delete_selected
ACT  no   no   no   no   no   no   no   no   no   no   accounts.{verification,invitation,mail}:delete_selected
ACT  no   no   no   no   no   no   no   no   no   no   accounts.factorreset:delete_selected
ACT  no   no   no   no   no   no   no   no   no   no   chat.room:delete_selected
"""

# A number is the code with which the socket was closed before; `yes` that it was answered (post, watch) or told to the
# others who watch (read, typing); `gone` the refusal; `-` silence.
FRAMES = """
METHOD anon pend with othe same remo memb neig admi oper
FRAME 4001 4001 4001 gone gone gone yes  yes  gone 4001 post watch
FRAME 4001 4001 4001 -    -    -    yes  yes  -    4001 read typing
FRAME 4001 4001 4001 -    -    -    -    -    -    4001 here
"""


# Visitors without a column. Those like `anonymous` must be so to the byte.
LIKE = {
    "expired": "anonymous", "idle": "anonymous", "deactivated": "anonymous", "ended": "withdrawn", "ordinary": "neighbour",
    "unfactored": "pending",
}
EVERYWHERE = {"unfactored": "more"}  # at each route, whatever those they are like get
EXCEPT = """
METHOD ordi
POST   404  chat:accept chat:refuse
POST   302  chat:speak
METHOD unfa
GET    200  accounts:me accounts:sessions account_{logout,change_password,reauthenticate} mfa_index
POST   200  accounts:sessions account_reauthenticate
GET    302  accounts:language
POST   302  accounts:me accounts:theme accounts:language accounts:end_sessions account_change_password
POST   in   account_logout
GET    405  accounts:theme accounts:end_session accounts:end_sessions
POST   405  mfa_index mfa_view_recovery_codes
POST   404  accounts:end_session mfa_generate_recovery_codes
GET    403  chat:post
POST   403  chat:post
GET    404  mfa_generate_recovery_codes mfa_view_recovery_codes
GET    anew mfa_activate_totp mfa_add_webauthn mfa_reauthenticate mfa_reauthenticate_webauthn
POST   anew mfa_activate_totp mfa_add_webauthn mfa_reauthenticate mfa_reauthenticate_webauthn
"""


def declared(text):
    """`{(method, door): {visitor: cell}}` of a table. Raises ValueError for a door declared twice, and for a visitor left out."""
    found = {}
    for (method, door), cells in rows(text):
        if (method, door) in found:
            raise ValueError(f"declared twice: {method} {door}")
        every = cells | {visitor: cells[other] for visitor, other in LIKE.items()}
        found[method, door] = {visitor: every[visitor] for visitor in VISITORS}
    if text is ROUTES:
        for cells in found.values():
            cells |= EVERYWHERE
        for row, cells in rows(EXCEPT):
            found[row] |= cells
    return found


def rows(text):
    """Every `((method, door), {visitor: cell})` as written, in order."""
    columns = []
    for line in text.splitlines():
        method, *words = line.split() or ["#"]
        if method == "METHOD":
            columns = [named(word) for word in words]
        elif method != "#":
            cells = dict(zip(columns, words, strict=False))
            yield from (((method, door), cells) for word in words[len(columns):] for door in expand(word))


def named(column):
    """The visitor a column means. Raises ValueError unless there is exactly one."""
    [visitor] = [visitor for visitor in VISITORS if visitor.startswith(column)]
    return visitor


def written(method, door, cells):
    """A row as it would stand in the table above, for pasting."""
    columns = [named(word) for word in next(line for line in ROUTES.splitlines() if line.startswith("METHOD")).split()[1:]]
    return f"{method:<4} " + " ".join(f"{cells[visitor]:<4}" for visitor in columns) + f" {door}"


def expand(word):
    """`a{b,c}` as ab and ac."""
    match = re.search(r"\{([^{}]*)\}", word)
    if not match:
        return [word]
    return [one for part in match[1].split(",") for one in expand(word[: match.start()] + part + word[match.end():])]
