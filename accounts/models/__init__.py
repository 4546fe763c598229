from .affiliation import Affiliation
from .invitation import Invitation
from .mail import Mail
from .organization import Department, MailDomain, Organization
from .person import Person
from .verification import Verification

__all__ = ["Affiliation", "Department", "Invitation", "Mail", "MailDomain", "Organization", "Person", "Verification"]
