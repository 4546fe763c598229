from .affiliation import Affiliation, Verification
from .invitation import Invitation
from .mail import Mail
from .organization import Department, MailDomain, Organization
from .person import Person

__all__ = ["Affiliation", "Department", "Invitation", "Mail", "MailDomain", "Organization", "Person", "Verification"]
