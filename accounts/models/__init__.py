from .affiliation import Affiliation, badge
from .factor_reset import FactorReset
from .invitation import Invitation
from .mail import Mail
from .organization import Department, MailDomain, Organization
from .person import Person
from .session import Session
from .verification import Verification

__all__ = [
    "Affiliation", "Department", "FactorReset", "Invitation", "Mail", "MailDomain",
    "Organization", "Person", "Session", "Verification", "badge",
]
